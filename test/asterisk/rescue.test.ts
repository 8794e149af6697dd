import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AriError } from '../../lib/ari/errors.ts';
import { claimingClient } from '../../lib/call-handler/call-claim.ts';
import { callHandler } from '../../lib/call-handler/call-handler.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';
import { RescueStage, SECONDS } from './rescue-stage.ts';

/** Calls of each situation: `CALLS=500` for many. */
const CALLS = Number(process.env.CALLS ?? 30);
const LIMIT_MS = 60_000 + 200 * CALLS;
const reads = callHandler({ StasisStart: ({ channel }) => channel.variable('X') });

let stage: RescueStage;

interface Situation {
  /** What handles calls of `ivr`. @default one that reads, and claims nothing */
  handler?: ReturnType<typeof callHandler> | undefined;
  /** Happens before the calls of `ivr`. */
  before?: () => Promise<void>;
  /** Happens while the calls of `ivr` are in their app. */
  during?: () => Promise<void> | void;
}

describe.skipIf(!OWN_ASTERISK)('on a real Asterisk', () => {
  beforeAll(async () => {
    stage = await RescueStage.start();
  });
  afterAll(() => stage?.end());

  describe('every caller whom no handler has claimed reaches the fallback within a second after the time is over', () => {
    afterEach(() => stage.close());

    const situations: [string, Situation][] = [
      ['the bus is away', { before: () => stage.takeBusAway() }],
      [
        'the handler throws before its first command',
        {
          handler: callHandler({
            StasisStart: () => {
              throw new Error('broken');
            },
          }),
        },
      ],
      ['the handler never runs', { handler: undefined }],
      ['the handler only reads', { handler: reads }],
      ['both connectors are killed with callers inside', { during: () => stage.killConnectors() }],
      ['the network to Asterisk is cut', { during: () => stage.network.cut() }],
    ];

    test.each(situations)(
      'while %s, and no call is touched that was claimed',
      async (what, { handler, before, during }) => {
        await stage.open(handler);
        const since = Date.now();
        const kept = Math.ceil(CALLS / 5);
        await stage.callLocally('claimed', kept);
        await until('the claims', () => stage.claimed === kept, 30_000);

        await before?.();
        const [bySip, locally] = [Math.floor(CALLS / 2), Math.ceil(CALLS / 2)];
        const sip = stage.callBySip('ivr', bySip);
        await stage.callLocally('ivr', locally);
        if (during) await stage.entered('ivr', CALLS, since);
        await during?.();
        await sip;

        const landed = async () => (await stage.calls(since)).filter((call) => call.landed !== undefined).length;
        await until('all calls at the fallback', async () => (await landed()) >= CALLS, 30_000);
        const calls = await stage.calls(since);
        const rescued = calls.filter(({ extension }) => extension === 'ivr');
        expect(rescued).toHaveLength(CALLS);
        const after = rescued.map(({ entered, landed: at = Number.NaN }) => at - entered).toSorted((a, b) => a - b);
        expect(after[0]).toBeGreaterThanOrEqual(1000 * SECONDS - 50);
        expect(after.at(-1)).toBeLessThanOrEqual(1000 * (SECONDS + 1));
        const touched = calls.filter(({ extension, landed: at }) => extension === 'claimed' && at !== undefined);
        expect(touched).toEqual([]);
        expect(await stage.inApps()).toHaveLength(kept);
        console.info(`${what}: ${CALLS} rescued after ${after[0]} to ${after.at(-1)} ms, ${kept} claimed calls kept`);
      },
      LIMIT_MS,
    );

    test(
      'and the connector reports each one on the bus, and no other call',
      async () => {
        await stage.open(reads);
        await stage.callLocally('claimed', 2);
        const sip = stage.callBySip('ivr', 2);
        await stage.callLocally('ivr', 2);
        await until('four reports', () => reports().length === 4);
        await sip;
        for (const name of await stage.inApps()) {
          const channel = (await stage.direct.channels.list()).find((candidate) => candidate.name === name);
          await stage.direct.channels.continueInDialplan({
            channelId: channel?.id ?? '',
            context: 'far',
            extension: 'wait',
          });
        }
        await sleep(1000);
        expect(reports()).toHaveLength(4);
        expect(reports()[0]?.detail).toMatchObject({ node: 'pbx-1', app: 'Intro-IVR', channelId: expect.any(String) });
      },
      LIMIT_MS,
    );

    const reports = () => stage.news.filter((event) => event['detail-type'] === 'CallRescued');
  });

  test(
    'a claim at any millisecond around the end of the time: the call is claimed or rescued, never both, never neither',
    async () => {
      const { server, passwords } = stage.asterisk;
      const listener = await openEvents(server.url, passwords.connector, ['Intro-IVR']);
      const since = Date.now();
      const outcomes = new Map<string, { offset: number; claimed: boolean }>();
      const starts = () => listener.events.filter(({ type }) => type === 'StasisStart');
      const running: Promise<void>[] = [];
      for (let offset = -60; offset <= 60; offset++) {
        const place = starts().length;
        await stage.callLocally('ivr', 1);
        const start = await until('the start', () => starts()[place]);
        const { id, name } = start.channel as { id: string; name: string };
        const wait = Date.parse(String(start.timestamp)) + 1000 * SECONDS + offset - Date.now();
        running.push(
          sleep(wait).then(async () => {
            outcomes.set(name, { offset, claimed: await claims(id) });
          }),
        );
      }
      await Promise.all(running);
      await sleep(1000);
      const calls = await stage.calls(since);
      listener.close();
      const [one, other] = [true, false].map(
        (claimed) => [...outcomes.values()].filter((each) => each.claimed === claimed).length,
      );
      console.info(`claims from 60 ms before to 60 ms after the end: ${one} claimed, ${other} too late`);
      expect(calls).toHaveLength(121);
      for (const { channel, landed } of calls) {
        const outcome = outcomes.get(channel);
        expect({ ...outcome, rescued: landed !== undefined }).toEqual({ ...outcome, rescued: !outcome?.claimed });
      }
      expect([one, other].every((count) => Number(count) > 10)).toBe(true);
    },
    LIMIT_MS,
  );
});

/** What a handler's first command comes to. */
async function claims(channelId: string): Promise<boolean> {
  try {
    await claimingClient(stage.direct, channelId).channels.ring({ channelId });
    return true;
  } catch (error) {
    if (error instanceof AriError && ['wrong-state', 'gone'].includes(error.kind)) return false;
    throw error;
  }
}
