import { runCommandLine } from '../../bin/command-line.ts';

/** Runs a command that has to succeed. @returns what it wrote to standard output; fails with what it wrote to standard error */
export async function succeeding(args: readonly string[], root: string): Promise<string> {
  const { exitCode, said, noted } = await runCommand(args, root);
  if (exitCode !== 0) throw new Error(noted);
  return said;
}

/** Runs a command in this process. @returns the exit code, and what was written to standard output and standard error */
export async function runCommand(args: readonly string[], root: string) {
  let [said, noted] = ['', ''];
  const exitCode = await runCommandLine(args, {
    root,
    signal: new AbortController().signal,
    say: (text) => {
      said += text;
    },
    note: (text) => {
      noted += text;
    },
  });
  return { exitCode, said, noted };
}
