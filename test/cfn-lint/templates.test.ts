import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MORE_WAYS, type Synthesized, synthesizeApp, WAYS } from '../support/synth.ts';

const CFN_LINT = fileURLToPath(new URL('.venv/bin/cfn-lint', import.meta.url));

/** cfn-lint's findings on templates, informational ones included. */
function lint(files: string[]): { status: number | null; says: string } {
  const args = ['--include-checks', 'I', '--regions', 'eu-west-1', '--format', 'parseable', '--', ...files];
  const { status, stdout, stderr, error } = spawnSync(CFN_LINT, args, { encoding: 'utf8' });
  if (error) throw error;
  return { status, says: stdout + stderr };
}

describe.each(Object.entries({ ...WAYS, ...MORE_WAYS }))('the templates of the app, %s,', (_, context) => {
  let app: Synthesized;
  beforeAll(async () => {
    app = await synthesizeApp(context);
  });
  afterAll(() => app?.remove());

  const templates = () =>
    readdirSync(app.folder)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(app.folder, file));

  test('are without findings', () => {
    expect(templates().length).toBeGreaterThanOrEqual(2);
    expect(lint(templates())).toEqual({ status: 0, says: '' });
  });

  test('would have findings if they were wrong', () => {
    const [file = ''] = templates();
    const template = JSON.parse(readFileSync(file, 'utf8'));
    const rule = Object.values(template.Resources as Record<string, { Type: string; Properties: object }>).find(
      ({ Type }) => Type === 'AWS::SQS::Queue',
    );
    Object.assign(rule?.Properties ?? expect.fail('no queue'), { MessageRetentionPeriod: 9_999_999 });
    writeFileSync(file, JSON.stringify(template));
    const { status, says } = lint([file]);
    expect(status).not.toBe(0);
    expect(says).toContain('9999999');
  });
});
