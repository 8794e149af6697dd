import { dropAnnouncements } from './drops.ts';
import type { Detail, KnownGap, Ledger, SentEvent } from './ledger.ts';

/** How much earlier or later than a gap's times an event can be sent that was lost in it: the network's latency. */
const SLACK_MS = 2000;
/** Within this time before a loss of power writes may be lost. */
const CACHED_MS = 10_000;

/** Checks that every event that a connector was sent is delivered, or that its loss is declared. */
export function checkLosses(ledger: Ledger): void {
  const known = new Map<KnownGap, number>();
  for (const event of undeclared(ledger)) {
    const gap = knownGapOf(event, ledger);
    if (gap) known.set(gap, (known.get(gap) ?? 0) + 1);
    else {
      const { type, at, to, pbx, app, channelId } = event;
      const when = new Date(at).toISOString();
      ledger.violate(
        'loss',
        `${type} of ${channelId} in ${app} of ${pbx}, sent to ${to} at ${when}, was lost without a declaration`,
      );
    }
  }
  for (const [name, count] of known) ledger.knownGap(name, count);
}

/** When the disk failed of a process that ended before it worked again; undefined for another one. */
function diskFailedAt({ log }: Ledger, process: string): number | undefined {
  const last = log.findLast(
    (line) => line.process === process && /^The journal (cannot be|is) written/.test(line.message),
  );
  return last?.message.startsWith('The journal cannot') ? last.at : undefined;
}

/** Whether a process ended with an event that it could not write to its disk. */
function isInMemoryOnly(ledger: Ledger, process: string, at: number): boolean {
  const failed = diskFailedAt(ledger, process);
  return failed !== undefined && at >= failed - SLACK_MS;
}

/** Whether a process ended with events that it could not write to its disk. */
export function endedInMemoryOnly(ledger: Ledger): boolean {
  return [...new Set(ledger.log.map(({ process }) => process))].some(
    (process) => diskFailedAt(ledger, process) !== undefined,
  );
}

/** Whether what a process wrote at a time can be lost with the cache of its machine, on which a later one may run already. */
export function lostCache({ crashedDisks, diskOf }: Ledger, process: string, at: number): boolean {
  return [...crashedDisks].some(
    ([crashed, time]) => diskOf.get(crashed) === diskOf.get(process) && at > time - CACHED_MS && at <= time,
  );
}

/** The line of the log with each gap that a connector puts into its journal. */
const GAP_NOTED = 'Events may have been missed';

/** How long a journal may be full at a time: as long as the longest trouble of the bus, and its backlog. */
const DROPPING_MS = 60_000;

function undeclared(ledger: Ledger): SentEvent[] {
  const delivered = new Set<string>();
  const stays = new Set<string>();
  const rejected = new Map<string, number>();
  const gaps: Detail[] = [];
  for (const { source, text, type, detail } of ledger.accepted) {
    const { node } = detail.metadata;
    if (source === 'asterisk.ari') {
      delivered.add(`${node} ${text}`);
      stays.add(`${node} ${detail.application} ${type} ${detail.channel?.id}`);
    } else if (type === 'Gap') gaps.push(detail);
    else if (type === 'EventRejected') {
      const process = ledger.openedBy.get(connectionOf(detail.id)) ?? '';
      rejected.set(process, (rejected.get(process) ?? 0) + 1);
    }
  }
  const slack = SLACK_MS + ledger.clockShiftMs;
  let missing = ledger.sent.filter((event) => {
    const { to, pbx, app, text, type, channelId } = event;
    if (to === undefined || delivered.has(`${pbx} ${text}`)) return false;
    const isStay = type === 'StasisStart' || type === 'StasisEnd';
    if (isStay && stays.has(`${pbx} ${app} ${type} ${channelId}`)) return false;
    return !gaps.some((gap) => covers(gap, event, slack));
  });
  // A count does not say which events it is of: it is of those that nothing else explains.
  const isKnown = new Set(missing.filter((event) => knownGapOf(event, ledger) !== undefined));
  missing = [...missing.filter((event) => !isKnown.has(event)), ...isKnown];
  const explain = (matches: (event: SentEvent) => boolean, count: number): Set<SentEvent> => {
    const explained = new Set(missing.filter(matches).slice(0, count));
    missing = missing.filter((event) => !explained.has(event));
    return explained;
  };
  for (const [process, count] of rejected) explain(({ to, text }) => to === process && text.includes('poison'), count);
  explainDrops(ledger, explain);
  return missing;
}

/** Explains so many of the missing events that match, and returns them. */
type Explain = (matches: (event: SentEvent) => boolean, count: number) => Set<SentEvent>;

/** Explains the events that metrics and announcements count as dropped. */
function explainDrops(ledger: Ledger, explain: Explain): void {
  const { diskOf, droppedByMetric } = ledger;
  const processes = [...diskOf.keys()];
  /** By node and process: how many it has declared by its metric, and by no announcement yet. */
  const byMetric = new Map<string, Map<string, number>>();
  for (const [process, count] of droppedByMetric) {
    const own = explain(({ to }) => to === process, count);
    // A process drops also what an earlier one has left on the disk.
    const earlier = processes.slice(0, processes.indexOf(process));
    const left = earlier.filter((one) => diskOf.get(one) === diskOf.get(process));
    const others = explain(({ to = '' }) => left.includes(to), count - own.size);
    for (const { pbx } of [...own, ...others]) {
      const ofNode = byMetric.get(pbx) ?? new Map<string, number>();
      byMetric.set(pbx, ofNode.set(process, (ofNode.get(process) ?? 0) + 1));
    }
  }
  for (const { by, node, count } of dropAnnouncements(ledger)) {
    const ofNode = byMetric.get(node) ?? new Map<string, number>();
    let rest = count;
    // The metric and the announcement of a process count the same events.
    for (const process of by === undefined ? [...ofNode.keys()] : [by]) {
      const both = Math.min(rest, ofNode.get(process) ?? 0);
      ofNode.set(process, (ofNode.get(process) ?? 0) - both);
      rest -= both;
    }
    explain(({ pbx }) => pbx === node, rest);
  }
}

/** The connection in the id of an event. */
function connectionOf(id = ''): string {
  return id.slice(0, id.lastIndexOf('-'));
}

function covers(
  gap: Pick<Detail, 'node' | 'apps' | 'from' | 'to'>,
  { pbx, app, at }: SentEvent,
  slack: number,
): boolean {
  if (gap.node !== pbx || !gap.apps?.includes(app)) return false;
  const from = gap.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(gap.from);
  return from - slack <= at && at <= Date.parse(String(gap.to)) + slack;
}

/** Why the present design can neither deliver the event nor declare its loss: of the process that had it, or had its gap. */
function knownGapOf(event: SentEvent, ledger: Ledger): KnownGap | undefined {
  const noted = ledger.log.filter(
    ({ message, fields }) => message.startsWith(GAP_NOTED) && covers(fields, event, SLACK_MS + ledger.clockShiftMs),
  );
  const { to = '', at: sentAt, readAt = sentAt } = event;
  for (const { process, at } of [{ process: to, at: readAt }, ...noted]) {
    const gap = lostIn(process, { ...event, at }, ledger);
    if (gap) return gap;
  }
  return undefined;
}

/** How what a process put into its journal at a time can be lost with the journal, and nobody knows of it. */
function lostIn(to: string, { at, pbx, app }: SentEvent, ledger: Ledger): KnownGap | undefined {
  const { lostDisks, heldAtEnd, diskOf } = ledger;
  const end = lostDisks.get(to);
  // A connector that takes an app which another one had to its end, and that has not handed over, announces a gap.
  if (end !== undefined && heldAtEnd.get(to)?.has(`${pbx} ${app}`)) return undefined;
  // A later process on the same disk drops events of an earlier one, too.
  const hasDropped = ledger.log.some(
    ({ process, message, at: logged }) =>
      diskOf.get(process) === diskOf.get(to) &&
      ledger.killed.has(process) &&
      message.startsWith('The journal is full') &&
      Math.abs(logged - at) < DROPPING_MS,
  );
  if (hasDropped) return 'a process was killed before it had announced how many events it dropped';
  if (isInMemoryOnly(ledger, to, at)) return 'a process ended with events in memory only, as its disk had failed';
  if (at <= (ledger.shortened.get(to) ?? 0)) return 'another program shortened a file of the journal';
  if (end === 'stopped') return 'a task handed over, and was stopped before it had published its journal';
  if (end === 'killed') return 'a task handed over, and was lost with its journal';
  if (lostCache(ledger, to, at)) return 'a machine lost power with writes in its cache';
  return undefined;
}
