import { spawn } from 'node:child_process';
import { until } from './until.ts';

/** A command on its own terminal, created by `script` of util-linux, with typed input. */
export function onTerminal(command: string, environment: Record<string, string> = {}) {
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    env: { ...process.env, ...environment },
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8');
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    /** Everything that the terminal showed, what was typed among it where it is echoed. */
    get shown() {
      return shown;
    },
    exited,
    /** Types when a question has been shown. */
    answer: async (question: string, keys: string): Promise<void> => {
      await until(`"${question}" in:\n${shown}`, () => shown.includes(question), 60_000);
      child.stdin.write(keys);
    },
    kill: () => child.kill('SIGKILL'),
  };
}
