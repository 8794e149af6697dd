import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { runningProcesses } from './processes.ts';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The command line in a process group of its own, as a shell would start it in the project.
 *
 * @param root of another copy
 * @param cwd of another app
 */
export function runCli(args: string[], environment: Record<string, string> = {}, root = ROOT, cwd = root) {
  const program = join(root, 'bin/ari-eventbridge.ts');
  return runProgram(process.execPath, [program, ...args], cwd, { ...process.env, ...environment });
}

/** A program in a process group of its own, as a shell would start it in a folder. */
export function runProgram(file: string, args: string[], cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn(file, args, { cwd, detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += stripVTControlCharacters(chunk.toString('utf8'));
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const group = child.pid as number;
  return {
    get output() {
      return output;
    },
    exited,
    says: (text: string | RegExp, limitMs = 60_000) =>
      until(
        `"${text}" in:\n${output}`,
        () => (typeof text === 'string' ? output.includes(text) : text.test(output)),
        limitMs,
      ),
    /** What Ctrl-C does: an interrupt to the whole group. */
    interrupt: async (): Promise<number | null> => {
      process.kill(-group, 'SIGINT');
      return exited;
    },
    /** Kills the rest of the group, in any state that a failed test has left. */
    kill: () => {
      try {
        process.kill(-group, 'SIGKILL');
      } catch {
        // nothing is left
      }
    },
    /** Command lines of the group's processes. */
    processes: (): string[] =>
      runningProcesses()
        .filter((process) => process.group === group)
        .map(({ command }) => command),
  };
}
