import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callHandler } from '../../lib/call-handler/call-handler.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';
import { VerbsStage } from './verbs-stage.ts';

const AGENTS = [1, 2, 3];
const CALLERS = 10;
/** Agents talk for a second. One transfers the call to 201, and leaves when they have talked. */
const FAR = `
[callers]
exten => waits,1,Answer()
 same => n,Wait(3600)

[agents]
${AGENTS.map((n) => `exten => agent${n},1,Answer()\n same => n,Wait(1)\n same => n,Hangup()\n`).join('')}
exten => transfers,1,Answer()
 same => n,Wait(1)
 same => n,SendDTMF(*2)
 same => n,Wait(1)
 same => n,SendDTMF(201)
 same => n,Wait(4)
 same => n,Hangup()

[experts]
exten => 201,1,Answer()
 same => n,Set(GLOBAL(EXPERT)=talks)
 same => n,Wait(8)
 same => n,Hangup()
`;
const member = (n: number): string => `member = Local/agent${n}@agents/n,0,Agent ${n},Local/agent${n}@agents`;
const QUEUES = `[general]\n[support]\nstrategy = rrmemory\ntimeout = 10\nretry = 1\nwrapuptime = 0
setinterfacevar = yes\nringinuse = no\n${AGENTS.map(member).join('\n')}\n`;
const FEATURES = '[general]\n[featuremap]\natxfer = *2\n';

let stage: VerbsStage;
const ended: { channelId: string; outcome: string; member: string }[] = [];

describe.skipIf(!OWN_ASTERISK)('verbs that connect callers, on a real Asterisk', () => {
  beforeAll(async () => {
    stage = await VerbsStage.start({ queue: { app: 'Queue' }, desk: { app: 'Desk' } }, FAR);
    stage.asterisk.write('queues.conf', QUEUES);
    stage.asterisk.write('features.conf', FEATURES);
    await stage.asterisk.server.cli('core reload');
    await until('the members of the queue', async () =>
      (await stage.asterisk.server.cli('queue show support')).includes('Agent 3'),
    );
  }, 120_000);
  afterEach(() => {
    expect(stage.faults).toEqual([]);
    ended.length = 0;
  });
  afterAll(() => stage?.end());

  const callers = async (extension: string, count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      const endpoint = `Local/${extension}@default`;
      await stage.ari.channels.originate({ endpoint, context: 'callers', extension: 'waits', priority: 1 });
    }
  };

  test(`a queue of ${AGENTS.length} agents talks to each of ${CALLERS} callers once, and nothing is left`, async () => {
    stage.serve(
      'Queue',
      callHandler({
        StasisStart: ({ call }) => call.queue('support', { queue: 'support', timeout: 60 }),
        queued: {
          support: ({ call, outcome, member = '' }) => {
            ended.push({ channelId: call.id, outcome, member });
            call.hangup();
          },
        },
      }),
    );
    await callers('queue', CALLERS);
    await until('all callers to have talked', () => ended.length >= CALLERS, 60_000);
    await stage.isEmpty();
    expect(ended.map(({ outcome }) => outcome)).toEqual(ended.map(() => 'answered'));
    expect(new Set(ended.map(({ channelId }) => channelId)).size).toBe(CALLERS);
    expect(ended).toHaveLength(CALLERS);
    expect([...new Set(ended.map((one) => one.member))].toSorted()).toEqual(
      AGENTS.map((n) => `Local/agent${n}@agents/n`),
    );
    expect(await stage.asterisk.server.cli('queue show support')).toContain('No Callers');
  }, 90_000);

  test('a warm transfer joins the caller with the expert when the agent leaves, and nothing is left', async () => {
    stage.serve(
      'Desk',
      callHandler({
        StasisStart: ({ call }) =>
          call.dial('agent', { to: 'Local/transfers@agents/n', timeout: 10, transfers: 'experts' }),
        dialled: {
          agent: ({ call, outcome, seconds }) => {
            ended.push({ channelId: call.id, outcome, member: String(seconds) });
            call.hangup();
          },
        },
      }),
    );
    await callers('desk', 1);
    const present = async (context: string) =>
      (await stage.ari.channels.list()).some(({ name }) => name.includes(`@${context}-`));
    await until('the expert to be called', () => present('experts'), 30_000);
    await until('the agent to have left', async () => !(await present('agents')), 30_000);
    await sleep(500);
    expect([await present('experts'), await present('default'), ended]).toEqual([true, true, []]);
    await until('the end of the call', () => ended.length > 0, 30_000);
    expect(ended).toEqual([{ channelId: expect.anything(), outcome: 'answered', member: expect.anything() }]);
    expect(Number(ended[0]?.member)).toBeGreaterThan(8);
    await stage.isEmpty();
  }, 120_000);
});
