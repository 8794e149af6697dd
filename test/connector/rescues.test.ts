import { beforeEach, describe, expect, test } from 'vitest';
import { type CallRescued, Rescues } from '../../connector/rescues.ts';
import { type AriResponse, createAriClient } from '../../lib/ari/client.ts';
import { until } from '../support/until.ts';

/** What Asterisk answers for each channel, one answer after the other: a variable's value, or a status. */
let answers: Record<string, (string | number)[]>;
let asked: string[];
let underWay: number;
let most: number;
let found: CallRescued[];
let rescues: Rescues;

beforeEach(() => {
  answers = {};
  asked = [];
  found = [];
  underWay = most = 0;
  const request = async ({ path, query }: { path: string; query: URLSearchParams }): Promise<AriResponse> => {
    const channelId = path.split('/')[2] as string;
    asked.push(`${channelId} ${query.get('variable')}`);
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 1));
    underWay -= 1;
    const answer = answers[channelId]?.shift() ?? 'yes';
    if (typeof answer === 'string') return { status: 200, reason: '', body: JSON.stringify({ value: answer }) };
    const message = answer === 404 ? 'Provided channel was not found' : 'Provided variable was not found';
    return { status: 404, reason: '', body: JSON.stringify({ message }) };
  };
  rescues = new Rescues({
    node: 'pbx-1',
    apps: new Set(['a']),
    ari: createAriClient({ request, close: () => {} }),
    onRescued: (rescued) => found.push(rescued),
    sleep: async () => {},
  });
});

const UNSET = 0;

function send(type: string, id: string, fields: object = {}): void {
  const channel = { id, channelvars: { 'CHANNEL(linkedid)': 'call-1' } };
  const event = { type, application: 'a', timestamp: '2026-11-25T12:00:06.001+0000', channel, ...fields };
  rescues.observe({ text: JSON.stringify(event), event });
}

describe('a call that left its app', () => {
  test('without a hang-up request is rescued where the dialplan says so', async () => {
    send('StasisStart', '1.0');
    send('StasisEnd', '1.0');
    await until('the report', () => found.length === 1);
    const leftAt = '2026-11-25T12:00:06.001Z';
    expect(found).toEqual([{ node: 'pbx-1', app: 'a', channelId: '1.0', callId: 'call-1', leftAt }]);
    expect(asked).toEqual(['1.0 ARI_RESCUED']);
  });

  test('is looked at once more where the dialplan has not set the variable yet', async () => {
    answers['1.0'] = [UNSET, 'yes'];
    send('StasisEnd', '1.0');
    await until('the report', () => found.length === 1);
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['moved on without the variable', [UNSET, UNSET], 2],
    ['was rescued earlier, and entered again', ['', ''], 2],
    ['is over', [404], 1],
  ])('is not reported where it %s', async (_, given, requests) => {
    answers['1.0'] = given;
    send('StasisEnd', '1.0');
    await until('the requests', () => asked.length === requests);
    send('StasisEnd', '2.0');
    await until('the report of another one', () => found.length === 1);
    expect(found[0]?.channelId).toBe('2.0');
    expect(asked).toHaveLength(requests + 1);
  });

  test('after a hang-up request, or from an app of another program, is not looked at', async () => {
    send('ChannelHangupRequest', '1.0');
    send('StasisEnd', '1.0');
    send('StasisEnd', '2.0', { application: 'b' });
    send('StasisEnd', '3.0');
    await until('the report', () => found.length === 1);
    expect(asked).toEqual(['3.0 ARI_RESCUED']);
  });
});

test('at most four channels are looked at at the same time, and none is forgotten', async () => {
  for (let id = 0; id < 100; id++) send('StasisEnd', `${id}`);
  await until('all reports', () => found.length === 100);
  expect(most).toBe(4);
});

test('after the stop nothing is reported', async () => {
  send('StasisEnd', '1.0');
  rescues.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([found, asked]).toEqual([[], []]);
});
