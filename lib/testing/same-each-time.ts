import { fileURLToPath } from 'node:url';
import { isInFlow } from '../flow/in-flow.ts';

/** What reads another value at each replay, and the object that has it. */
const READERS = [
  [Date, 'now', 'Date.now()'],
  [Math, 'random', 'Math.random()'],
  [crypto, 'randomUUID', 'crypto.randomUUID()'],
  [crypto, 'getRandomValues', 'crypto.getRandomValues()'],
] as const;

/** What stands between a flow and its author: this package, the SDK, Node itself. */
const LIB = fileURLToPath(new URL('..', import.meta.url));
const SDK = '/durable-execution-sdk-js/';

/**
 * Until it is taken back, a flow that reads the time or a random number outside a step fails, and the error names the line.
 *
 * @returns takes it back
 */
export function installSameEachTime(): () => void {
  const before = READERS.map(([owner, name]) => [owner, name, Reflect.get(owner, name)] as const);
  for (const [index, [owner, name, original]] of before.entries()) {
    const [, , said] = READERS[index] as (typeof READERS)[number];
    Reflect.set(owner, name, (...given: unknown[]) => {
      refuse(said);
      return Reflect.apply(original, owner, given);
    });
  }
  const RealDate = globalThis.Date;
  globalThis.Date = new Proxy(RealDate, {
    construct(target, given, as) {
      if (given.length === 0) refuse('new Date()');
      return Reflect.construct(target, given, as);
    },
    apply(target, self, given) {
      refuse('Date()');
      return Reflect.apply(target, self, given);
    },
  });
  return () => {
    globalThis.Date = RealDate;
    for (const [owner, name, original] of before) Reflect.set(owner, name, original);
  };
}

/** @throws TypeError where the author of a flow has called it, outside a step */
function refuse(said: string): void {
  if (!isInFlow()) return;
  const line = callerOf(new Error(said));
  if (line === undefined) return;
  throw new TypeError(
    `${said} is another value at each replay of a flow, at ${line}: put it into call.step, which remembers what it was`,
  );
}

/** The place that called, as `file:line:column`; `undefined` where it is not one of the author's. */
function callerOf({ stack = '' }: Error): string | undefined {
  const frames = stack.split('\n').slice(1);
  const places = frames.map(
    (frame) => /\(?((?:file:\/\/|\/|[A-Z]:\\|node:)[^()]*:\d+:\d+)\)?$/.exec(frame.trim())?.[1] ?? '',
  );
  const [caller = ''] = places.filter((place) => !place.includes('same-each-time'));
  const path = caller.replace(/^file:\/\//, '');
  if (path === '' || path.startsWith(LIB) || path.startsWith('node:') || path.includes(SDK)) return undefined;
  return path;
}
