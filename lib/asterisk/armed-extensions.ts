import { FALLBACK_CONTEXT, type Fallback, fallbackContext } from './fallback.ts';
import { armed, DISARMED, RESCUE_CONTEXT, rescueContext } from './rescue.ts';
import { verbsContexts } from './verbs.ts';

/** What extensions do, by their names, as the simulated Asterisk takes them. */
type Extensions = Readonly<Record<string, string | readonly string[]>>;

/**
 * Renders the contexts that the extensions of every app need: of the rescue, the verbs and the fallback.
 *
 * @param options.verbs `false` leaves out the verbs. @default true
 */
export function sharedContexts(fallback: Fallback, { verbs = true } = {}): string {
  return [
    rescueContext(FALLBACK_CONTEXT),
    ...(verbs ? [verbsContexts(FALLBACK_CONTEXT)] : []),
    '; Stasis() fails at once while no WebSocket is connected for the app: the caller goes here.',
    fallbackContext(fallback),
  ].join('\n');
}

/**
 * Arms Asterisk's timer in extensions that are given as what `Stasis()` is given, as extensions.conf does: a call that
 * no handler claims within these seconds goes on at the extension `T` of its context. Extensions with applications of
 * their own stay as they are, a `T` among them.
 *
 * @param secondsOf the seconds for an app; `false` for never
 * @example
 * armedExtensions({ ivr: 'Intro-IVR' }, () => 6);
 * // { ivr: ['NoOp()', 'Gosub(ari-eventbridge-rescue,arm,1(6))', 'Stasis(Intro-IVR)', …], T: … }
 */
export function armedExtensions(extensions: Extensions, secondsOf: (app: string) => number | false): Extensions {
  const each = Object.entries(extensions).map(([name, steps]) => {
    const seconds = typeof steps === 'string' && secondsOf(steps.split(',')[0] as string);
    if (seconds === false) return [name, steps];
    return [name, ['NoOp()', armed(seconds), `Stasis(${steps})`, DISARMED, 'Hangup()']];
  });
  const ends = Object.keys(extensions).map((name) => [name.replace(/^[^@]*/, 'T'), [`Goto(${RESCUE_CONTEXT},T,1)`]]);
  return { ...Object.fromEntries(ends), ...Object.fromEntries(each) };
}
