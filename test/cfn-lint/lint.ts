import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CFN_LINT = fileURLToPath(new URL('.venv/bin/cfn-lint', import.meta.url));

/** cfn-lint's findings on templates, informational ones included. */
export function lint(files: string[]): { status: number | null; says: string } {
  const args = ['--include-checks', 'I', '--regions', 'eu-west-1', '--format', 'parseable', '--', ...files];
  const { status, stdout, stderr, error } = spawnSync(CFN_LINT, args, { encoding: 'utf8' });
  if (error) throw error;
  return { status, says: stdout + stderr };
}
