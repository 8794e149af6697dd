import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const { version } = manifest;

test('CHANGELOG.md begins with the version of the package', () => {
  expect(/^## \[([^\]]+)\]/m.exec(read('CHANGELOG.md'))?.[1]).toBe(version);
});

test.each(['README.md', 'docs/command-line.md', 'docs/contributing.md'])(
  '%s names the file of that version',
  (file) => {
    const named = [...read(file).matchAll(/ari-eventbridge-(\d[\w.-]*)\.tgz/g)].map(([, found]) => found);
    expect(new Set(named)).toEqual(new Set([version]));
  },
);

test('the checkout itself cannot be published', () => {
  expect(manifest.private).toBe(true);
});

const node = /^>=(\d+)$/.exec(manifest.engines.node)?.[1] ?? 'none';

test.each([
  ['README.md', /Node (\d+) or newer/g],
  ['docs/command-line.md', /Node (\d+) or newer/g],
  ['docs/contributing.md', /Node (\d+) or newer/g],
  ['docs/connector.md', /\bNode (\d+)\b/g],
  ['bin/new-app/README.md', /Node (\d+) or newer/g],
  ['connector/Dockerfile', /\bnode:(\d+)/g],
  ['lib/cdk/connector-image.ts', /\b[Nn]ode[: ']?(\d+)\b/g],
  ['lib/cdk/ari-function.ts', /(?:NODEJS_|target: 'node)(\d+)/g],
])('%s states the version of Node that `engines` states', (file, pattern) => {
  const found = [...read(file).matchAll(pattern)].map(([, number]) => number);
  expect(new Set(found)).toEqual(new Set([node]));
});

test('no document calls the command line in a way that could run another publisher’s package', () => {
  for (const file of ['README.md', 'cdk.json', 'docs/doctor.md', 'docs/cost.md', 'docs/asterisk-config.md']) {
    expect(read(file)).not.toMatch(/npx ari-eventbridge/);
  }
});
