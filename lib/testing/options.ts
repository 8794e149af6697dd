import type { CallEvent } from '../events/call-event.ts';
import type { EventPattern } from '../events/pattern/index.ts';
import type { QueueOptions } from '../simulator/dialplan/call-queue.ts';
import type { Extensions } from '../simulator/dialplan.ts';
import type { PhoneBehaviour } from '../simulator/phone-behaviour.ts';
import type { Delivery } from './delivery.ts';
import type { CrashPoint } from './invocation.ts';

export interface TestCallsOptions {
  /**
   * What extensions do, as in extensions.conf: `{ conference: 'Super-Conference,100' }` is what `Stasis()` is given.
   * @default `ivr` and `conference` of the documents; each app is an extension of its own name besides
   */
  dialplan?: Extensions;
  /**
   * After how many seconds a call goes to the fallback that no handler has claimed, as `rescue` of a node: the caller
   * hears the busy tone, and `call.isRescued` is true. `false` for never. An extension with applications of its own is
   * not concerned.
   * @default 6
   */
  rescue?: number | false;
  /**
   * Whether the dialplan has the contexts of verbs, which `asterisk-config` writes. `false`: as an older extensions.conf, where
   * handlers carry out verbs by events.
   * @default true
   */
  verbs?: boolean;
  /**
   * What phones do that handlers call, by endpoint: `{ 'PJSIP/1001': 'answers', 'PJSIP/1002': { answersAfter: 5 } }`.
   * Others are unreachable then.
   * @default all exist and ring, until the test lets them do something: `pbx.phone('PJSIP/1001').answer()`
   */
  phones?: Readonly<Record<string, PhoneBehaviour>>;
  /** Queues of the dialplan, by name: `{ sales: { members: ['PJSIP/1001'] } }`. @default none */
  queues?: Readonly<Record<string, QueueOptions>>;
  /** Media that Asterisk does not have: `['sound:there-is-none']`. @default it has all */
  missingMedia?: readonly string[];
  /**
   * How each event reaches its handler; `position` is its number among the events that have a handler, from 0.
   *
   * With `'concurrently'`, events are handled at the same time, as in the cloud: in any order, each in an environment of
   * its own where others are busy, and every command and every answer takes its time. What happens next is decided by
   * `seed`. What callers do (`dial`, `press`, `hangUp`, …) then resolves when some of what came of it has happened, so
   * that they also act in the middle: `await pbx.settled()` before the test looks. `wait` settles by itself.
   *
   * @default once
   * @example
   * await testCalls({ Greeter: handler }, { delivery: ({ type }) => (type === 'StasisStart' ? 'twice' : 'once') });
   */
  delivery?: 'concurrently' | ((event: CallEvent, position: number) => Delivery);
  /** Which interleaving of `'concurrently'`: a whole number. @default a new one, which is printed */
  seed?: number;
  /** Each delivery goes to a Lambda environment of its own, which remembers nothing of those before. @default false */
  cold?: boolean;
  /**
   * Whether Lambda stops an invocation of a flow before or after one of its requests, and begins another one. What a flow
   * comes to is to be the same with and without.
   *
   * @default never
   * @example
   * const flow = callFlow(async (call) => void (await call.play('sound:hello-world')));
   * await testCalls({ Ivr: flow }, { crashes: ({ invocation, request }) => invocation === 1 && request === 2 });
   */
  crashes?: (point: CrashPoint) => boolean;
  /**
   * The event pattern that each app's handler is deployed with. Handlers are given only what their pattern matches, and
   * `testCalls` throws where a handler has a function for a type that its pattern does not bring.
   *
   * @default every event that the handler has a function for
   * @example
   * const patterns = { 'Intro-IVR': ariPattern({ application: 'Intro-IVR', type: introIvr }) };
   * const pbx = await testCalls({ 'Intro-IVR': introIvr }, { patterns });
   */
  patterns?: Readonly<Record<string, EventPattern>>;
  /** What time it is when the test begins; it passes by `pbx.wait` alone. @default 2026-01-01T09:00:00Z */
  now?: Date;
  /** Called with each line that handlers log. @default none is called */
  onLog?: (line: string) => void;
}
