import { expect, test } from 'vitest';
import { nodesOf, withAddresses } from '../../../lib/local/node-address.ts';
import type { LocalContainer, LocalDeployment, LocalFunction } from '../../../lib/local/template/index.ts';

const node = (name: string, ...apps: string[]) => ({
  name,
  url: `https://${name}.example.com/ari`,
  apps,
  caFile: 'ca.pem',
  secretId: `${name}/user`,
});
const ARI_NODES = JSON.stringify([node('pbx-1', 'Sales'), node('pbx-2', 'Sales', 'Support'), node('pbx-3', 'Sales')]);
const deployment = {
  functions: [{ environment: { ARI_NODES } }, { environment: { OWN: 'x' } }] as Partial<LocalFunction>[],
  containers: [{ environment: { ARI_NODES } }] as Partial<LocalContainer>[],
} as LocalDeployment;

test('each node gets the address; the connector connects each application there once', () => {
  const { functions, containers } = withAddresses(deployment, () => ({ url: 'http://127.0.0.1:1/ari' }));
  const shown = ({ environment }: { environment: Record<string, string> }) =>
    nodesOf(environment).map(({ name, url, apps }) => [name, url, apps.join()]);
  expect(shown(functions[0] as LocalFunction)).toEqual([
    ['pbx-1', 'http://127.0.0.1:1/ari', 'Sales'],
    ['pbx-2', 'http://127.0.0.1:1/ari', 'Sales,Support'],
    ['pbx-3', 'http://127.0.0.1:1/ari', 'Sales'],
  ]);
  expect(shown(containers[0] as LocalContainer)).toEqual([
    ['pbx-1', 'http://127.0.0.1:1/ari', 'Sales'],
    ['pbx-2', 'http://127.0.0.1:1/ari', 'Support'],
  ]);
  expect(functions[1]?.environment).toEqual({ OWN: 'x' });
});

test('a node without another address stays as it is', () => {
  const only = withAddresses(deployment, (name) =>
    name === 'pbx-2' ? { url: 'http://pbx/ari', allowPlainHttp: true } : undefined,
  );
  expect(nodesOf(only.containers[0]?.environment ?? {})).toEqual([
    node('pbx-1', 'Sales'),
    { ...node('pbx-2', 'Sales', 'Support'), url: 'http://pbx/ari', allowPlainHttp: true },
    node('pbx-3', 'Sales'),
  ]);
});
