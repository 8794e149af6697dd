import { expect, onTestFinished, test } from 'vitest';
import { Announced } from '../../connector/announced.ts';
import { NodeState } from '../../connector/asterisk/index.ts';
import { CallRecords, EventOrigin } from '../../connector/call-records.ts';
import { DEFAULT_FILTER, EventFilter } from '../../connector/event-filter.ts';
import type { JournalRecord } from '../../connector/journal/index.ts';
import { Metrics } from '../../connector/metrics.ts';
import { busWith } from '../support/bus-with.ts';
import { MemoryTable } from '../support/state-table.ts';

const BUS = busWith(async (entries) => entries.map(() => ({ status: 'accepted' })));
const CREATED = '2026-11-25T08:00:00.000+0000';

function stage() {
  const table = new MemoryTable();
  const announced = new Announced(table, BUS, 'c-1');
  onTestFinished(() => announced.stop());
  const metrics = new Metrics();
  metrics.close();
  const records = new CallRecords(BUS, new EventFilter(DEFAULT_FILTER), metrics);
  const origin = new EventOrigin('pbx-1', ['a'], new NodeState());
  let sequence = 0;
  const record = (type: string, id: string): JournalRecord => {
    sequence += 1;
    const event = {
      type,
      timestamp: CREATED,
      application: 'a',
      channel: { id, creationtime: CREATED, name: `PJSIP/${id}` },
    };
    const frame = { text: JSON.stringify(event), event };
    const made = records.recordOf(origin, {
      kind: 'event',
      frame,
      position: { connection: 'c', sequence },
      recovered: false,
    });
    if (!made) throw new Error('expected a record');
    return made;
  };
  return { table, announced, record };
}

test('a stay is in the table from the acceptance of its StasisStart to that of its StasisEnd', async () => {
  const { table, announced, record } = stage();
  const start = record('StasisStart', '1.0');
  await announced.write();
  expect(table.items.size).toBe(0);
  announced.accepted(start);
  announced.accepted(record('ChannelDtmfReceived', '1.0'));
  await announced.write();
  const { stays } = await announced.of('pbx-1');
  expect(stays).toMatchObject([{ channelId: '1.0', app: 'a', snapshot: { id: '1.0', name: 'PJSIP/1.0' } }]);
  expect(start.id).toBe(`pbx-1-${stays[0]?.stay}-start`);
  announced.accepted(record('StasisEnd', '1.0'));
  await announced.write();
  expect((await announced.of('pbx-1')).stays).toEqual([]);
});

test('changes are written together, and again where the table failed', async () => {
  const { table, announced, record } = stage();
  for (let i = 0; i < 60; i++) announced.accepted(record('StasisStart', `${i}.0`));
  for (let i = 0; i < 40; i++) announced.accepted(record('StasisEnd', `${i}.0`));
  table.trouble = () => Promise.reject(new Error('throttled'));
  await announced.write();
  table.trouble = undefined;
  table.writes = 0;
  await announced.write();
  expect(table.writes).toBe(3);
  expect((await announced.of('pbx-1')).stays).toHaveLength(20);
  await announced.write();
  expect(table.writes).toBe(3);
});

test('a node is served from the first look at its history on', async () => {
  const { announced } = stage();
  expect(await announced.of('pbx-1')).toMatchObject({ isServed: false, stays: [] });
  expect(await announced.of('pbx-1')).toMatchObject({ isServed: true, stays: [] });
  expect(await announced.of('pbx-2')).toMatchObject({ isServed: false, stays: [] });
});

test('who has taken an app last is in the table, beside the stays', async () => {
  const { table, announced, record } = stage();
  announced.accepted(record('StasisStart', '1.0'));
  announced.took('pbx-1', ['a', 'b']);
  await announced.write();
  const other = new Announced(table, BUS, 'c-2');
  onTestFinished(() => other.stop());
  other.took('pbx-1', ['b']);
  await other.write();
  const { stays, holders } = await announced.of('pbx-1');
  expect(stays).toMatchObject([{ channelId: '1.0' }]);
  expect([...holders]).toEqual([
    ['a', 'c-1'],
    ['b', 'c-2'],
  ]);
});

test('who has lost an app before it could note that it had taken it does not note it later', async () => {
  const { table, announced } = stage();
  const { write } = table;
  table.write = () => Promise.reject(new Error('throttled'));
  announced.took('pbx-1', ['a', 'b']);
  await announced.write();
  table.write = write;
  announced.lost('pbx-1', 'a');
  await announced.write();
  expect([...(await announced.of('pbx-1')).holders]).toEqual([['b', 'c-1']]);
});

test('a node is not taken for new where that cannot be noted', async () => {
  const { table, announced } = stage();
  table.write = () => Promise.reject(new Error('throttled'));
  await expect(announced.of('pbx-1')).rejects.toThrow('throttled');
});
