import type { ChildProcess } from 'node:child_process';

/** The exit code of a source that has lost a connection. */
export const INTERRUPTED = 3;

/** A connection ended during a measurement, so that it never has all of its events. */
export class Interruption extends Error {}

/**
 * @param name what the process is, for the message
 * @returns a promise that rejects when the process ends; with an `Interruption` where a measurement can begin again
 */
export function endOf(child: ChildProcess, name: string): Promise<never> {
  return new Promise((_, reject) => {
    child.once('exit', (code, signal) => {
      const says = `the ${name} of the bench ended with ${code ?? signal} during a measurement`;
      reject(code === INTERRUPTED ? new Interruption(says) : new Error(says));
    });
  });
}
