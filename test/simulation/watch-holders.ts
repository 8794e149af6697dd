import { EVENTS_HOST, SECRETS_HOST, secretText, TABLE_HOST } from './aws-modules.ts';
import type { Pbx } from './pbx.ts';
import type { Service } from './service.ts';
import type { Task, World } from './task.ts';

type Holder = 'listens' | 'foreign' | 'silent' | 'nobody';

const LOOK_MS = 500;
/**
 * How long an app may have no listener while a connector runs that could be it. Asterisk's connection is found dead within
 * 10 s; a standby looks every 2 s, three times; a refused user is tried again after up to 10 s.
 */
export const UNHELD_MS = 30_000;

/** The same where Asterisk lists a connector that answers nothing, and a standby reads from the table that it does not work. */
export const SILENT_MS = 15_000;

/** Watches that each app has a listener, or no connector that could be it. */
export function watchHolders(world: World, service: Service, end: number): void {
  const { clock, ledger, pbxes } = world;
  /** By task and Asterisk: since when a connector could listen, and since when it could also publish. */
  const listensSince = new Map<string, number>();
  const ableSince = new Map<string, number>();
  const unheldSince = new Map<string, { at: number; holder: Holder; isHidden: boolean; reported: boolean }>();
  const afterForeign = new Set<string>();
  const look = (): void => {
    for (const pbx of pbxes) {
      for (const task of service.running) {
        const key = `${task.name} ${pbx.name}`;
        const listens = couldListen(world, task, pbx);
        note(listensSince, key, listens, clock.time);
        note(ableSince, key, listens && couldPublish(world, task), clock.time);
      }
      for (const app of pbx.apps) {
        const key = `${app} ${pbx.name}`;
        const holder = holderOf(world, service, pbx, app);
        if (holder === 'listens' || holder === 'foreign') {
          unheldSince.delete(key);
          if (holder === 'foreign') afterForeign.add(key);
          else afterForeign.delete(key);
          continue;
        }
        const known = unheldSince.get(key);
        // Others see that a silent holder is gone no earlier than when its connection ends.
        const isGone = known?.holder === 'silent' && holder === 'nobody';
        const unheld = known && !isGone ? known : { at: clock.time, holder, isHidden: false, reported: false };
        unheld.isHidden ||= pbx.hidesHolderOf(app);
        unheldSince.set(key, unheld);
        // An app that nobody has is taken also by a connector that cannot publish: else Asterisk refuses its calls.
        const couldSince = holder === 'nobody' ? listensSince : ableSince;
        const able = service.running.flatMap((task) => couldSince.get(`${task.name} ${pbx.name}`) ?? []);
        if (able.length === 0 || unheld.reported) continue;
        const since = Math.max(unheld.at, Math.min(...able));
        const foreign = afterForeign.has(key);
        const leftMs = foreign ? leftToForeignMs(pbx.foreignTakes.get(app) ?? 1) : 0;
        const isSeen = holder === 'silent' && !unheld.isHidden && canSeeSilence(world, service);
        const most = isSeen ? SILENT_MS : UNHELD_MS + leftMs;
        if (clock.time - since <= most) continue;
        unheld.reported = true;
        const sentence = `${app} of ${pbx.name} had no listener for ${most / 1000} s, until ${clock.now().toISOString()} (${holder})`;
        if (holder === 'silent' && !isSeen) ledger.knownGap('a holder that answers nothing keeps its app');
        else ledger.violate('unheld', sentence);
      }
    }
    if (clock.time < end) clock.after(LOOK_MS, look);
  };
  clock.after(LOOK_MS, look);
}

/** How long a connector leaves an app to foreign programs that have taken it so many times. */
function leftToForeignMs(takes: number): number {
  return Math.min(30_000 * 2 ** (takes - 1), 600_000);
}

/** Who has an app: a connector that listens, a foreign program, a connector that Asterisk lists and that reads nothing, or nobody. */
function holderOf({ network }: World, service: Service, pbx: Pbx, app: string): Holder {
  const reads = (process: string): boolean => {
    const task = service.all.find(({ name }) => name === process);
    return task?.process.isAlive === true && !task.process.isFrozen && !network.isCut(process, pbx.host);
  };
  const holder = pbx.holderOf(app);
  if (holder === 'foreign') return 'foreign';
  if (holder !== undefined) return reads(holder) ? 'listens' : 'silent';
  // Another connector had taken the app from one that reads nothing, and is gone: that one is still listed.
  return pbx.listedHoldersOf(app).every(reads) ? 'nobody' : 'silent';
}

/** Whether the table was there all the time, so that a standby knows that a holder does not work. */
function canSeeSilence({ env, table, network }: World, service: Service): boolean {
  const reaches = service.running.every(({ name }) => !network.isCut(name, TABLE_HOST));
  return env.STATE_TABLE_NAME !== undefined && !table.wasInTrouble && reaches;
}

function note(since: Map<string, number>, key: string, holds: boolean, now: number): void {
  if (!holds) since.delete(key);
  else if (!since.has(key)) since.set(key, now);
}

/** Whether a connector could listen to the node's apps. */
function couldListen({ network, secrets }: World, { name, process, disk }: Task, pbx: Pbx): boolean {
  return (
    process.isAlive &&
    !process.isFrozen &&
    disk.trouble.slowMs === 0 &&
    [pbx.host, SECRETS_HOST].every((host) => !network.isCut(name, host)) &&
    secrets.faults === 0 &&
    pbx.isReady(secretText(secrets))
  );
}

/** Whether the bus would accept what a connector sends. */
function couldPublish({ network, bus }: World, { name }: Task): boolean {
  const { denied, serverErrors, throttledRequests, throttled, failedEntries, slowMs } = bus.trouble;
  const busWorks = !denied && serverErrors + throttledRequests + throttled + failedEntries + slowMs === 0;
  return busWorks && !network.isCut(name, EVENTS_HOST);
}
