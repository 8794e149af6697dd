import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CallHandler } from '../../../../lib/cdk/call-handler.ts';
import { imageContext } from '../../../../lib/cdk/connector-image.ts';
import { fixModes } from '../../../../lib/cdk/fixed-modes.ts';
import { NodeUser } from '../../../../lib/cdk/node-user.ts';
import { ariPattern } from '../../../../lib/index.ts';
import { NODE } from '../../../support/template-of.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

/** Until the end of the test. */
function underUmask(mask: number): void {
  const before = process.umask(mask);
  onTestFinished(() => void process.umask(before));
}

/** The mode of each file and folder in a folder, by its path: `0644`. */
function modesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    ['.', ...paths].map((path) => [path, (statSync(join(folder, path)).mode & 0o7777).toString(8).padStart(4, '0')]),
  );
}

/** A certificate file that only its owner may read, as a private folder of an operator has it. */
function nodeWithPrivateFile() {
  const caFile = join(folderOfTest(), 'ca.pem');
  writeFileSync(caFile, 'CERTIFICATE');
  chmodSync(caFile, 0o600);
  return { ...NODE, caFile };
}

/** Synthesizes a handler. @returns the folders of its code */
function bundlesOf(bundling: ConstructorParameters<typeof CallHandler>[2]['bundling'] = {}): string[] {
  const outdir = folderOfTest();
  const app = new App({ outdir });
  const stack = new Stack(app, 'Test');
  new CallHandler(stack, 'IntroIvr', {
    entry: 'functions/intro-ivr/index.ts',
    pattern: ariPattern({ application: 'Intro-IVR' }),
    bus: new EventBus(stack, 'Bus') as IEventBus,
    nodes: [new NodeUser(stack, 'User', { node: nodeWithPrivateFile(), username: 'handlers' })],
    bundling,
  });
  app.synth();
  return readdirSync(outdir)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => join(outdir, name));
}

describe.each([0o022, 0o077, 0o027])('under the umask %o', (mask) => {
  test('every file of the image can be read, and every folder entered, by the image’s user', () => {
    underUmask(mask);
    const context = folderOfTest();
    imageContext(context, [nodeWithPrivateFile()], '[]');
    expect(modesIn(context)).toEqual({
      '.': '0755',
      Dockerfile: '0644',
      'connector.cjs': '0644',
      'connector.cdx.json': '0644',
      'ari-nodes': '0755',
      'ari-nodes/.keep': '0644',
      'ari-nodes/nodes.json': '0644',
      'ari-nodes/pbx-1.pem': '0644',
      volume: '0755',
      'volume/ari-eventbridge': '0755',
      'volume/ari-eventbridge/.keep': '0644',
    });
  });

  test('every file of a handler can be read by Lambda', () => {
    underUmask(mask);
    const [code = ''] = bundlesOf();
    expect(modesIn(code)).toEqual({
      '.': '0755',
      'index.mjs': '0644',
      'ari-nodes': '0755',
      'ari-nodes/nodes.json': '0644',
      'ari-nodes/pbx-1.pem': '0644',
    });
  });
});

test('the same files under another umask are the same asset', () => {
  underUmask(0o077);
  const [here] = bundlesOf();
  process.umask(0o022);
  const [there] = bundlesOf();
  expect(here?.split('/').at(-1)).toBe(there?.split('/').at(-1));
});

test('a file that is executed stays executable, and that counts in the asset’s hash', () => {
  const withTool = (mode: string) =>
    bundlesOf({
      commandHooks: {
        beforeBundling: () => [],
        beforeInstall: () => [],
        afterBundling: (_, to) => [`echo tool > "${to}/tool"`, `chmod ${mode} "${to}/tool"`],
      },
    })[0] ?? '';
  const [executable, plain] = [withTool('700'), withTool('600')];
  expect(modesIn(executable)).toMatchObject({ tool: '0755', '.executables': '0644' });
  expect(readFileSync(join(executable, '.executables'), 'utf8')).toBe('tool');
  expect(modesIn(plain)).toMatchObject({ tool: '0644' });
  expect(executable.split('/').at(-1)).not.toBe(plain.split('/').at(-1));
});

test('a folder whose name has quotes and spaces gets its modes too', () => {
  const folder = join(folderOfTest(), "it's a folder");
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, 'a'), '', { mode: 0o600 });
  fixModes(folder);
  expect(modesIn(folder)).toEqual({ '.': '0755', a: '0644' });
});
