import type { AcceptedEntry, Ledger, SentEvent } from './ledger.ts';
import { checkLosses } from './losses.ts';
import type { Service } from './service.ts';
import { checkStays } from './stays.ts';
import type { NodeFiles, World } from './task.ts';

const DISK_AGAIN = 'The journal is written to disk again';

/** Checks a run that has ended. */
export function check(world: World, service: Service): void {
  const { ledger } = world;
  const byText = new Map<string, SentEvent>();
  for (const event of ledger.sent) byText.set(event.text, event);
  checkIdentity(ledger);
  checkOrder(ledger, byText);
  checkLosses(ledger);
  checkStays(world, service.count);
  checkBounds(world, service);
  countPaths(ledger);
}

/** One event has one id, and one id is of one event. */
function checkIdentity(ledger: Ledger): void {
  const ids = new Map<string, string>();
  const events = new Map<string, string>();
  for (const { source, text, type, detail } of ledger.accepted) {
    if (source !== 'asterisk.ari') continue;
    const { id, node, recovered } = detail.metadata;
    const about = `${node} ${detail.application} ${type} ${detail.channel?.id}`;
    const same = type === 'StasisStart' || type === 'StasisEnd' ? about : text;
    if ((events.get(id) ?? same) !== same)
      ledger.violate('identity', `two events have the id ${id}: ${events.get(id)} and ${same}`);
    events.set(id, same);
    // In these runs a channel enters an app once. Rebuilt by any connector, its beginning and its end keep their ids.
    if (same === about) checkOneId(ledger, ids, about, id);
    // Two sockets can lose an app in one millisecond: those events are equal, and two.
    if (recovered || type === 'ApplicationReplaced') continue;
    if (same !== about) checkOneId(ledger, ids, `${node} ${text}`, id);
  }
}

/** The time in the id of a stay whose channel may have stayed before, unknown to the connector. */
const STAY_TIME = /-\d{13}(?=-(start|end)$)/;

function checkOneId(ledger: Ledger, ids: Map<string, string>, event: string, id: string): void {
  const known = ids.get(event) ?? id;
  if (known !== id && known.replace(STAY_TIME, '') === id.replace(STAY_TIME, '')) {
    ledger.knownGap('a call that entered while its app changed hands is rebuilt under another id');
  } else if (known !== id)
    ledger.violate('identity', `one event has the ids ${known} and ${id}: ${event.slice(0, 200)}`);
  ids.set(event, id);
}

/** By channel the order of `channelSequence` is the order in which Asterisk sent the events. */
function checkOrder(ledger: Ledger, byText: Map<string, SentEvent>): void {
  const channels = new Map<string, { order: number; sequence: number; entry: AcceptedEntry }[]>();
  const seen = new Set<string>();
  for (const entry of ledger.accepted) {
    const { channelId, channelSequence, node, recovered, id } = entry.detail.metadata;
    const sent = byText.get(entry.text);
    if (channelId === undefined || channelSequence === undefined || recovered || !sent || seen.has(id)) continue;
    seen.add(id);
    const key = `${node} ${channelId}`;
    const list = channels.get(key) ?? [];
    channels.set(key, list);
    list.push({ order: sent.order, sequence: channelSequence, entry });
  }
  for (const [channel, list] of channels) {
    list.sort((a, b) => a.order - b.order);
    for (const [index, { sequence, entry }] of list.entries()) {
      const before = list[index - 1];
      if (!before || before.sequence < sequence) continue;
      ledger.violate(
        'order',
        `${channel}: ${entry.type} of ${entry.from} has the number ${sequence}, and the earlier ${before.entry.type} of ${before.entry.from} has ${before.sequence}`,
      );
    }
  }
}

function checkBounds({ env, ledger, pbxes, clock }: World, service: Service): void {
  const apps = pbxes.reduce((sum, { apps: own }) => sum + own.length, 0);
  for (const { name, peaks, files, startedAt } of service.all) {
    // One socket a node, one for each app that it stands by for, and as many while they are replaced.
    const sockets = 2 * (pbxes.length + apps);
    if (peaks.sockets > sockets)
      ledger.violate('bound', `${name} had ${peaks.sockets} sockets, expected at most ${sockets}`);
    if (peaks.busRequests > 8)
      ledger.violate('bound', `${name} had ${peaks.busRequests} requests to the bus, expected at most 8`);
    // A segment's first line is written whatever the bound is.
    const bytes = 2 * Number(env.JOURNAL_MAX_BYTES);
    if (peaks.diskBytes > bytes)
      ledger.violate('bound', `${name} had ${peaks.diskBytes} bytes on disk, expected at most ${bytes}`);
    checkSaves(ledger, name, files);
    const seconds = (clock.time - startedAt) / 1000;
    for (const pbx of pbxes) {
      const requests = pbx.requests.get(name) ?? 0;
      const most = 200 + 10 * seconds;
      if (requests > most) ledger.violate('bound', `${name} sent ${requests} requests to ${pbx.name} in ${seconds} s`);
    }
  }
}

/** A node's state is saved when it is in step with Asterisk, with each segment, and at the end. */
function checkSaves(ledger: Ledger, name: string, files: ReadonlyMap<string, NodeFiles>): void {
  const again = ledger.log.filter(({ process, message }) => process === name && message === DISK_AGAIN).length;
  for (const [node, { saves, segments }] of files) {
    const synced = ledger.log.filter(
      ({ process, message, fields }) => process === name && message === 'In step with Asterisk' && fields.node === node,
    ).length;
    const most = synced + segments + again + 2;
    if (saves > most)
      ledger.violate('bound', `${name} saved the state of ${node} ${saves} times, expected at most ${most}`);
  }
}

function countPaths(ledger: Ledger): void {
  for (const { source, type, detail } of ledger.accepted) {
    if (source !== 'asterisk.ari') ledger.count(`path: ${type}${type === 'Gap' ? ` (${detail.cause})` : ''}`);
    else if (detail.metadata.recovered) ledger.count(`path: rebuilt ${type}`);
  }
  for (const { message } of ledger.log) {
    const path = PATHS.find(([text]) => message.includes(text));
    if (path) ledger.count(`path: ${path[1]}`);
  }
  ledger.count('events sent', ledger.sent.filter(({ to }) => to !== undefined).length);
  ledger.count('entries accepted', ledger.accepted.length);
}

/** Lines of the log that show a path. */
const PATHS: readonly (readonly [string, string])[] = [
  ['Took over from another connector', 'taken over from a connector'],
  ['takes it back', 'taken back from a connector that is gone'],
  ['back from a program that is not a connector', 'taken back from a foreign program'],
  ['The journal is full', 'journal full'],
  ['The journal cannot be written', 'journal in memory only'],
  [DISK_AGAIN, 'journal on disk again'],
  ['has events of an earlier process', 'journal of an earlier process published'],
  ['A line of the journal is damaged', 'damaged line in the journal'],
  ['events were not published within', 'stopped with a backlog'],
  ['that a stopped connector has left', 'hand-off through the queue'],
  ['Drained', 'drained'],
];
