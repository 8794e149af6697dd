import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundledPackages, cycloneDx } from '../../../lib/cdk/bill-of-materials.ts';
import { bundleConnector, CONNECTOR_BILL, CONNECTOR_BUNDLE } from '../../../lib/cdk/connector-image.ts';
import lock from '../../../package-lock.json' with { type: 'json' };
import { folderOfTest } from '../../support/temporary-folder.ts';

test('names each package with code in the bundle, and no others', () => {
  const root = folderOfTest();
  const install = (folder: string, manifest: object): void => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'package.json'), JSON.stringify(manifest));
  };
  install('node_modules/@scope/one', { name: '@scope/one', version: '1.2.3', license: 'MIT' });
  install('node_modules/@scope/one/node_modules/two', { name: 'two', version: '2.0.0', license: 'Apache-2.0' });
  install('node_modules/dropped', { name: 'dropped', version: '1.0.0', license: 'MIT' });
  const inputs = {
    'connector/main.ts': { bytesInOutput: 10 },
    'node_modules/@scope/one/index.js': { bytesInOutput: 10 },
    'node_modules/@scope/one/lib/more.js': { bytesInOutput: 10 },
    'node_modules/@scope/one/node_modules/two/index.js': { bytesInOutput: 10 },
    'node_modules/dropped/index.js': { bytesInOutput: 0 },
  };
  const output = { bytes: 30, inputs, imports: [], exports: [] };
  const packages = bundledPackages({ outputs: { 'connector.cjs': output } }, root);
  expect(packages).toEqual([
    { name: '@scope/one', version: '1.2.3', license: 'MIT' },
    { name: 'two', version: '2.0.0', license: 'Apache-2.0' },
  ]);
  expect(cycloneDx('app', packages)).toMatchObject({
    bomFormat: 'CycloneDX',
    components: [{ purl: 'pkg:npm/%40scope/one@1.2.3', licenses: [{ expression: 'MIT' }] }, { name: 'two' }],
  });
});

test('the connector’s bill has the versions of the lock file, each under a permissive licence', () => {
  const folder = folderOfTest();
  bundleConnector(folder);
  const bundle = readFileSync(join(folder, CONNECTOR_BUNDLE), 'utf8');
  const { components } = JSON.parse(readFileSync(join(folder, CONNECTOR_BILL), 'utf8')) as {
    components: { name: string; version: string; licenses: { expression: string }[] }[];
  };
  const locked = lock.packages as Record<string, { version?: string }>;
  for (const { name, version, licenses } of components) {
    expect(locked[`node_modules/${name}`]?.version, name).toBe(version);
    expect(['MIT', 'Apache-2.0', '0BSD'], name).toContain(licenses[0]?.expression);
  }
  // The bundler leaves the paths of CommonJS modules in the bundle.
  const named = [...bundle.matchAll(/"node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  const names = components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...new Set(named), 'ws', 'undici', '@aws-sdk/client-eventbridge']));
});
