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
  {
    name: 'holders are read before the wait for the bus, and one whose names disappear counts as handed over',
    patches: [
      {
        file: 'connector/asterisk/presence.ts',
        replace: 'return holders.every((instance) => listed.includes(standbyName(app, instance)));',
        by: "return holders.every((instance) => !holdersOf(app, listed, '').includes(instance));",
      },
      {
        file: 'connector/asterisk/node-link.ts',
        replace: '    // The other connector may be gone by now.\n    await look();\n',
        by: '',
      },
    ],
  },
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
    'all apps of a node share the time at which it was last heard',
    'connector/asterisk/gaps.ts',
    'for (const app of apps) if (!this.#open.has(app)) this.#heardAt.set(app, at);',
    'for (const app of new Set([...apps, ...this.#heardAt.keys()])) if (!this.#open.has(app)) this.#heardAt.set(app, at);',
  ),
  planted(
    'an event counts as sent when it is read',
    'connector/asterisk/node-link.ts',
    'return Math.min(Date.now(), timeOf(timestamp) ?? Number.POSITIVE_INFINITY);',
    'return timestamp === undefined ? 0 : Date.now();',
  ),
  planted(
    'a later process forgets a gap that was not announced',
    'connector/replay.ts',
    "    state.gaps.begin(apps, 'connector-restarted');",
    '    state.gaps.end(apps, receivedAt);',
  ),
  planted(
    'a connector that is replaced stops its comparison with Asterisk',
    'connector/asterisk/app-link.ts',
    'return this.#open?.connection === connection;',
    'return this.connection === connection;',
  ),
  planted(
    'a channel’s events are numbered from 1 by each connector',
    'lib/events/channel-sequence.ts',
    'return Math.max((last ?? 0) + 1, isFirst ? time + MARGIN : time);',
    'return isFirst && time < 0 ? MARGIN : (last ?? 0) + 1;',
  ),
  planted(
    'a rebuilt event has an id of its connection',
    'connector/call-records.ts',
    'id: stay === undefined ? eventId(position) :',
    'id: stay === undefined || recovered ? eventId(position) :',
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
    'a standby never takes an app back',
    'connector/asterisk/standby.ts',
    'const LOOKS = 3;',
    'const LOOKS = 1e9;',
  ),
  planted(
    'a standby asks Asterisk without a pause',
    'connector/asterisk/standby.ts',
    'const POLL_MS = 2000;',
    'const POLL_MS = 10;',
  ),
  planted(
    'the secret is not read again when Asterisk refuses the user',
    'connector/asterisk/app-link.ts',
    "this.#refreshCredentials = failure.kind === 'refused' && failure.status === 401;",
    'this.#refreshCredentials = false;',
  ),
  planted(
    'a refused connection is not tried again',
    'connector/asterisk/app-link.ts',
    'if (!needsPerson) this.#refusedBackoff.reset();',
    'if (needsPerson) return;',
  ),
  planted(
    'a socket that answers no ping is left open',
    'connector/asterisk/event-socket.ts',
    'if (!this.#alive) return end(',
    'if (Number.isNaN(pingIntervalMs)) return end(',
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
    'dropped events are not counted',
    'connector/connector.ts',
    'this.#losses.drop(origin, this.#journal.depth);',
    '',
  ),
  planted(
    'a later process does not publish what an earlier one has left',
    'connector/connector.ts',
    '    this.#journal.resume();\n',
    '',
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
  planted(
    'a process ends by an error of its disk',
    'connector/journal/disk.ts',
    '  #failed(node: string, error: unknown): void {\n',
    "  #failed(node: string, error: unknown): void {\n    if (String(error).includes('EIO')) throw error;\n",
  ),
];
