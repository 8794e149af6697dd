import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '../../lib/simulator/clock.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { DEAF_PHONE, LONG_SOUND, LONG_SOUND_SECONDS, PHONE, type Program, SHARED } from './program.ts';
import { apps } from './run-program.ts';
import type { AppEvent, Target } from './target.ts';

/**
 * The simulator, with a program's dialplan.
 *
 * @param quietMs how much of its time passes while all happens that happens by itself at once
 */
export function simulatedTarget(program: Program, prefix: string, quietMs: number): Target {
  const clock = new ManualClock();
  const events: AppEvent[] = [];
  const dialplan = Object.fromEntries(
    Object.entries(program.dialplan).map(([exten, applications]) => [
      `${exten}@${prefix}`,
      applications.map((application) => application.replaceAll('~', prefix)),
    ]),
  );
  const missingMedia = ['sound:nothing-there'];
  // As short as Asterisk's own: some programs are at their end before two seconds have passed.
  const mediaLengths = { [LONG_SOUND]: 1000 * LONG_SOUND_SECONDS, beep: 300 };
  const phones = { [`PJSIP/${PHONE}`]: 'answers', [`PJSIP/${DEAF_PHONE}`]: 'rings' } as const;
  const asterisk = new SimulatedAsterisk({
    clock,
    dialplan,
    extensionsConf: SHARED,
    endpoints: ['PJSIP/sipp'],
    phones,
    missingMedia,
    mediaLengths,
  });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; ) {
      const step = Math.min(left, clock.untilNext ?? left);
      clock.advance(step);
      left -= Math.max(step, 1);
      await turn();
    }
  };
  // A copy, as over a wire.
  for (const app of apps(prefix)) asterisk.subscribe(app, (event) => events.push(JSON.parse(JSON.stringify(event))));
  return {
    events,
    async request(method, path, body) {
      const [at = '', query = ''] = path.split('?');
      const [status, answer] = await asterisk.request({ method, path: at, query: new URLSearchParams(query), body });
      if (answer instanceof Uint8Array) return { status, body: Buffer.from(answer).toString('latin1') };
      return { status, body: JSON.parse(JSON.stringify(answer ?? null)) };
    },
    async quiet() {
      await turn();
      await turn();
      await pass(quietMs);
    },
    now: () => clock.now().getTime(),
    async nextEvent(limitMs) {
      const count = events.length;
      for (let left = limitMs; left > 0 && events.length === count; ) {
        const step = Math.min(left, clock.untilNext ?? left);
        clock.advance(step);
        left -= Math.max(step, 1);
        await turn();
      }
      return events.length > count;
    },
    pass,
    close: () => asterisk.stop(),
  };
}
