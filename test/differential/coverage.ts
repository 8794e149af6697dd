import { commands } from '../../lib/simulator/commands/commands.ts';
import type { Step } from './program.ts';

/** Which commands of the simulator were answered by Asterisk with a success, and which with a failure. */
export class Coverage {
  readonly #succeeded = new Set<string>();
  readonly #failed = new Set<string>();

  note(step: Step, status: number): void {
    if (step.kind === 'command') (status < 400 ? this.#succeeded : this.#failed).add(step.operation);
  }

  /** What is left to see, but for what cannot be seen. */
  get missing(): { success: string[]; failure: string[] } {
    const left = (seen: Set<string>, exempt: readonly string[]): string[] =>
      Object.keys(commands).filter((name) => !seen.has(name) && !exempt.includes(name));
    return { success: left(this.#succeeded, NEVER_SUCCEED), failure: left(this.#failed, NEVER_FAIL) };
  }
}

/** Without a parameter that could be wrong. */
const NEVER_FAIL = [
  'applications.list',
  'asterisk.getInfo',
  'asterisk.ping',
  'bridges.list',
  'channels.list',
  'deviceStates.list',
  'endpoints.list',
  'recordings.listStored',
];

/** What these need is not there: a module for mailboxes, `StasisBroadcast()`. */
const NEVER_SUCCEED = [
  'events.claimChannel',
  'mailboxes.delete',
  'mailboxes.get',
  'mailboxes.list',
  'mailboxes.update',
];
