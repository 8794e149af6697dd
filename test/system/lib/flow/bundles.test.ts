import { build } from 'esbuild';
import { expect, test } from 'vitest';

const ROOT = new URL('../../../../', import.meta.url).pathname;

/** What a bundle consists of, as the construct makes one. */
async function bundleOf(entry: string): Promise<{ bytes: number; packages: string[] }> {
  const { outputFiles, metafile } = await build({
    ...{ bundle: true, minify: true, platform: 'node', format: 'esm', target: 'node24', write: false, metafile: true },
    ...{ absWorkingDir: ROOT, entryPoints: [entry], outfile: 'bundle.mjs', logLevel: 'silent' },
    external: ['@aws-sdk/*', '@smithy/*'],
  });
  const names = Object.keys(metafile.inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return {
    bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
    packages: [...new Set(names.filter((name) => name !== undefined))],
  };
}

test('the dispatcher has no SDK, and is small', async () => {
  const { bytes, packages } = await bundleOf('lib/flow/dispatcher.ts');
  expect(packages).toEqual([]);
  expect(bytes).toBeLessThan(15_000);
});

test('a flow has the durable SDK and no client of AWS', async () => {
  const { bytes, packages } = await bundleOf('functions/pin-flow/index.ts');
  expect(packages).toContain('@aws/durable-execution-sdk-js');
  expect(packages.filter((name) => name.startsWith('@aws-sdk'))).toEqual([]);
  expect(bytes).toBeLessThan(180_000);
});

test.each(['lib/index.ts', 'lib/testing/index.ts'])('%s does not need the durable SDK', async (entry) => {
  const { packages } = await bundleOf(entry);
  expect(packages).not.toContain('@aws/durable-execution-sdk-js');
});
