// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so are Asterisk's variables written
import fc, { type Arbitrary } from 'fast-check';
import { type Command, LONG_SOUND } from '../program.ts';

/** Names that exist, by turns, and some that never do. */
export const channel = fc.oneof(
  { weight: 14, arbitrary: fc.constant('~caller') },
  { weight: 3, arbitrary: fc.constantFrom('~out', '~spy', '~phone') },
  { weight: 1, arbitrary: fc.constantFrom('~nobody', '~short', '~out;2', '~media') },
);
export const bridge = fc.oneof(
  { weight: 8, arbitrary: fc.constant('~room') },
  { weight: 2, arbitrary: fc.constant('~hall') },
  { weight: 1, arbitrary: fc.constant('~nowhere') },
);
export const playback = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('~p', '~q') },
  { weight: 1, arbitrary: fc.constant('~nothing') },
);
export const recording = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('~r', '~short-r') },
  { weight: 1, arbitrary: fc.constant('~nothing') },
);
/**
 * Gives the recording that programs play a format without a header: no sound comes, and then Asterisk plays nothing else
 * (docs/simulator.md, "Sound").
 */
export function playable(given: Command): Command {
  const isPlayed = given.params.name === '~r' && given.params.format === 'wav';
  return isPlayed ? { ...given, params: { ...given.params, format: 'ulaw' } } : given;
}
export const app = fc.oneof(
  { weight: 6, arbitrary: fc.constant('~app') },
  { weight: 3, arbitrary: fc.constant('~other') },
  { weight: 1, arbitrary: fc.constant('~unheard') },
);
export const appArgs = fc.constantFrom(undefined, 'a', 'a,b', 'a,,b', '"x, y",z', '{"id":7}', ',', '', 'a\\,b');

const medium = fc.oneof(
  { weight: 6, arbitrary: fc.constant(`sound:${LONG_SOUND}`) },
  { weight: 3, arbitrary: fc.constantFrom('sound:beep', 'sound:silence/1', 'digits:12', 'tone:ring') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['sound:nothing-there', 'sound:silence/11', 'recording:~r', 'recording:~nothing', 'number:7', 'number:x'],
      ...['characters:ab', 'hello-world', 'sound:', 'http://127.0.0.1/x', 'tone:nonsense', 'digits:', 'SOUND:beep'],
    ),
  },
);
export const media = fc.oneof(
  { weight: 18, arbitrary: medium },
  { weight: 6, arbitrary: fc.array(medium, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, '', []) },
);

/** For a bridge of which no app may hear: what would end by itself would do so unseen. */
export const bridgeMedia = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(`sound:${LONG_SOUND}`, 'tone:ring') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('sound:nothing-there', 'recording:~nothing', 'number:x', 'hello-world', 'tone:nonsense'),
  },
  { weight: 2, arbitrary: fc.constant([`sound:${LONG_SOUND}`, 'tone:ring']) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, '', []) },
);

/** Names of variables, some of which are functions. */
export const variable = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('X', 'Y', 'DIGITS') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['CALLERID(name)', 'CALLERID(num)', 'CALLERID(all)', 'CHANNEL(language)', 'CHANNEL(accountcode)'],
      ...['CHANNEL(peeraccount)', 'CONNECTEDLINE(name)'],
      ...['PUSH(X,|)', 'TIMEOUT(absolute)', 'TIMEOUT(digit)', '__KEPT', '_KEPT', 'NO_FUNCTION(x)', 'CHANNEL(state)'],
    ),
  },
);
export const value = fc.constantFrom(undefined, '', '1', 'a b', 'x|y', '"Bob" <1002>', '${EXTEN}', 'ä,"q"');

type Params = Record<string, Arbitrary<unknown>>;

/** A parameter that is often left out. */
export function maybe<T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

/**
 * Commands of one operation.
 *
 * @param path with `{name}` for the words that `places` has
 */
export function command(
  operation: string,
  template: string,
  places: Params = {},
  params: Params = {},
  forms: Command['via'][] = ['query', 'body'],
): Arbitrary<Command> {
  const [method = '', path = ''] = template.split(' ');
  return fc
    .record({ at: fc.record(places), given: fc.record(params), via: fc.constantFrom(...forms) })
    .map(({ at, given, via }) => ({
      kind: 'command',
      operation,
      method,
      path: path.replace(/\{(\w+)\}/g, (_, name: string) => String((at as Record<string, unknown>)[name])),
      params: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      via,
    }));
}
