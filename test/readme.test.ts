import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

test('the tutorial of the README runs as written', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const tutorial = readme.slice(readme.indexOf('## Write a handler'), readme.indexOf('## Route events to it'));
  const blocks = [...tutorial.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  expect(blocks).toHaveLength(5);
  const whole = blocks.join('\n');
  const assertions = whole.match(/assert\./g) ?? [];
  expect(assertions.length).toBeGreaterThanOrEqual(5);
  // In the project, so that `ari-eventbridge` is resolved as for its users.
  const folder = mkdtempSync(join(ROOT, 'test/.readme-'));
  try {
    const file = join(folder, 'tutorial.ts');
    writeFileSync(file, `import assert from 'node:assert/strict';\n${whole}\nexport const ran = true;\n`);
    expect(await import(file)).toMatchObject({ ran: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
