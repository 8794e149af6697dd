import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const version = /^>=(\d+)$/.exec(manifest.engines.node)?.[1] ?? 'none';

test.each([
  ['README.md', /Node (\d+) or newer/g],
  ['docs/contributing.md', /Node (\d+) or newer/g],
  ['docs/connector.md', /\bNode (\d+)\b/g],
  ['bin/new-app/README.md', /Node (\d+) or newer/g],
  ['connector/Dockerfile', /\bnode:(\d+)/g],
  ['lib/cdk/connector-image.ts', /\b[Nn]ode[: ']?(\d+)\b/g],
  ['lib/cdk/ari-function.ts', /(?:NODEJS_|target: 'node)(\d+)/g],
])('%s says the same version of Node as `engines`', (file, pattern) => {
  const found = [...read(file).matchAll(pattern)].map(([, number]) => number);
  expect(new Set(found)).toEqual(new Set([version]));
});
