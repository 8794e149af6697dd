import { expect } from 'vitest';
import type { AriClient } from '../../../lib/ari/client.ts';
import type { operations } from '../../../lib/ari/generated/operations.ts';
import type { Stage } from './stage.ts';

type Table = typeof operations;
/** Every command by its full name: `channels.answer`. */
export type OperationName = { [R in keyof Table]: `${R}.${keyof Table[R] & string}` }[keyof Table];

/** What one command does on a real Asterisk: what it answers where it can work, and where its id names nothing. */
export interface Row {
  /** Carries the command out and looks at what came of it. */
  works?: (stage: Stage) => Promise<unknown>;
  /** The command with an id that does not exist, and the status that the API's description has for it. */
  missing?: [status: number, (ari: AriClient) => Promise<unknown>];
}

/** An id that nothing has. */
export const NIX = 'no-such-thing';

/** Most commands answer nothing at all. */
export async function nothing(command: Promise<unknown>): Promise<void> {
  expect(await command).toBeUndefined();
}
