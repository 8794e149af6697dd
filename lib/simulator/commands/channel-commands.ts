import { moveArguments } from '../../ari/arguments.ts';
import { causeOf } from '../causes.ts';
import type { Channel } from '../channel/channel.ts';
import type { Control } from '../control.ts';
import { answer, slept } from '../dialplan/applications.ts';
import { type OutgoingCall, priorityOf } from '../outgoing-call.ts';
import { Refusal } from '../refusal.ts';
import { atOnce, type Thread, waitUntil } from '../threads.ts';
import type { World } from '../world.ts';
import type { Command, Commands } from './command.ts';
import { externalMedia } from './external-media.ts';
import { playOnChannel, recordChannel } from './media-commands.ts';
import { type CommandResult, NO_CONTENT, type Params, variablesOf } from './params.ts';

export const channelCommands: Commands = {
  'channels.list': (world) => [200, world.channels.list.map(({ known }) => known)],
  'channels.get': (world, params) => [200, world.channels.get(params.id('channelId')).known],
  'channels.originate': (world, params) => [200, world.outgoing.originate(callOf(params))],
  'channels.originateWithId': (world, params) => [200, world.outgoing.originate(callOf(params))],
  'channels.create': (world, params) => [200, world.outgoing.create(callOf(params))],
  'channels.dial': (world, params) => {
    world.outgoing.dial(params.id('channelId'), params.text('caller'), params.number('timeout'));
    return NO_CONTENT;
  },
  'channels.hangup': (world, params) => {
    const channel = world.channels.get(params.id('channelId'));
    channel.hangupCause = causeOf(params.text('reason'), params.text('reason_code'));
    channel.requestHangup('explicit');
    return NO_CONTENT;
  },
  'channels.continueInDialplan': reached(goOn),
  'channels.move': (world, params) => {
    const control = world.stasis.control(params.id('channelId'));
    // Asterisk 22.10 crashes on a move without an app: nobody should rely on what comes then.
    const app = params.text('app');
    if (!app) throw new Refusal(400, 'Missing parameter app');
    const args = moveArguments(params.text('appArgs') ?? '');
    // The arguments of a move that has not happened yet stay.
    control.post(done(() => (control.next = { app, args: [...(control.next?.args ?? []), ...args] })));
    return NO_CONTENT;
  },
  'channels.redirect': reached(redirect),
  'channels.answer': async (world, params) => {
    const control = world.stasis.controlOfReached(params.id('channelId'));
    const { channel } = control;
    const result = await control.send(() => atOnce(() => (answer(channel) ? 0 : -1)));
    if (result !== 0) throw new Refusal(500, 'Failed to answer channel');
    return NO_CONTENT;
  },
  'channels.ring': reached(indicated('ringing')),
  'channels.ringStop': reached(nothing),
  'channels.progress': reached(indicated('progress')),
  'channels.sendDTMF': reached(sendDigits),
  'channels.mute': reached(muted(true)),
  'channels.unmute': reached(muted(false)),
  'channels.hold': reached(indicated('hold')),
  'channels.unhold': reached(indicated('unhold')),
  // What the caller hears of these, no event tells.
  'channels.startMoh': reached(early),
  'channels.stopMoh': reached(nothing),
  'channels.startSilence': reached(silence),
  'channels.stopSilence': reached(({ channel }) => done(() => (channel.isSentSilence = false))),
  'channels.play': playOnChannel,
  'channels.playWithId': playOnChannel,
  'channels.record': recordChannel,
  'channels.snoopChannel': snoop,
  'channels.snoopChannelWithId': snoop,
  'channels.rtpstatistics': (world, params) => {
    const channel = world.channels.get(params.id('channelId'));
    const { name } = channel.technology;
    // ARI does not ask for the statistics of media from outside when it creates them.
    if (name === 'UnicastRTP') throw new Refusal(404, 'RTP info not found');
    if (name !== 'PJSIP') throw new Refusal(403, 'Unsupported channel type');
    return [200, rtpStatistics(channel.id)];
  },
  'channels.externalMedia': externalMedia,
  'channels.transfer_progress': (world, params) => {
    world.stasis.control(params.id('channelId'));
    const states = params.text('states');
    if (!states) throw new Refusal(400, 'states must not be empty');
    if (!/^channel_(progress|answered|unavailable|declined)$/i.test(states)) {
      throw new Refusal(400, 'Invalid states value');
    }
    return NO_CONTENT;
  },
};

/** A command for a channel that is not being called; carried out in the channel's turn, and answered before. */
function reached(act: (control: Control, params: Params, world: World) => (() => Thread<number>) | undefined): Command {
  return (world, params) => {
    const control = world.stasis.controlOfReached(params.id('channelId'));
    const work = act(control, params, world);
    if (work) control.post(work);
    return NO_CONTENT;
  };
}

/** Something that takes no time and always works. */
function done(action: () => unknown): () => Thread<number> {
  return () =>
    atOnce(() => {
      action();
      return 0;
    });
}

/** Commands that make no event. */
function nothing(): undefined {}

function indicated(what: 'ringing' | 'progress' | 'hold' | 'unhold') {
  return ({ channel }: Control) => done(() => channel.indicate(what));
}

/** Something is heard before a call is answered. */
function soundEarly(channel: Channel): void {
  if (channel.state !== 'Up') channel.indicate('progress');
}

function early({ channel }: Control): () => Thread<number> {
  return done(() => soundEarly(channel));
}

function silence({ channel }: Control): () => Thread<number> {
  return done(() => {
    soundEarly(channel);
    channel.isSentSilence = true;
  });
}

function muted(isMuted: boolean) {
  return ({ channel }: Control, params: Params, world: World): (() => Thread<number>) => {
    const direction = params.text('direction');
    if (!direction) throw new Refusal(400, 'Direction is required');
    if (!['in', 'out', 'both'].includes(direction)) {
      throw new Refusal(400, 'Invalid direction specified');
    }
    return done(() => {
      const wasMuted = channel.muted.size > 0;
      for (const one of direction === 'both' ? ['in', 'out'] : [direction]) {
        if (isMuted) channel.muted.add(one);
        else channel.muted.delete(one);
      }
      if (channel.muted.size > 0 !== wasMuted) world.bridgeOf(channel)?.reconfigure();
    });
  };
}

function goOn(control: Control, params: Params): () => Thread<number> {
  const { channel } = control;
  const { dialplan } = channel.known;
  const [givenContext, givenExten] = [params.text('context'), params.text('extension')];
  const context = givenContext || dialplan.context;
  const exten = givenExten || (givenContext ? 's' : dialplan.exten);
  const find = (label: string) => channel.dialplan.priority(context, exten, label);
  const named = priorityOf(params.text('label'), params.number('priority'), find);
  const priority = named ?? (givenContext || givenExten ? 1 : dialplan.priority + 1);
  return function* () {
    if (control.seat) yield* control.seat.depart();
    channel.context = context;
    channel.exten = exten;
    // The line that the channel is in counts on by itself.
    channel.priority = channel.pbx ? priority - 1 : priority;
    control.isDone = true;
    return 0;
  };
}

function redirect({ channel }: Control, params: Params): undefined {
  const endpoint = params.text('endpoint');
  if (!endpoint) throw new Refusal(400, "Required parameter 'endpoint' not provided.");
  const [technology = '', resource] = endpoint.split(/\/(.*)/s);
  if (resource === undefined || technology === '') {
    throw new Refusal(422, `Endpoint parameter '${endpoint}' does not contain tech/resource`);
  }
  if (resource === '') throw new Refusal(422, `No resource provided in endpoint parameter '${endpoint}'`);
  const own = channel.technology.name;
  if (!own.toLowerCase().startsWith(technology.toLowerCase())) {
    throw new Refusal(422, `Endpoint technology '${technology}' does not match channel technology '${own}'`);
  }
}

/** How long Asterisk is silent before the first digit that it sends. */
const SILENCE_BEFORE_DIGITS_MS = 100;

function sendDigits(control: Control, params: Params, world: World): () => Thread<number> {
  const dtmf = params.text('dtmf');
  if (!dtmf) throw new Refusal(400, 'DTMF is required');
  const [before, after] = [params.number('before'), params.number('after')];
  const [between, duration] = [params.number('between', 100) || 100, params.number('duration', 100) || 100];
  const { channel } = control;
  return function* () {
    if (channel.state !== 'Up') channel.indicate('progress');
    yield* pausing(channel, world, before);
    if (yield* isCut(channel, world, SILENCE_BEFORE_DIGITS_MS)) return 0;
    for (const digit of dtmf) {
      if (digit === 'w' && (yield* isCut(channel, world, 500))) return 0;
      if (!/[0-9*#a-dA-D]/.test(digit)) continue;
      if (yield* isCut(channel, world, duration)) return 0;
      channel.technology.digit(channel, digit);
      if (yield* isCut(channel, world, between)) return 0;
    }
    yield* pausing(channel, world, after);
    return 0;
  };
}

function* isCut(channel: Channel, world: World, ms: number): Thread<boolean> {
  return (yield* pausing(channel, world, ms)) !== 0;
}

/** Waits, as long as the call is not over. If it was over before, Asterisk notices only where sound comes or goes. */
function* pausing(channel: Channel, { clock, playbacks }: World, ms: number): Thread<number> {
  const end = clock.now().getTime() + ms;
  while (channel.isHungUp && !channel.hasNews) {
    const peer = channel.technology.peerOf?.(channel);
    const left = end - clock.now().getTime();
    if (left <= 0) return 0;
    if (channel.isSentSilence || (peer && playbacks.playsOn(peer))) {
      channel.read();
      return -1;
    }
    yield* waitUntil(() => channel.hasNews, channel.changed, clock, left);
  }
  return yield* slept(channel, clock, end - clock.now().getTime());
}

function callOf(params: Params): OutgoingCall {
  return {
    endpoint: params.text('endpoint') ?? '',
    app: params.text('app'),
    appArgs: params.text('appArgs'),
    extension: params.text('extension'),
    context: params.text('context') || undefined,
    priority: params.number('priority'),
    label: params.text('label'),
    id: params.text('channelId') || undefined,
    otherId: params.text('otherChannelId') || undefined,
    callerId: params.text('callerId'),
    timeout: params.number('timeout', 30),
    variables: variablesOf(params.field('variables')),
    originator: params.text('originator'),
    formats: params.text('formats'),
  };
}

function snoop(world: World, params: Params): CommandResult {
  const [spy, whisper] = [params.text('spy') || 'none', params.text('whisper') || 'none'];
  const directions = ['none', 'both', 'out', 'in'];
  if (!directions.includes(spy)) throw new Refusal(400, 'Invalid direction specified for spy');
  if (!directions.includes(whisper)) throw new Refusal(400, 'Invalid direction specified for whisper');
  if (spy === 'none' && whisper === 'none') {
    throw new Refusal(400, 'Direction must be specified for at least spy or whisper');
  }
  const app = params.text('app');
  if (!app) throw new Refusal(400, 'Application name is required');
  const snooped = world.channels.find(params.id('channelId'));
  if (!snooped) throw new Refusal(404, 'Provided channel was not found');
  const args = params.text('appArgs');
  return [200, world.snoop(snooped, params.text('snoopId'), args ? `${app},${args}` : app)];
}

/** Of a line on which nothing is ever lost. */
function rtpStatistics(channel_uniqueid: string): object {
  const none = { txcount: 0, rxcount: 0, txploss: 0, rxploss: 0, local_ssrc: 0, remote_ssrc: 0 };
  return { ...none, txoctetcount: 0, rxoctetcount: 0, channel_uniqueid };
}
