import { testTables } from 'ari-eventbridge/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDbInbox } from '../../../../lib/flow/dynamodb-inbox.ts';
import type { Fact, Leg } from '../../../../lib/flow/fact.ts';
import { inMemoryInbox } from '../../../../lib/testing/in-memory-inbox.ts';

let calls = 0;
let tables: Awaited<ReturnType<typeof testTables>>;

beforeAll(async () => {
  tables = await testTables('flows');
});
afterAll(() => tables.close());

const newLeg = (): Leg => {
  calls += 1;
  return { node: 'pbx-1', channelId: `1795403597.${calls}` };
};
const back = (list: number): Fact => ({
  key: `list:${list}`,
  arrived: {
    kind: 'gathered',
    name: 'pin',
    list: String(list),
    attempt: 1,
    result: 'OK',
    values: ['4711'],
    isOver: false,
  },
});
const OVER: Fact = { key: 'over' };

describe.each([
  ['in memory', () => inMemoryInbox()],
  ['in DynamoDB', () => dynamoDbInbox('flows')],
])('an inbox %s', (_, make) => {
  test('a fact that comes before the wait is returned by it, and the wait is not registered', async () => {
    const [inbox, leg] = [make(), newLeg()];
    expect(await inbox.append(leg, back(7))).toEqual({ fact: back(7), callbacks: [] });
    expect(await inbox.wait(leg, 'e', { callback: 'c1', keys: ['list:7', 'over'] }, [])).toEqual([back(7)]);
    expect(await inbox.append(leg, OVER)).toEqual({ fact: OVER, callbacks: [] });
  });

  test('a fact that comes after the wait returns the callback that waits for it', async () => {
    const [inbox, leg] = [make(), newLeg()];
    expect(await inbox.wait(leg, 'e', { callback: 'c1', keys: ['list:7', 'over'] }, [])).toEqual([]);
    expect(await inbox.append(leg, back(8))).toEqual({ fact: back(8), callbacks: [] });
    expect(await inbox.append(leg, back(7))).toEqual({ fact: back(7), callbacks: ['c1'] });
  });

  test('the first fact of a key counts, and one that comes again returns it with its callback', async () => {
    const [inbox, leg] = [make(), newLeg()];
    await inbox.wait(leg, 'e', { callback: 'c1', keys: ['result:approval'] }, []);
    const first: Fact = { key: 'result:approval', value: { by: 'alice' } };
    expect(await inbox.append(leg, first)).toEqual({ fact: first, callbacks: ['c1'] });
    const second: Fact = { key: 'result:approval', value: { by: 'bob' } };
    expect(await inbox.append(leg, second)).toEqual({ fact: first, callbacks: ['c1'] });
  });

  test('each execution has one wait, and the last one of it counts', async () => {
    const [inbox, leg] = [make(), newLeg()];
    await inbox.wait(leg, 'e', { callback: 'c1', keys: ['over'] }, []);
    await inbox.wait(leg, 'e', { callback: 'c2', keys: ['over'] }, []);
    await inbox.wait(leg, 'f', { callback: 'c3', keys: ['over'] }, []);
    const { callbacks } = await inbox.append(leg, OVER);
    expect(callbacks.toSorted()).toEqual(['c2', 'c3']);
  });

  test('facts that were read are removed with the next wait', async () => {
    const [inbox, leg] = [make(), newLeg()];
    await inbox.append(leg, back(7));
    await inbox.wait(leg, 'e', { callback: 'c1', keys: ['list:8'] }, ['list:7']);
    expect(await inbox.look(leg, ['list:7', 'list:8'])).toEqual([]);
  });

  test('a leg has an inbox of its own', async () => {
    const [inbox, leg, other] = [make(), newLeg(), newLeg()];
    await inbox.append(leg, OVER);
    expect(await inbox.look(other, ['over'])).toEqual([]);
    expect(await inbox.look(leg, ['over'])).toEqual([OVER]);
  });

  test('no fact is missed, whichever of wait and append is first', async () => {
    const inbox = make();
    for (let round = 0; round < 20; round++) {
      const leg = newLeg();
      const [found, { callbacks }] = await Promise.all([
        inbox.wait(leg, 'e', { callback: 'c', keys: ['over'] }, []),
        inbox.append(leg, OVER),
      ]);
      expect([found.length, callbacks.length].toSorted()).toEqual([0, 1]);
    }
  });
});

test('a table that does not exist is an error with its name in AWS’s words', async () => {
  const inbox = dynamoDbInbox('missing');
  await expect(inbox.append(newLeg(), OVER)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});
