import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import config from '../vitest.config.ts';

const TEST = fileURLToPath(new URL('.', import.meta.url));
const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

interface Project {
  test: { name: string; include: string[]; exclude?: string[] };
}
const projects = ((config.test?.projects ?? []) as unknown as Project[]).map((project) => project.test);
const suites = projects.map(({ name }) => name).filter((name) => name !== 'unit');
const scripts = Object.keys(manifest.scripts).filter((name) => name === 'test' || name.startsWith('test:'));
const installers = readdirSync(TEST, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /install-[\w-]+\.sh$/.test(file),
);

test('npm test leaves out the folders of the other suites, and nothing else', () => {
  const unit = projects.find(({ name }) => name === 'unit');
  expect(unit?.exclude?.toSorted()).toEqual(suites.map((suite) => `test/${suite}/**`).toSorted());
});

test.each(suites)('the suite %s is what is in its folder, and has a script', (suite) => {
  expect(projects.find(({ name }) => name === suite)?.include).toContain(`test/${suite}/**/*.test.ts`);
  expect(manifest.scripts).toHaveProperty(`test:${suite}`, `vitest run --project ${suite}`);
});

test.each(scripts.filter((script) => script !== 'test:mutation'))('.ci/run runs %s', (script) => {
  expect(read('.ci/run')).toMatch(new RegExp(`npm (run )?${script}(?![\\w:-])`));
});

test.each(scripts)('the README says what %s does', (script) => {
  expect(read('README.md')).toMatch(new RegExp(`^\\| \`npm (run )?${script}\` \\| .+ \\|$`, 'm'));
});

test.each(installers)('%s leaves Debian’s packages to the one that waits for others', (file) => {
  expect(/^\s*(DEBIAN_FRONTEND=\S+ )?apt-get (update|install)/m.test(read(`test/${file}`))).toBe(false);
});
