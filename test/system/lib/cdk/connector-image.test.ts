import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { expect, test } from 'vitest';
import { CONNECTOR_BILL, CONNECTOR_BUNDLE, connectorImage, imageContext } from '../../../../lib/cdk/connector-image.ts';
import { HEAP_GROWTH } from '../../../../lib/cdk/connector-memory.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

const MODULE = fileURLToPath(new URL('../../../../lib/cdk/connector-image.ts', import.meta.url));

test('two builds, in other folders and processes, give the same bytes', () => {
  const [here, there] = [folderOfTest(), folderOfTest()];
  imageContext(here);
  const script = `(await import(${JSON.stringify(MODULE)})).imageContext('.')`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: there });
  expect(status).toBe(0);
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .toSorted();
  expect(files(here)).toEqual(
    ['Dockerfile', CONNECTOR_BUNDLE, CONNECTOR_BILL, 'ari-nodes/.keep', 'volume/ari-eventbridge/.keep'].toSorted(),
  );
  expect(files(there)).toEqual(files(here));
  for (const file of files(here))
    expect(readFileSync(join(there, file)).equals(readFileSync(join(here, file)))).toBe(true);
});

test('the Dockerfile has no RUN instruction, and starts without a shell', () => {
  const dockerfile = readFileSync(fileURLToPath(new URL('../../../../connector/Dockerfile', import.meta.url)), 'utf8');
  expect(dockerfile).not.toMatch(/^(RUN|SHELL|CMD)/m);
  expect(dockerfile).toContain(`\nENTRYPOINT ["node", "${HEAP_GROWTH}", "/${CONNECTOR_BUNDLE}"]\n`);
  expect(dockerfile).toMatch(/^USER 1000:1000$/m);
});

test('the base image can be pinned', () => {
  const base = `node@sha256:${'0'.repeat(64)}`;
  const app = new App();
  const task = new FargateTaskDefinition(new Stack(app, 'Pinned'), 'Task');
  task.addContainer('Connector', { image: connectorImage({ base }) });
  const { directory } = app.synth();
  const { dockerImages } = JSON.parse(readFileSync(join(directory, 'Pinned.assets.json'), 'utf8'));
  expect(Object.values(dockerImages)).toMatchObject([{ source: { dockerBuildArgs: { BASE: base } } }]);
});
