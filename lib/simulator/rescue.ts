import type { Extensions } from './dialplan.ts';

/** The lines by which a dialplan takes back a call that no handler claims in time. */
const TAKEN_BACK = ['Set(ARI_RESCUED=yes)', 'Busy()'];

/**
 * Arms Asterisk's timer in extensions that are given as what `Stasis()` is given, as `asterisk-config` does: a call that
 * no handler claims within these seconds goes on at the extension `T` of its context and hears the busy tone. Extensions with
 * applications of their own stay as they are, a `T` among them.
 *
 * @param secondsOf the seconds for an app; `false` for never
 * @example
 * withRescue({ ivr: 'Intro-IVR' }, () => 6);
 * // { ivr: ['Set(TIMEOUT(absolute)=6)', 'Stasis(Intro-IVR)', 'Set(TIMEOUT(absolute)=0)', 'Hangup()'], T: … }
 */
export function withRescue(extensions: Extensions, secondsOf: (app: string) => number | false): Extensions {
  const armed = Object.entries(extensions).map(([name, steps]) => {
    const seconds = typeof steps === 'string' && secondsOf(steps.split(',')[0] as string);
    if (seconds === false) return [name, steps];
    const [arm, disarm] = [seconds, 0].map((limit) => `Set(TIMEOUT(absolute)=${limit})`);
    return [name, [arm, `Stasis(${steps})`, disarm, 'Hangup()']];
  });
  const ends = Object.keys(extensions).map((name) => [name.replace(/^[^@]*/, 'T'), TAKEN_BACK]);
  return { ...Object.fromEntries(ends), ...Object.fromEntries(armed) };
}
