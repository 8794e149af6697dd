import type { Patch } from './program.ts';

/** A defect that is put into the connector, and that the simulation is expected to find. */
export interface PlantedDefect {
  name: string;
  patches: readonly Patch[];
}

const planted = (name: string, file: string, replace: string, by: string): PlantedDefect => ({
  name,
  patches: [{ file, replace, by }],
});

/** Defects that the connector had; each was found in it, and fixed. */
export const REAL_DEFECTS: readonly PlantedDefect[] = [
  planted(
    'a first connection announces no gap',
    'connector/asterisk/node-link.ts',
    '      announce(why);\n',
    '      if (from !== undefined) announce(why);\n',
  ),
  planted(
    'a take-back announces a gap since the holder was last seen only',
    'connector/asterisk/node-link.ts',
    "        this.#listen([app], from === 'foreign' ? 'app-taken' : 'connector-silent');",
    "        state.gaps.end([app], Date.now() - 6000);\n        this.#listen([app], from === 'foreign' ? 'app-taken' : 'connector-silent');",
  ),
  planted(
    'a channel’s events are numbered from 1 by each connector',
    'lib/events/channel-sequence.ts',
    'return Math.max((last ?? 0) + 1, isFirst ? time + MARGIN : time);',
    'return isFirst && time < 0 ? MARGIN : (last ?? 0) + 1;',
  ),
];

/** Defects that the connector did not have. */
export const OTHER_DEFECTS: readonly PlantedDefect[] = [
  planted(
    'a gap in the network is not announced',
    'connector/asterisk/node-link.ts',
    '      announce(why);\n',
    "      if (why !== 'network') announce(why);\n",
  ),
  planted(
    'a standby asks Asterisk without a pause',
    'connector/asterisk/standby.ts',
    'const POLL_MS = 2000;',
    'const POLL_MS = 10;',
  ),
  planted(
    'a refused connection is not tried again',
    'connector/asterisk/app-link.ts',
    'if (!needsPerson) this.#refusedBackoff.reset();',
    'if (needsPerson) return;',
  ),
  planted(
    'a connection that has ended is not closed',
    'connector/asterisk/event-socket.ts',
    '      this.#socket.terminate();\n      emit({ kind:',
    '      emit({ kind:',
  ),
  planted(
    'a throttled entry counts as accepted',
    'connector/eventbridge.ts',
    "if (result?.EventId) return { status: 'accepted' };",
    "if (result?.EventId || result?.ErrorCode === 'ThrottlingException') return { status: 'accepted' };",
  ),
  planted(
    'an entry that the answer does not mention counts as accepted',
    'connector/eventbridge.ts',
    "return entries.map(() => ({ status: 'unavailable', reason: reasonOf(error) }));",
    "return entries.map(() => ({ status: reasonOf(error) === '' ? 'unavailable' : 'accepted', reason: '' }));",
  ),
  planted(
    'an answer with status 500 is final',
    'connector/eventbridge.ts',
    "if (!malformed) return entries.map(() => ({ status: 'unavailable', reason }));",
    "if (!malformed) return entries.map(() => ({ status: status === 500 ? 'rejected' : 'unavailable', reason }));",
  ),
  planted(
    'a rejected entry is forgotten',
    'connector/losses.ts',
    "    if (kind === 'event') announce('EventRejected', { ...about, reason });",
    "    if (kind === 'news') announce('EventRejected', { ...about, reason });",
  ),
  planted(
    'one entry more than PutEvents takes is sent',
    'connector/eventbridge.ts',
    'const REQUEST_ENTRIES = 10;',
    'const REQUEST_ENTRIES = 11;',
  ),
  planted(
    'the number of connections to the bus has no bound',
    'connector/publisher.ts',
    'this.#inFlight < this.#pace.concurrency &&',
    'this.#inFlight < 64 &&',
  ),
  planted(
    'a missed StasisEnd is not rebuilt',
    'connector/asterisk/node-link.ts',
    'for (const { app, snapshot } of left) emitRebuilt(rebuiltEnd(app, snapshot, by));',
    'if (left.length > 1e9) emitRebuilt(rebuiltEnd("", {}, by));',
  ),
  planted(
    'a missed StasisStart is not rebuilt',
    'connector/asterisk/node-link.ts',
    'for (const channel of entered) emitRebuilt(rebuiltStart(channel, by));',
    'if (entered.length > 1e9) for (const channel of entered) emitRebuilt(rebuiltStart(channel, by));',
  ),
];
