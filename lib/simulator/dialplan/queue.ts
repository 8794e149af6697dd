import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import { type Thread, waitUntil } from '../threads.ts';
import { answer } from './applications.ts';
import { CallQueue, type QueueOptions } from './call-queue.ts';
import { conversation } from './conversation.ts';
import type { DialSurroundings } from './dial.ts';
import { Legs, setDuration } from './legs.ts';
import type { Application } from './pbx.ts';
import { setVariable } from './variables.ts';

const ANSWERED_ELSEWHERE = 26;
const RING_SECONDS = 15;
const RETRY_SECONDS = 5;

/** `Queue(name,options,,,seconds)`, with the option `c`: the caller goes on after the talk. */
export function queueing(options: Readonly<Record<string, QueueOptions>>, around: DialSurroundings): Application {
  const { sounds } = around;
  const queues = new Map(Object.entries(options).map(([name, each]) => [name, new CallQueue(each, sounds.clock)]));
  return function* (channel, data) {
    const [name = '', flags = '', , , seconds = ''] = applicationFields(data);
    for (const each of ['ANSWEREDTIME', 'ANSWEREDTIME_MS', 'DIALEDTIME', 'DIALEDTIME_MS'])
      setVariable(channel, each, '');
    for (const each of ['QUEUEWAIT', 'QUEUEWAIT_MS']) setVariable(channel, each, '');
    const queue = queues.get(name);
    if (!queue) {
      setVariable(channel, 'QUEUESTATUS', 'UNKNOWN');
      return 0;
    }
    const begun = channel.now.getTime();
    const limit = 1000 * Number.parseFloat(seconds);
    queue.enter(channel);
    sounds.hear(channel, 'music:default');
    const found = yield* waited(channel, queue, around, begun, limit > 0 ? begun + limit : Number.POSITIVE_INFINITY);
    const position = queue.position(channel);
    queue.leave(channel);
    if (!found) return given(channel, position, begun);
    setVariable(channel, 'QUEUEPOSITION', String(position));
    setWait(channel, begun);
    if (queue.options.setinterfacevar) setVariable(channel, 'MEMBERINTERFACE', found.member);
    answer(channel);
    yield* conversation(channel, found.leg, around);
    const talkMs = found.leg.upMs;
    found.leg.end();
    queue.release([found.member], queue.options.wrapuptime);
    setDuration(channel, 'ANSWEREDTIME', talkMs);
    setDuration(channel, 'DIALEDTIME', channel.ageMs);
    setVariable(channel, 'QUEUESTATUS', 'CONTINUE');
    return flags.includes('c') && !channel.isHungUp ? 0 : -1;
  };
}

/** Nobody took the call: its time is over, or the caller has hung up. */
function given(channel: Channel, position: number, begun: number): number {
  if (!channel.isHungUp) setVariable(channel, 'ABANDONED', 'TRUE');
  setWait(channel, begun);
  setDuration(channel, 'DIALEDTIME', channel.ageMs);
  setDuration(channel, 'ANSWEREDTIME', 0);
  if (channel.isHungUp) setVariable(channel, 'ABANDONED', 'TRUE');
  setVariable(channel, 'QUEUEPOSITION', String(position));
  if (channel.isHungUp) return -1;
  setVariable(channel, 'QUEUESTATUS', 'TIMEOUT');
  return 0;
}

/** Whole seconds, from one second of the clock to another. */
function setWait(channel: Channel, begun: number): void {
  const [from, to] = [begun, channel.now.getTime()].map((ms) => Math.floor(ms / 1000)) as [number, number];
  setDuration(channel, 'QUEUEWAIT', 1000 * (to - from));
}

/** Until a member answers. @returns undefined where the time is over or the caller has hung up */
function* waited(
  channel: Channel,
  queue: CallQueue,
  around: DialSurroundings,
  begun: number,
  end: number,
): Thread<{ leg: Channel; member: string } | undefined> {
  const { timeout = RING_SECONDS, retry = RETRY_SECONDS } = queue.options;
  let mayRing = begun;
  for (;;) {
    const now = channel.now.getTime();
    if (channel.isHungUp || now >= end) return undefined;
    const members = now >= mayRing ? queue.free(channel) : [];
    if (members.length === 0) {
      const until = Math.min(end, mayRing > now ? mayRing : end);
      const comes = () => channel.isReadable || (channel.now.getTime() >= mayRing && queue.free(channel).length > 0);
      yield* waitUntil(comes, channel.changed, around.sounds.clock, Number.isFinite(until) ? until - now : undefined);
      if (channel.isReadable) channel.read();
      continue;
    }
    queue.take(channel, members);
    const found = yield* rung(channel, members, around, Math.min(end, now + 1000 * timeout));
    if (!found) queue.waitsAgain(channel);
    queue.release(members.filter((member) => member !== found?.member));
    if (found) return found;
    mayRing = channel.now.getTime() + 1000 * retry;
  }
}

/** Lets members ring until one answers, none can any more, or the time is over. */
function* rung(
  channel: Channel,
  members: readonly string[],
  { sounds, threads, request }: DialSurroundings,
  end: number,
): Thread<{ leg: Channel; member: string } | undefined> {
  const legs = new Legs(channel, threads, { forQueue: true });
  for (const member of members) {
    legs.call(member, request, (leg) => {
      leg.connected = channel.caller;
      leg.language = channel.language;
    });
  }
  while (!legs.answered && !legs.areOver && !channel.isHungUp && channel.now.getTime() < end) {
    const isNews = () => legs.answered !== undefined || legs.areOver || channel.isReadable;
    yield* waitUntil(isNews, channel.changed, sounds.clock, end - channel.now.getTime());
    if (channel.isReadable && !legs.answered) channel.read();
  }
  const { answered } = legs;
  if (!answered || channel.isHungUp) {
    legs.cancel(channel.isHungUp ? 'CANCEL' : 'NOANSWER', undefined);
    answered?.end();
    return undefined;
  }
  legs.cancel('CANCEL', ANSWERED_ELSEWHERE);
  legs.tellAnswer(answered);
  return { leg: answered, member: legs.endpointOf(answered) };
}
