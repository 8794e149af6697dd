import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LocalSystem } from '../../lib/local/local-system.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { APPS } from './apps.ts';
import { Recorder } from './recorder.ts';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE = 'pbx-1';
/** Sounds play faster than in reality: the calls of a minute are over in seconds. */
const SPEED = 4;
/** Time limit for the end of all calls, even on a busy machine. */
const LIMIT_MS = 60_000;

/** The outcome of the calls, and how long callers waited for the answer, in milliseconds. */
export interface CallsReport {
  calls: number;
  answered: number;
  /** Hung up by the handler, at the end of its goodbye. */
  handledToTheEnd: number;
  invocations: number;
  failures: string[];
  deadLetters: number;
  /** From `StasisStart` to the moment at which Asterisk carries out the answer. */
  answerMs: number[];
  seconds: number;
}

/**
 * Callers who dial the deployed Intro-IVR, press 9 as soon as the menu plays, and listen to the goodbye: through all of
 * local mode, that is connector, bus, rule, function and REST.
 */
export async function manyCalls(calls: number, perSecond: number): Promise<CallsReport> {
  const dialled = new Map<string, number>();
  const answerMs: number[] = [];
  const hungUp = new Set<string>();
  const recorder = new Recorder();
  const asterisk = await SimulatedAsterisk.start({
    speed: SPEED,
    onCommand: ({ operation, path, status }) => {
      const [, , channelId = ''] = path.split('/');
      if (operation === 'channels.answer' && status < 300) {
        const from = dialled.get(channelId);
        // A channel may be answered again by a later event; the caller heard the first.
        if (from !== undefined && !answered.has(channelId)) answerMs.push(performance.now() - from);
        answered.add(channelId);
      }
      if (operation === 'channels.play' || operation === 'channels.playWithId') playing.add(channelId);
      if (operation === 'channels.hangup' && status < 300) hungUp.add(channelId);
    },
  });
  const answered = new Set<string>();
  const playing = new Set<string>();
  const system = await LocalSystem.prepare(ROOT, [{ name: NODE, url: asterisk.url, apps: APPS }], recorder);
  try {
    for (const { connector, handlers } of system.users) {
      asterisk.allow({ ...connector, readOnly: true });
      asterisk.allow(handlers);
    }
    const connected = system.connected(NODE);
    await system.start();
    await connected;

    const started = performance.now();
    const pressed: Promise<void>[] = [];
    for (let count = 0; count < calls; count++) {
      await sleep(Math.max(0, started + (count * 1000) / perSecond - performance.now()));
      const channelId = asterisk.dial('ivr');
      if (channelId === undefined) throw new Error('Asterisk rejected the call: no WebSocket is connected for its app');
      dialled.set(channelId, performance.now());
      pressed.push(
        until(`the menu of ${channelId}`, () => playing.has(channelId), LIMIT_MS).then(() =>
          asterisk.pressDigit(channelId, '9'),
        ),
      );
    }
    await Promise.all(pressed);
    await until('all calls to be over', () => asterisk.channels.length === 0, LIMIT_MS);
    await until(
      'all invocations to have ended',
      () => recorder.starts.length === recorder.invocations.length,
      LIMIT_MS,
    );
    return {
      calls,
      answered: answered.size,
      handledToTheEnd: [...dialled.keys()].filter((channelId) => hungUp.has(channelId)).length,
      invocations: recorder.invocations.length,
      failures: recorder.failures,
      deadLetters: recorder.deadLetters.length,
      answerMs,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await system.stop();
    await asterisk.stop();
  }
}
