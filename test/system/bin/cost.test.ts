import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ALARMS_PER_HANDLER } from '../../../lib/cost/deployed.ts';
import { APPS } from '../../support/apps.ts';
import { runCli } from '../../support/cli.ts';
import { succeeding } from '../../support/command.ts';
import { copyProject } from '../../support/project-copy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('in the folder of an app', () => {
  test('its templates say what there is, a handler that was added counts, and options take precedence', async () => {
    const project = copyProject();
    onTestFinished(project.remove);
    const node = (name: string, apps: string[]) => ({ name, url: `https://${name}.example.com/ari`, apps });
    const nodes = [node('pbx-1', [...APPS, 'Added']), node('pbx-2', ['Added'])];
    const appsPerNode = (APPS.length + 2) / 2;
    const deployedWith = async (context: object, ...args: string[]) => {
      writeFileSync(join(project.root, 'cdk.json'), JSON.stringify({ app: 'node bin/app.ts', context }));
      const { usage, deployed, serverless } = JSON.parse(
        await succeeding(['cost', '--calls-per-day', '1', '--json', ...args], project.root),
      );
      const items = new Map(
        (serverless.items as { what: string; quantity: number }[]).map(({ what, quantity }) => [what, quantity]),
      );
      return { usage, deployed, items };
    };

    const before = await deployedWith({ nodes, archiveDays: 30, asteriskNetwork: 'private' });
    expect(before.usage).toMatchObject({ nodes: 2, appsPerNode, archiveDays: 30, nat: true });
    expect(before.deployed).toMatchObject({
      alarmsPerNode: 1,
      alarmsPerApp: 1,
      connector: { vcpu: 0.25, gb: 0.5, tasks: 2 },
    });
    expect(before.items.get('Alarms')).toBe(before.deployed.alarms + 2 + 2 * appsPerNode);
    expect(before.items.get('Secrets')).toBe(4);

    project.edit(
      'bin/app.ts',
      "new CallHandler(calls, 'Voicemail', {",
      `new CallHandler(calls, 'Added', {
         ...handlers,
         entry: 'functions/voicemail/index.ts',
         pattern: ariPattern({ application: 'Added' }),
       });
       new CallHandler(calls, 'Voicemail', {`,
    );
    const after = await deployedWith({ nodes, archiveDays: 0, asteriskNetwork: 'open' }, '--nodes', '5');
    expect(after.deployed.alarms).toBe(before.deployed.alarms + ALARMS_PER_HANDLER);
    expect(after.usage).toMatchObject({ nodes: 5, appsPerNode, archiveDays: 0, nat: false });
    expect(after.items.get('Alarms')).toBe(after.deployed.alarms + 5 + 5 * appsPerNode);
    expect([...after.items.keys()].filter((what) => what.includes('archive'))).toEqual([]);
  }, 120_000);

  test('an app that fails is an error with what it wrote', async () => {
    const { path, remove } = temporaryFolder();
    onTestFinished(remove);
    writeFileSync(join(path, 'cdk.json'), JSON.stringify({ app: 'echo no such stack; exit 1' }));
    await expect(succeeding(['cost', '--calls-per-day', '1'], path)).rejects.toThrow(
      /failed with exit code 1:\nno such stack/,
    );
  });
});

test('the command line counts in the app of its folder, and says what is wrong on one line', async () => {
  const good = runCli(['cost', '--calls-per-day', '1000']);
  expect(await good.exited).toBe(0);
  await good.says('Counted in the templates of the app of cdk.json.');
  const bad = runCli(['cost']);
  expect(await bad.exited).toBe(2);
  await bad.says("ari-eventbridge: required option '--calls-per-day <number>' not specified\n");
});
