import type { Ledger, LogLine } from './ledger.ts';
import { endedInMemoryOnly, lostCache } from './losses.ts';
import type { World } from './task.ts';

/** How long before the end of the run a call has begun or ended at the latest that the bus has to know of. */
const SETTLED_MS = 20_000;

/** A connector writes to the table within a second which calls it has announced. */
const WRITTEN_MS = 1500;

/**
 * Checks that the bus knows at the end of the run which calls there are: every call whose `StasisStart` it has and that
 * has left has a `StasisEnd`, and every call that is in an app has a `StasisStart`, be they rebuilt.
 */
export function checkStays({ ledger, pbxes, clock, env, table }: World, tasks: number): void {
  // What the journal drops, be it the end of a call, is declared.
  if (ledger.log.some(({ message }) => message.startsWith('The journal is full'))) return;
  const told = { StasisStart: new Set<string>(), StasisEnd: new Set<string>() };
  /** Whether a connector that announced the call's beginning had time to write it to the table. */
  const accepted = new Map<string, boolean>();
  for (const { source, type, detail, at, from, isUnanswered = false } of ledger.accepted) {
    if (source !== 'asterisk.ari' || (type !== 'StasisStart' && type !== 'StasisEnd')) continue;
    if (type === 'StasisStart') {
      const call = `${detail.metadata.node} ${detail.application} ${detail.channel?.id}`;
      const isStopped = ledger.freezes.some(
        (freeze) => freeze.process === from && freeze.from <= at + WRITTEN_MS && freeze.to >= at,
      );
      const hadTime =
        !isStopped && !isUnanswered && (ledger.endedAt.get(from) ?? Number.POSITIVE_INFINITY) - at > WRITTEN_MS;
      accepted.set(call, hadTime || accepted.get(call) === true);
    }
    told[type].add(`${detail.metadata.node} ${detail.application} ${detail.channel?.id}`);
  }
  const before = clock.time - SETTLED_MS;
  const entered = new Map<string, number>();
  const changed = new Map<string, number>();
  for (const { type, pbx, app, channelId, at } of ledger.sent) {
    const key = `${pbx} ${app} ${channelId}`;
    if (type === 'StasisStart') entered.set(key, at);
    if (type === 'StasisStart' || type === 'StasisEnd') changed.set(key, at);
  }
  const live = new Set(
    pbxes.flatMap((pbx) =>
      (pbx.asterisk?.channels ?? []).map(({ id }) => `${pbx.name} ${pbx.asterisk?.appOf(id)} ${id}`),
    ),
  );
  for (const [call, at] of entered) {
    if (Math.max(at, changed.get(call) ?? 0) > before) continue;
    const knows = env.STATE_TABLE_NAME !== undefined && !table.wasInTrouble;
    if (live.has(call)) {
      if (told.StasisStart.has(call)) continue;
      if (!knows && wasLeftUnread(ledger, call, at)) {
        ledger.knownGap('an app changed hands before its new connector had read the channels');
      } else if (wasLostWithCache(ledger, call, at)) {
        ledger.knownGap('a machine lost power with writes in its cache');
      } else ledger.violate('stay', `${call} is in its app, and the bus has no StasisStart of it`);
    } else if (told.StasisStart.has(call) && !told.StasisEnd.has(call)) {
      const isWritten = accepted.get(call) ?? true;
      if (knows && !isWritten) {
        ledger.knownGap('a process was killed before the table had which calls it announced');
      } else if (ledger.lostDisks.size > 0 && !knows) {
        ledger.knownGap('a task with a new disk does not know which calls an earlier one has announced');
      } else if (endedInMemoryOnly(ledger)) {
        ledger.knownGap('a process ended with events in memory only, as its disk had failed');
      } else if (tasks > 1 && !knows) {
        ledger.knownGap('a standby does not know which calls another connector has announced');
      } else if (ledger.shortened.size > 0) {
        ledger.knownGap('another program shortened a file of the journal');
      } else if (ledger.crashedDisks.size > 0) ledger.knownGap('a machine lost power with writes in its cache');
      else ledger.violate('stay', `${call} has left its app, and the bus has a StasisStart and no StasisEnd of it`);
    }
  }
}

/** Whether a connector had to give the call's app away, since the call has entered, before it was in step with Asterisk. */
function wasLeftUnread({ log }: Ledger, call: string, enteredAt: number): boolean {
  const inStep = new Set(log.filter(({ message }) => message === 'In step with Asterisk').map(connectionOf));
  return log.some(
    (line) =>
      line.at >= enteredAt &&
      line.message.startsWith('Asterisk has given the app') &&
      call.startsWith(`${line.fields.node} ${line.fields.app} `) &&
      !inStep.has(connectionOf(line)),
  );
}

/**
 * Whether a connector had the call's beginning in its journal, read or rebuilt, and its machine lost power: the state that it
 * had saved can be on the disk nevertheless, and says that the beginning is known.
 */
function wasLostWithCache(ledger: Ledger, call: string, enteredAt: number): boolean {
  return [...ledger.crashedDisks.keys()].some(
    (process) =>
      lostCache(ledger, process, enteredAt) ||
      ledger.log.some(
        (line) =>
          line.process === process &&
          line.at >= enteredAt &&
          line.message.startsWith('Rebuilt events missed') &&
          call.startsWith(`${line.fields.node} `) &&
          lostCache(ledger, process, line.at),
      ),
  );
}

function connectionOf({ fields }: LogLine): unknown {
  return fields.connection;
}
