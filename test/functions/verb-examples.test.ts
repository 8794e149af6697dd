import { type TestCallsOptions, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { handler as afterHours, isOpen } from '../../functions/after-hours/index.ts';
import { handler as campaign } from '../../functions/campaign/index.ts';
import { handler as click } from '../../functions/click-to-dial/index.ts';
import { handler as pin } from '../../functions/pin/index.ts';
import { handler as queue } from '../../functions/queue/index.ts';
import { handler as recordedCall } from '../../functions/recorded-call/index.ts';

const INSIDE = { inside: ['Answer()', 'Wait(3600)'] };
const MONDAY_NOON = new Date('2026-11-23T12:00:00Z');
const SUNDAY = new Date('2026-11-22T12:00:00Z');

let pbx: Awaited<ReturnType<typeof testCalls>>;
afterEach(() => pbx?.close());

const dial = async (app: string, handler: Parameters<typeof testCalls>[0][string], options: TestCallsOptions = {}) => {
  pbx = await testCalls({ [app]: handler }, { ...options, dialplan: { ...INSIDE, ...options.dialplan } });
  return pbx.dial(app);
};

describe('pin', () => {
  test('lets in who knows it', async () => {
    const call = await dial('Pin', pin);
    await call.press('4711');
    await pbx.wait(5);
    expect([call.heard, call.channel?.dialplan.exten]).toEqual([
      ['sound:vm-password', 'sound:auth-thankyou'],
      'inside',
    ]);
  });

  test('hangs up on who does not, at the third time', async () => {
    const call = await dial('Pin', pin);
    for (const wrong of ['1111', '22#', '3']) {
      await call.press(wrong);
      await pbx.wait(4);
    }
    await pbx.wait(5);
    expect(call.heard.filter((media) => media === 'sound:vm-incorrect')).toHaveLength(2);
    expect([call.heard.at(-1), call.isOver]).toEqual(['sound:vm-goodbye', true]);
  });

  test('hangs up on silence', async () => {
    const call = await dial('Pin', pin);
    await pbx.wait(60);
    expect(call.isOver).toBe(true);
  });
});

describe('after hours', () => {
  test.each([
    ['2026-11-23T08:00:00Z', true],
    ['2026-11-23T07:59:59Z', false],
    ['2026-11-23T16:00:00Z', false],
    ['2026-11-22T12:00:00Z', false],
  ])('%s is %s', (at, open) => expect(isOpen(new Date(at))).toBe(open));

  test('takes a message on Sunday', async () => {
    const call = await dial('Hours', afterHours, { now: SUNDAY });
    await pbx.wait(4);
    await call.press('#');
    await pbx.wait(5);
    expect([call.heard, call.isOver]).toEqual([['sound:vm-isunavail', 'sound:beep', 'sound:vm-goodbye'], true]);
  });

  test('rings at the desk on Monday, and takes a message where nobody answers', async () => {
    const phones = { 'PJSIP/desk1': 'rings', 'PJSIP/desk2': 'rings' } as const;
    const call = await dial('Hours', afterHours, { now: MONDAY_NOON, phones });
    await pbx.wait(30);
    expect(call.heard).toContain('sound:vm-nobodyavail');
  });
});

const userEvents = (name: string) =>
  pbx.events.flatMap((event) =>
    event.type === 'ChannelUserevent' && event.eventname === name ? [event.userevent as Record<string, string>] : [],
  );

describe('click to dial', () => {
  const ring = async (customer: 'answers' | 'busy' | 'rings') => {
    pbx = await testCalls({ Click: click }, { phones: { 'PJSIP/agent': { answersAfter: 2 }, 'PJSIP/1001': customer } });
    const endpoint = 'PJSIP/agent';
    await pbx.ari.channels.originateWithId({ channelId: 'click-1', endpoint, app: 'Click', appArgs: '1,PJSIP/1001' });
    await pbx.wait(5);
    return pbx.call('click-1');
  };

  test('connects both, and ends with the first who hangs up', async () => {
    const agent = await ring('answers');
    expect(agent.isUp).toBe(true);
    await pbx.phone('PJSIP/1001').hangUp();
    await pbx.wait(2);
    expect([agent.isOver, await pbx.ari.channels.list()]).toEqual([true, []]);
  });

  test('is over where the agent hangs up while it rings at the customer', async () => {
    const agent = await ring('rings');
    expect(pbx.unreached).toEqual(['Click: dialled.customer']);
    await agent.hangUp();
    expect([pbx.unreached, await pbx.ari.channels.list()]).toEqual([[], []]);
  });

  test.each([
    ['busy', 'sound:vm-isonphone'],
    ['rings', 'sound:vm-isunavail'],
  ] as const)('tells the agent where the customer %s', async (customer, media) => {
    const agent = await ring(customer);
    await pbx.wait(30);
    expect([agent.heard, agent.isOver]).toEqual([[media], true]);
  });
});

describe('queue', () => {
  const QUEUES = { support: { members: ['PJSIP/a1', 'PJSIP/a2'] } };

  test('connects the caller with a member who answers', async () => {
    const phones = { 'PJSIP/a1': 'rings', 'PJSIP/a2': { answersAfter: 3 } } as const;
    const call = await dial('Support', queue, { phones, queues: QUEUES });
    await pbx.wait(12);
    expect(pbx.phone('PJSIP/a2').isUp).toBe(true);
    await pbx.phone('PJSIP/a2').hangUp();
    await pbx.wait(3);
    expect([call.isOver, await pbx.ari.channels.list()]).toEqual([true, []]);
  });

  test('says so where nobody answers in time', async () => {
    const phones = { 'PJSIP/a1': 'rings', 'PJSIP/a2': 'rings' } as const;
    const call = await dial('Support', queue, { phones, queues: QUEUES });
    await pbx.wait(330);
    expect([call.heard.at(-1), call.isOver]).toEqual(['sound:vm-nobodyavail', true]);
  });
});

describe('a recorded call', () => {
  test.each(['caller', 'agent'] as const)('has its recording on the bus when the %s hangs up', async (who) => {
    const call = await dial('Crm', recordedCall, { phones: { 'PJSIP/agent1': { answersAfter: 2 } } });
    await pbx.wait(10);
    await (who === 'caller' ? call : pbx.phone('PJSIP/agent1')).hangUp();
    await pbx.wait(2);
    const [recorded, ...more] = userEvents('CallRecorded');
    expect([recorded, more, call.isOver]).toEqual([
      {
        recording: expect.stringMatching(`^agent-${call.id}-`),
        number: '1001',
        seconds: '8',
        outcome: 'answered',
        eventname: 'CallRecorded',
      },
      [],
      true,
    ]);
    const recordingName = recorded?.recording ?? '';
    expect(await pbx.ari.recordings.getStored({ recordingName })).toMatchObject({ format: 'wav' });
  });
});

describe('campaign', () => {
  const place = async (behaviour: NonNullable<TestCallsOptions['phones']>[string]) => {
    pbx = await testCalls({ Campaign: campaign }, { phones: { 'PJSIP/1001': behaviour } });
    await pbx.ari.channels.originateWithId({ channelId: 'c-1', endpoint: 'PJSIP/1001', app: 'Campaign', timeout: 25 });
    await pbx.wait(0.5);
  };
  const results = () => [...new Set(userEvents('Outcome').map(({ result }) => result))];

  test('a person confirms', async () => {
    await place('answers');
    const phone = pbx.phone('PJSIP/1001');
    for (let s = 0; s < 20 && !phone.heard.includes('sound:vm-options'); s++) await pbx.wait(1);
    await phone.press('1');
    await pbx.wait(10);
    expect(results()).toEqual(['confirmed']);
  });

  test('a person does not', async () => {
    await place('answers');
    await pbx.wait(60);
    expect(results()).toEqual(['declined']);
  });

  test('a machine is hung up on', async () => {
    await place({ answersAfter: 1, voice: 'machine' });
    await pbx.wait(10);
    expect([results(), await pbx.ari.channels.list()]).toEqual([['machine'], []]);
  });

  test.each([
    ['busy', 'busy'],
    ['rings', 'no answer'],
  ] as const)('a phone that is %s', async (behaviour, result) => {
    await place(behaviour);
    await pbx.wait(40);
    expect(results()).toEqual([result]);
  });
});
