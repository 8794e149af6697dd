import { expect } from 'vitest';
import type { AriClient } from '../../../lib/ari/client.ts';
import type { operations } from '../../../lib/ari/generated/operations.ts';
import type { Stage } from './stage.ts';

type Table = typeof operations;
/** Every command by its full name: `channels.answer`. */
export type OperationName = { [R in keyof Table]: `${R}.${keyof Table[R] & string}` }[keyof Table];

/** How one command is tested on a real Asterisk: where it works, and where its id does not exist. */
export interface Row {
  /** Sends the command and checks its effect. */
  works?: (stage: Stage) => Promise<unknown>;
  /** The command with an id that does not exist, and the status that the API's description has for it. */
  missing?: [status: number, (ari: AriClient) => Promise<unknown>];
}

/** An id that does not exist. */
export const NIX = 'no-such-thing';

/** Most commands have an empty response. */
export async function nothing(command: Promise<unknown>): Promise<void> {
  expect(await command).toBeUndefined();
}
