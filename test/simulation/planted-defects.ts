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
    name: 'holders are looked for once, before the wait for the bus, and one that disappears counts as handed over',
    patches: [
      {
        file: 'connector/asterisk/presence.ts',
        replace: 'return holders.every((instance) => listed.includes(standbyName(app, instance)));',
        by: "return holders.every((instance) => !holdersOf(app, listed, '').includes(instance));",
      },
      {
        file: 'connector/asterisk/holders.ts',
        replace: 'held = await this.look(apps).catch(() => true)',
        by: 'held = true',
      },
      {
        file: 'connector/asterisk/node-link.ts',
        replace: "if ((await this.#holders.look(apps)) && mayTake === 'free') {",
        by: 'if (mayTake !== mayTake) {',
      },
    ],
  },
  planted(
    'a new connector is healthy that reaches no Asterisk while another one does',
    'connector/health.ts',
    'neverServed: source.neverServed()',
    'neverServed: [] as string[]',
  ),
  planted(
    'a first connection announces no gap',
    'connector/asterisk/comparison.ts',
    'if (!nothing) announce(why);',
    'if (from !== undefined) announce(why);',
  ),
  planted(
    'a take-back announces a gap since the holder was last seen only',
    'connector/asterisk/node-link.ts',
    "this.#listen(names, from === 'foreign' ? 'app-taken' : 'connector-silent');",
    "this.#options.state.gaps.end(names, Date.now() - 6000);\n    this.#listen(names, from === 'foreign' ? 'app-taken' : 'connector-silent');",
  ),
  planted(
    'a rebuilt event has an id of its connection',
    'connector/call-records.ts',
    'id: stay === undefined ? eventId(position) :',
    'id: stay === undefined || recovered ? eventId(position) :',
  ),
  planted(
    'the state of each node is saved whenever one is in step with Asterisk',
    'connector/connector.ts',
    'this.#journal.saveSoon(node);',
    'for (const { name } of this.#options.nodes) this.#journal.save(name);',
  ),
  planted(
    'a journal at its bound writes nothing more, and reports no fault',
    'connector/journal/disk.ts',
    'this.#makeRoom(bytes);',
    'if (this.#bytes + bytes > this.#options.maxBytes) return;',
  ),
  planted(
    'a file of the journal that was shortened is read without end',
    'connector/journal/segment.ts',
    'for (let more = size; more > 0; got += more)',
    'for (let more = size; got < size; got += more)',
  ),
  planted(
    'nodes take no turns',
    'connector/publisher.ts',
    '{ name: record.lane, node: record.node,',
    "{ name: record.lane, node: '',",
  ),
  planted(
    'an entry that makes its request fail goes with others',
    'connector/suspects.ts',
    'const SUSPECT_AFTER = 2;',
    'const SUSPECT_AFTER = 1e9;',
  ),
  planted(
    'a look for holders that fails has found none',
    'connector/asterisk/holders.ts',
    '(await ari.applications.list({}, { timeoutMs: LOOK_LIMIT_MS }))',
    '(await ari.applications.list({}, { timeoutMs: LOOK_LIMIT_MS }).catch(() => []))',
  ),
  planted(
    'a connector that has lost its connection takes its apps back without an acceptance since',
    'connector/asterisk/holders.ts',
    'acceptedSince(lostAt ?? 0)',
    '(lostAt === undefined ? acceptedSince(0) : Promise.resolve())',
  ),
  planted(
    'an app is left for ever to a foreign program',
    'connector/asterisk/node-link.ts',
    "node.foreign === 'leave' ? undefined",
    "node.foreign !== '' ? undefined",
  ),
  planted(
    'a channel’s events are numbered from 1 by each connector',
    'lib/events/channel-sequence.ts',
    'return Math.max((last ?? 0) + 1, isFirst ? time + MARGIN : time);',
    'return isFirst && time < 0 ? MARGIN : (last ?? 0) + 1;',
  ),
  planted('two processes use one folder', 'connector/main.ts', '  lockFolder(config.journalFolder);\n', ''),
  planted(
    'a gap that finds no room in the journal is dropped',
    'connector/losses.ts',
    "const news = record.kind === 'news' &&",
    "const news = record.kind === 'event' &&",
  ),
];

/** Defects that the connector did not have. */
export const OTHER_DEFECTS: readonly PlantedDefect[] = [
  planted(
    'a gap in the network is not announced',
    'connector/asterisk/comparison.ts',
    'if (!nothing) announce(why);',
    "if (!nothing && why !== 'network') announce(why);",
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
    'connector/asterisk/comparison.ts',
    'for (const { app, snapshot } of left) emitRebuilt(rebuiltEnd(app, snapshot, by));',
    'if (left.length > 1e9) emitRebuilt(rebuiltEnd("", {}, by));',
  ),
  planted(
    'a missed StasisStart is not rebuilt',
    'connector/asterisk/comparison.ts',
    'for (const channel of entered) emitRebuilt(rebuiltStart(channel, by));',
    'if (entered.length > 1e9) for (const channel of entered) emitRebuilt(rebuiltStart(channel, by));',
  ),
  planted(
    'a standby never takes an app back',
    'connector/asterisk/standing-app.ts',
    'const LOOKS = 3;',
    'const LOOKS = 1e9;',
  ),
  planted(
    'dropped events are not counted',
    'connector/connector.ts',
    'this.#losses.drop(record, this.#journal.depth);',
    '',
  ),
  planted(
    'a heartbeat that does not change counts as one that does',
    'connector/heartbeats.ts',
    'return !stopped && (reads < STALE_READS || performance.now() - since < STALE_MS);',
    'return !stopped && reads + since >= 0;',
  ),
  planted(
    'calls that earlier connectors have announced are not read',
    'connector/announced.ts',
    'items.filter(({ item }) => item !== SERVED && !item.startsWith(HOLDER)).map(stayOf)',
    "items.filter(({ item }) => item === '').map(stayOf)",
  ),
  planted(
    'a call that was announced is never written to the table',
    'connector/announced.ts',
    "if (type === 'StasisEnd') return { remove: keys };",
    "if (type !== 'StasisStop') return { remove: keys };",
  ),
];
