/** Flows whose invocations are stopped at any checkpoint, while events and commands come in any order, and events again. */
import { callFlow, HungUp } from 'ari-eventbridge/flow';
import {
  type CrashPoint,
  type TestCall,
  type TestCallsOptions,
  type TestPbx,
  testCalls,
} from 'ari-eventbridge/testing';
import { expect } from 'vitest';
import { handler as click } from '../../functions/click-to-dial-flow/index.ts';
import { handler as pin } from '../../functions/pin-flow/index.ts';
import { handler as queue } from '../../functions/queue-flow/index.ts';

/** What a call of a scenario came to. */
export interface CallEnd {
  flow: { status: string; result: unknown };
  heard: readonly string[];
  isOver: boolean;
  at: string | undefined;
  /** Effects of steps: their ids, each once. */
  effects: readonly string[];
}

export interface Scenario {
  options: TestCallsOptions;
  /** Notes the effect of a step: its name and id. */
  app(effects: string[]): Parameters<typeof testCalls>[0];
  /** What callers do. @returns the caller's call */
  calls(pbx: TestPbx, doing: Doing): Promise<TestCall>;
}

/** How a caller acts: when something has happened, and with events that come again in between. */
export interface Doing {
  until(condition: () => boolean): Promise<void>;
}

const EVERYTHING: Omit<Scenario, 'app'> = {
  options: {},
  async calls(pbx, { until }) {
    const call = await pbx.dial('App');
    await pbx.completeWait(call, 'early', 1);
    await until(() => call.heard.at(-1) === 'sound:a');
    await call.press('1');
    await until(() => call.heard.at(-1) === 'sound:b');
    if (pbx.seed % 2 === 0) await call.press('2');
    else await pbx.completeWait(call, 'approval', 'yes');
    await pbx.wait(60);
    if (pbx.seed % 2 === 1) await call.press('9');
    await until(() => call.heard.at(-1) === 'sound:d');
    await call.press('12');
    await call.hangUp();
    await until(() => pbx.flows[0]?.status === 'SUCCEEDED');
    return call;
  },
};

/** By name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  pin: {
    options: { dialplan: { inside: ['Answer()', 'Wait(3600)'] } },
    app: () => ({ App: pin }),
    async calls(pbx, { until }) {
      const call = await pbx.dial('App');
      await until(() => call.heard.length === 1);
      await call.press('1111');
      await until(() => call.heard.length === 3);
      await call.press('4711');
      await until(() => call.channel?.dialplan.exten === 'inside');
      return call;
    },
  },
  queue: {
    options: { phones: { 'PJSIP/a1': { answersAfter: 3 } }, queues: { support: { members: ['PJSIP/a1'] } } },
    app: () => ({ App: queue }),
    async calls(pbx, { until }) {
      const call = await pbx.dial('App');
      await until(() => pbx.events.some(({ type }) => type === 'StasisStart') && call.heard.length > 0);
      await pbx.wait(30);
      await pbx.phone('PJSIP/a1').hangUp();
      await until(() => call.isOver);
      return call;
    },
  },
  'click-to-dial': {
    options: { phones: { 'PJSIP/agent': { answersAfter: 2 }, 'PJSIP/1001': { answersAfter: 2 } } },
    app: () => ({ App: click }),
    async calls(pbx, { until }) {
      const endpoint = 'PJSIP/agent';
      await pbx.ari.channels.originateWithId({ channelId: 'click-1', endpoint, app: 'App', appArgs: '1,PJSIP/1001' });
      await pbx.wait(60);
      await pbx.phone('PJSIP/1001').hangUp();
      const call = pbx.call('click-1');
      await until(() => call.isOver);
      return call;
    },
  },
  'everything at once': { ...EVERYTHING, app: (effects) => ({ App: everything(effects) }) },
  'everything, staying awake': { ...EVERYTHING, app: (effects) => ({ App: everything(effects, 1) }) },
};

/** A flow with each kind of operation. */
function everything(effects: string[], awakeSeconds = 0) {
  return callFlow(
    async (call) => {
      const note = (name: string) => call.step(name, ({ id }) => void effects.push(`${name} ${id}`));
      const seen: unknown[] = [];
      try {
        await call.answer();
        const { customer, menu } = await call.all({
          customer: call.step('look up', ({ id }) => {
            effects.push(`look up ${id}`);
            return 'Alice';
          }),
          menu: call.gather({ prompt: 'sound:a', maxDigits: 1, timeout: 600 }),
        });
        seen.push(customer, menu.digits);
        const won = await call.race({
          digit: call.gather({ prompt: 'sound:b', maxDigits: 1, timeout: 600 }),
          approval: call.waitFor<string>('approval'),
        });
        seen.push(won.first, await call.waitFor('early'));
        await note('between');
        for (let times = 0; times < 3; times++) await call.wait(0);
        await call.play('sound:c');
        const last = await call.gather({ prompt: 'sound:d', maxDigits: 4, timeout: 600 });
        seen.push(last.outcome, last.digits);
        await call.play('sound:e');
      } catch (error) {
        if (!(error instanceof HungUp)) throw error;
      } finally {
        await note('end');
      }
      return seen;
    },
    { awakeSeconds },
  );
}

/** The same whatever happens between: without what differs from one call to another. */
export interface Run {
  end: CallEnd;
  /** Effects that came more than once, and how often an invocation was stopped. */
  repeated: number;
  crashes: number;
  invocations: number;
}

/**
 * @param crashes whether an invocation is stopped at a point
 * @param again how likely an event comes again after each thing that the caller does
 */
export async function run(
  { options, app, calls }: Scenario,
  given: TestCallsOptions,
  crashes: (point: CrashPoint) => boolean = () => false,
  again: () => boolean = () => false,
): Promise<Run> {
  const effects: string[] = [];
  let stopped = 0;
  const pbx = await testCalls(app(effects), {
    rescue: false,
    ...options,
    ...given,
    crashes: (point) => {
      const isCrash = crashes(point);
      if (isCrash) stopped += 1;
      return isCrash;
    },
  });
  try {
    const repeat = async (): Promise<void> => {
      const outcomes = pbx.events.filter(({ type }) => type === 'StasisStart' || type === 'ChannelDestroyed');
      for (const event of outcomes) if (again()) await pbx.redeliver(event);
    };
    const call = await calls(pbx, {
      async until(condition) {
        for (let waited = 0; !condition(); waited++) {
          if (waited > 400) throw new Error(`Waited without success for: ${condition}; ${JSON.stringify(pbx.flows)}`);
          await pbx.wait(0.5);
        }
        await repeat();
      },
    });
    await repeat();
    await pbx.wait(30);
    expect(pbx.flows).toHaveLength(1);
    const [flow] = pbx.flows;
    const names = [...new Set(effects)];
    return {
      end: {
        flow: { status: flow?.status ?? 'none', result: flow?.result },
        heard: [...call.heard],
        isOver: call.isOver,
        at: call.channel?.dialplan.exten,
        effects: names.map((name) => name.split(' ').slice(0, -1).join(' ')),
      },
      repeated: effects.length - names.length,
      crashes: stopped,
      invocations: flow?.invocations ?? 0,
    };
  } finally {
    await pbx.close();
  }
}
