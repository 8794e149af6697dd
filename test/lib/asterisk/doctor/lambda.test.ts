import { expect, onTestFinished, test, vi } from 'vitest';
import { handler } from '../../../../lib/asterisk/doctor/lambda.ts';
import { freePort } from '../../../support/free-port.ts';

// With a real Asterisk and real secrets: test/asterisk/doctor-command.test.ts.

function told(ARI_NODES: string): void {
  vi.stubEnv('ARI_NODES', ARI_NODES);
  onTestFinished(() => void vi.unstubAllEnvs());
}

const node = (more: object) => JSON.stringify([{ name: 'pbx-1', apps: ['a'], ...more }]);

test('a node that the function does not have is a finding, as are its own faults', async () => {
  told(node({ url: 'https://pbx/ari' }));
  expect(await handler({ node: 'pbx-9' })).toEqual({
    findings: [{ check: 'configuration', verdict: 'error', says: 'this function has no node "pbx-9"' }],
  });
  told(node({ url: 'https://pbx/ari', caFile: '/nowhere.pem' }));
  const { findings } = await handler({ node: 'pbx-1' });
  expect(findings).toMatchObject([{ check: 'configuration', says: expect.stringMatching(/`caFile`.*ENOENT/) }]);
});

test('a function without secrets examines what needs none', async () => {
  told(node({ url: `http://127.0.0.1:${await freePort()}/ari` }));
  const { findings } = await handler({ node: 'pbx-1' });
  expect(findings.slice(0, 2)).toMatchObject([
    { check: 'name', verdict: 'ok' },
    { check: 'port', verdict: 'error' },
  ]);
});
