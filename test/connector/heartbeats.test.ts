import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Heartbeat, Heartbeats } from '../../connector/heartbeats.ts';
import { MemoryTable } from '../support/state-table.ts';

let table: MemoryTable;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] });
  table = new MemoryTable();
});
afterEach(() => {
  vi.useRealTimers();
});

function connector(instance: string, said: Partial<Heartbeat> = {}) {
  const heartbeat: Heartbeat = { hears: ['pbx-1'], publishes: true, waiting: 0, acceptedAt: 0, ...said };
  const heartbeats = new Heartbeats({ table, instance, heartbeat: () => heartbeat });
  heartbeats.start();
  onTestFinished(() => heartbeats.stop());
  return { heartbeats, heartbeat };
}
/** A process that is stopped, as by SIGSTOP: its heartbeat stays as it is. */
function freeze(instance: string): void {
  const frozen = { ...table.items.get(`connectors\n${instance}`) } as never;
  const write = table.write.bind(table);
  table.write = async (changes) => {
    await write(changes);
    table.items.set(`connectors\n${instance}`, frozen);
  };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('a connector works while its heartbeat changes, and says that it works for the node', async () => {
  const { heartbeats } = connector('one');
  const { heartbeat } = connector('two');
  await pass(10_000);
  expect([heartbeats.works('two', 'pbx-1'), heartbeats.works('two', 'pbx-2')]).toEqual([true, false]);
  expect(heartbeats.servedByOthers).toEqual(['pbx-1']);
  // What it says is written at once.
  heartbeat.publishes = false;
  await pass(1000);
  expect(heartbeats.works('two', 'pbx-1')).toBe(false);
  expect(heartbeats.servedByOthers).toEqual(['pbx-1']);
  heartbeat.hears = [];
  await pass(1000);
  expect(heartbeats.servedByOthers).toEqual([]);
});

test('a connector that is stopped or cut off from the table does not work within 3.5 s', async () => {
  const { heartbeats } = connector('one');
  connector('two');
  await pass(5000);
  freeze('two');
  await pass(1500);
  expect(heartbeats.works('two', 'pbx-1')).toBe(true);
  await pass(2000);
  expect(heartbeats.works('two', 'pbx-1')).toBe(false);
  expect(heartbeats.servedByOthers).toEqual([]);
});

test('a connector without a heartbeat is unknown, and so is every one while the table does not answer', async () => {
  const { heartbeats } = connector('one');
  connector('two');
  await pass(5000);
  expect(heartbeats.works('older', 'pbx-1')).toBeUndefined();
  table.trouble = () => Promise.reject(new Error('no answer'));
  await pass(4000);
  expect(heartbeats.works('two', 'pbx-1')).toBeUndefined();
  expect(heartbeats.published('two', 0)).toBeUndefined();
  table.trouble = undefined;
  await pass(2000);
  expect(heartbeats.works('two', 'pbx-1')).toBe(true);
});

test('one that is killed with events that it has not published has lost them; one that was stopped says what it left', async () => {
  const { heartbeats } = connector('one');
  const { heartbeat } = connector('killed', { waiting: 3 });
  const stopped = connector('stopped', { waiting: 3 });
  await pass(3000);
  expect([heartbeats.published('killed', 0), heartbeats.published('stopped', 0)]).toEqual([undefined, undefined]);
  stopped.heartbeat.waiting = 0;
  await stopped.heartbeats.stop();
  freeze('killed');
  await pass(4000);
  expect([heartbeats.published('killed', 0), heartbeats.published('stopped', 0)]).toEqual(['lost', 'published']);
  expect(heartbeat.waiting).toBe(3);
});

test('what a connector said before the time that is asked about is not its last word', async () => {
  const { heartbeats } = connector('one');
  connector('two');
  await pass(3000);
  expect(heartbeats.published('two', performance.now() + 1000)).toBeUndefined();
  const after = performance.now();
  await pass(3000);
  expect(heartbeats.published('two', after)).toBe('published');
});
