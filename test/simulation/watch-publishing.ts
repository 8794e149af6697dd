import { EVENTS_HOST } from './aws-modules.ts';
import type { AcceptedEntry } from './ledger.ts';
import type { Service } from './service.ts';
import type { Task, World } from './task.ts';

const LOOK_MS = 500;
/**
 * How long an event may wait that a connector has read, while the connector runs and the bus works: the longest pause
 * between two requests is 5 s, and a backlog goes first.
 */
export const LATE_MS = 15_000;
/**
 * The same for an event of another server than the one that sends more than the bus takes, where no entry makes requests fail:
 * the connector pauses after two that failed, and at such a bus there is no room to make up for it.
 */
export const QUIET_LATE_MS = 6000;
/**
 * How long the backlog of an outage may take that a bus takes little of, in lengths of that outage: of 10 entries a second, a
 * server that sends 3 has 5, so that what has come in 6 s is made up for in 15. A connector that takes over reads at least
 * the calls that there are.
 */
const BACKLOG_LENGTHS = 2.5;
const LEAST_BACKLOG_MS = 15_000;
/** How many entries a second a server sends, as a rule: a connector that gets less of the bus for it is hindered. */
const USUAL_RATE = 3;
/** What a connector publishes beside its own events, in its log. */
const LEFTOVERS = 'Publishing events that a stopped connector has left';
/** A connector from which the bus has accepted nothing for so long takes nothing of what it accepts. */
const SENDS_MS = 5000;
/** A connector that has had an app for less may be unknown to one that takes it. */
const KNOWN_MS = 15_000;

/** Watches that events are published soon where nothing hinders it, and that a connector takes no app that cannot publish. */
export function watchPublishing(world: World, service: Service, end: number): void {
  const { clock, bus, ledger, pbxes } = world;
  const wellSince = new Map<string, { at: number; offset: number; process: Task['process']; backlogMs: number }>();
  const hinderedSince = new Map<string, number>();
  let read = 0;
  /** When the bus last took less than came, and since when. */
  let scarce = { from: Number.NEGATIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  /** By connector and server: when the bus last accepted an entry. */
  const sent = new Map<string, Map<string, number>>();
  /** How many entries a second of each of its servers the bus takes of a connector: others want as many. */
  const shareOf = (name: string): number => {
    const isSending = (at: number): boolean => clock.time - at < SENDS_MS;
    const sending = [...sent].filter(([other, at]) => other === name || [...at.values()].some(isSending)).length;
    const servers = [...(sent.get(name)?.values() ?? [])].filter(isSending).length;
    return bus.trouble.perSecond / Math.max(1, sending) / Math.max(1, servers);
  };
  const look = (): void => {
    const { time } = clock;
    if (Number.isFinite(bus.trouble.perSecond))
      scarce = { from: time - scarce.to > LOOK_MS ? time : scarce.from, to: time };
    for (const { process, message, fields } of ledger.log.slice(read)) {
      if (message !== LEFTOVERS) continue;
      // As if it had been hindered for as long as a server takes to send so many events.
      wellSince.delete(process);
      hinderedSince.set(process, time - (Number(fields.events) / USUAL_RATE) * 1000);
    }
    read = ledger.log.length;
    for (const task of service.running) {
      const { name, process } = task;
      const offset = process.clockOffset;
      if (!isWell(world, task) || shareOf(name) < USUAL_RATE) {
        wellSince.delete(name);
        if (!hinderedSince.has(name)) hinderedSince.set(name, time);
      } else if (wellSince.get(name)?.offset !== offset) {
        const hinderedMs = time - (hinderedSince.get(name) ?? time);
        const backlogMs = Math.max(LEAST_BACKLOG_MS, BACKLOG_LENGTHS * hinderedMs);
        wellSince.set(name, { at: time, offset, process, backlogMs });
        hinderedSince.delete(name);
      }
    }
    if (clock.time < end) clock.after(LOOK_MS, look);
  };
  clock.after(LOOK_MS, look);
  bus.onAccepted = ({ source, from, type, detail }: AcceptedEntry): void => {
    const { connection = '', node, channelId, receivedAt } = detail.metadata;
    sent.set(from, (sent.get(from) ?? new Map<string, number>()).set(node, clock.time));
    const well = wellSince.get(from);
    const pbx = pbxes.find(({ name }) => name === node);
    if (!well || source !== 'asterisk.ari' || receivedAt === undefined || ledger.openedBy.get(connection) !== from)
      return;
    // What a process sent over a connection that was cut arrives after its end.
    if (!well.process.isAlive) return;
    // Between a jump of its clock and the next look: `receivedAt` is of the old clock or of the new one.
    if (well.process.clockOffset !== well.offset) return;
    // Of more than the bus takes, each server's own events wait; and those of a channel behind one that fails.
    if (pbx?.isNoisy || ledger.poisoned.has(`${node} ${channelId}`)) return;
    // What waited while the connector was hindered goes first; the less the bus takes, the longer.
    const isScarce = Number.isFinite(bus.trouble.perSecond);
    const since = Math.max(well.at + (scarce.to > well.at ? well.backlogMs : 0), Date.parse(receivedAt) - well.offset);
    const waited = clock.time - since;
    ledger.mostDelayMs = Math.max(ledger.mostDelayMs, waited);
    const hasPoison = bus.lastPoisonedAt >= scarce.from;
    if (waited <= (isScarce && !hasPoison ? QUIET_LATE_MS : LATE_MS)) return;
    ledger.violate('late', `${type} of ${channelId} waited ${waited / 1000} s in ${from}, which nothing hindered`);
  };
  for (const pbx of pbxes) {
    pbx.onTaken = (app, by, from, heldMs) => {
      if (heldMs < KNOWN_MS) return;
      const accepted = ledger.lastAccepted.get(by);
      if (accepted !== undefined && accepted >= (ledger.lastLost.get(`${by} ${pbx.name}`) ?? 0)) return;
      ledger.violate(
        'taken',
        `${by} took ${app} of ${pbx.name} from ${from} at ${clock.now().toISOString()}, and the bus had accepted nothing from it before`,
      );
    };
  }
}

/** Whether nothing hinders a connector to publish what it has read. */
function isWell({ network, bus }: World, { name, process, disk }: Task): boolean {
  const { denied, serverErrors, throttledRequests, throttled, failedEntries, lostAnswers, slowMs } = bus.trouble;
  const busWorks = !denied && serverErrors + throttledRequests + throttled + failedEntries + lostAnswers + slowMs === 0;
  const { slowMs: slow, full, broken } = disk.trouble;
  return (
    process.isAlive &&
    !process.isFrozen &&
    busWorks &&
    slow === 0 &&
    !full &&
    !broken &&
    !network.isCut(name, EVENTS_HOST)
  );
}
