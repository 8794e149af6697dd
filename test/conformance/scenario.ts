import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { basicAuthorization } from '../../lib/ari/credentials.ts';
import { CALL_VARIABLES } from '../../lib/ari/verbs-dialplan.ts';
import { sharedContexts } from '../../lib/asterisk/armed-extensions.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from '../asterisk/real-asterisk.ts';
import { openEvents, type ReceivedEvent } from '../support/open-events.ts';
import { until } from '../support/until.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the conformance suite runs against: the project says. */
    target: 'simulator' | 'asterisk';
  }
}

const target = inject('target');

/** The suite's part of extensions.conf, which `test/asterisk/real-asterisk.ts` writes for Asterisk. */
const DIALPLAN = {
  app: ['Stasis(conformance,a,b)', 'Wait(3600)'],
  bare: 'conformance',
  nobody: 'nobody-listens',
  answers: ['Answer()', 'Wait(3600)'],
  // An answer at once can overtake the event of its call's beginning in Asterisk.
  'answers-later': ['Wait(1)', 'Answer()', 'Wait(3600)'],
  rings: ['Wait(0.3)', 'Ringing()', 'Wait(3600)'],
  busy: ['Busy(1)'],
  declines: ['Hangup(21)'],
  'ends-soon': ['Answer()', 'Wait(1)'],
  phone: ['Answer()', 'Stasis(phone)'],
  back: 'conformance,back',
  timed: ['Set(TIMEOUT(absolute)=1)', 'Stasis(conformance)', 'Hangup()'],
  T: 'conformance,late',
};
/** The contexts that the connector's user configures: of the rescue, the verbs and the fallback. */
const SHARED = sharedContexts('busy');
const USER = OWN_ASTERISK || target === 'simulator' ? { username: 'conformance', password: 'c' } : EXISTING_USER;

/** How long no event may come before a step counts as complete. Asterisk's threads take their time. */
const QUIET_MS = target === 'asterisk' ? 250 : 15;

/** How many times faster than life the target is. */
const SPEED = target === 'simulator' ? 20 : 1;

/** Consequences of Asterisk's inner workings that no app acts on: other channels' halves, and its own variables. */
const NOISE = ['ChannelDialplan', 'ChannelCallerId', 'ChannelConnectedLine'];
const OWN_VARIABLES =
  /^(STASISSTATUS|BRIDGEPEER|PLAYBACKSTATUS|READSTATUS|TRANSFERSTATUS\w*|DIALSTATUS|\w+TIME(_MS)?|DIALEDPEER\w+|GOSUB_RETVAL|ARI_\w+|LOCAL\(\w+\)|ARGC|left)$/;

async function startTarget() {
  let asterisk: { url: string; stop(): Promise<void> };
  if (target === 'simulator') {
    const missingMedia = ['sound:there-is-none'];
    const contexts = { dialplan: DIALPLAN, extensionsConf: SHARED, channelVariables: CALL_VARIABLES };
    asterisk = await SimulatedAsterisk.start({ users: [USER], ...contexts, missingMedia, speed: SPEED });
  } else {
    const real = await RealAsterisk.prepare();
    real.configure([USER], undefined, { 'extensions.conf': SHARED }, CALL_VARIABLES);
    await real.start();
    asterisk = real;
  }
  const listener = await openEvents(asterisk.url, USER, ['conformance', 'other']);
  await openEvents(asterisk.url, USER, ['phone']);
  let scenarios = 0;
  return {
    scenario: () => new Scenario(asterisk.url, listener.events, `${Date.now().toString(36)}${++scenarios}-`),
    stop: async () => {
      listener.close();
      await asterisk.stop();
    },
  };
}

/** Starts what a file runs against, gives each test a scenario of its own, and says how many went as expected. */
export function withScenarios(take: (scenario: Scenario) => void): void {
  let asterisk: Awaited<ReturnType<typeof startTarget>>;
  let scenario: Scenario;
  let agreed = 0;
  beforeAll(async () => {
    asterisk = await startTarget();
  });
  beforeEach(() => {
    scenario = asterisk.scenario();
    take(scenario);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') agreed += 1;
    await scenario.end();
  });
  afterAll(async () => {
    await asterisk.stop();
    console.info(`Conformance: ${agreed} scenarios as expected on ${target}`);
  });
}

/** One scenario: commands and what came of them, with ids of its own that its commands write as `~name`. */
export class Scenario {
  readonly #url: string;
  readonly #events: ReceivedEvent[];
  /** What ids of the scenario begin with. */
  readonly prefix: string;
  #told: number;

  constructor(url: string, events: ReceivedEvent[], prefix: string) {
    this.#url = url;
    this.#events = events;
    this.prefix = prefix;
    this.#told = events.length;
  }

  /** @returns the status, and Asterisk's message where it refuses: `404 Channel not found` */
  async run(command: string, body?: object): Promise<string> {
    const { status, answer } = await this.ask(command, body);
    return status < 400 ? String(status) : `${status} ${this.#plain(answer.message ?? answer.error)}`;
  }

  async ask(command: string, body?: object) {
    const [method = '', path = ''] = command.replaceAll('~', this.prefix).split(' ');
    const headers = { authorization: basicAuthorization(USER), 'content-type': 'application/json' };
    const response = await fetch(this.#url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, answer: text === '' ? {} : JSON.parse(this.#plain(text)) };
  }

  /** A caller, `~caller` unless named otherwise, on a phone `~phone-of-caller`. */
  async call(extension = 'bare', name = 'caller'): Promise<void> {
    const ids = `channelId=~phone-of-${name}&otherChannelId=~${name}`;
    await this.run(`POST /channels?endpoint=Local/${extension}@default&app=phone&${ids}`);
    await until('the caller in Stasis', () => this.#news().some((line) => line.startsWith(`StasisStart ${name} `)));
  }

  /** The caller, in whose app it was, goes through a list of verbs; what is subscribed to it until it ends. */
  async verbs(number: number, ...steps: string[]): Promise<void> {
    const kind = steps.some((step) => step.startsWith('dial:')) ? 'dialled' : 'gathered';
    await this.run('POST /applications/conformance/subscription?eventSource=channel:~caller');
    const value = [`call:conformance::${kind}:pin:1:`, ...steps].join('|').replaceAll('~', this.prefix);
    await this.run(`POST /channels/~caller/variable?variable=ARI_VERBS_${number}`, { value });
    await this.run(`POST /channels/~caller/continue?context=ari-eventbridge-verbs&extension=${number}&priority=1`);
  }

  /** A caller who is up, with the story told so far. */
  async answeredCall(name = 'caller'): Promise<void> {
    await this.call('bare', name);
    await this.run(`POST /channels/~${name}/answer`);
    await this.story(`ChannelStateChange ${name} Up`);
  }

  /** Lets so much of Asterisk's time pass. */
  async afterSeconds(seconds: number): Promise<void> {
    await sleep((1000 * seconds) / SPEED);
  }

  /** What the last event of a type shows in whole. */
  last(type: string): ReceivedEvent | undefined {
    return this.#events.findLast((event) => event.type === type);
  }

  /** What happened since it was last asked for, up to an event that begins so and what comes with it. */
  async story(upTo?: string): Promise<string[]> {
    if (upTo) await until(upTo, () => this.#news().some((line) => line.startsWith(upTo)));
    for (let seen = -1; seen !== this.#events.length; ) {
      seen = this.#events.length;
      await sleep(QUIET_MS);
    }
    const news = this.#news();
    this.#told = this.#events.length;
    return news;
  }

  /** Ends every channel and bridge that is left. */
  async end(): Promise<void> {
    for (const kind of ['channels', 'bridges']) {
      const { answer } = await this.ask(`GET /${kind}`);
      for (const { id } of answer as { id: string }[]) await this.run(`DELETE /${kind}/~${id}`);
    }
    await this.story();
  }

  #news(): string[] {
    const lines = this.#events.slice(this.#told).flatMap((event) => this.#tell(event as ToldEvent));
    // Events are in order within an app; between two apps Asterisk promises none.
    const ofOthers = lines.filter((line) => line.startsWith('other: '));
    return [...lines.filter((line) => !ofOthers.includes(line)), ...ofOthers];
  }

  #tell(event: ToldEvent): string[] {
    if (NOISE.includes(event.type) || OWN_VARIABLES.test(event.variable ?? '')) return [];
    if ((event.channel ?? event.peer)?.id.endsWith(';2')) return [];
    const line = this.#plain([event.type, ...essence(event)].join(' '));
    return [event.application === 'conformance' ? line : `${event.application}: ${line}`];
  }

  #plain(text: string): string {
    return text.replaceAll(this.prefix, '');
  }
}

type Fields = { id: string; state: string; media_uri: string; name: string; channels: string[]; target_uri: string } & {
  channelvars?: Record<string, string>;
};
type ToldEvent = ReceivedEvent & {
  [field in 'channel' | 'peer' | 'caller' | 'playback' | 'recording' | 'bridge']?: Fields;
} & { variable?: string; value?: string };

/** The fields that an app would act on. */
function essence(event: ToldEvent): string[] {
  const { channel, peer, playback, recording, bridge } = event;
  const told: unknown[] = [];
  if (bridge) told.push(`${bridge.id}[${bridge.channels.toSorted()}]`);
  if (channel) told.push(channel.id, channel.state);
  // Asterisk names a leg itself that it calls for a caller.
  if (peer) told.push(event.caller ? `caller=${event.caller.id}` : peer.id, peer.state);
  if (playback) told.push(playback.id, playback.media_uri, playback.state, playback.target_uri);
  if (recording) told.push(recording.name, recording.state, recording.target_uri);
  const others = ['args', 'digit', 'cause', 'soft', 'cause_txt', 'dialstatus', 'variable', 'value', 'destination'];
  for (const name of [...others, 'eventname', 'userevent']) {
    if (name in event) told.push(`${name}=${JSON.stringify(event[name])}`);
  }
  if (channel?.channelvars?.ARI_OUTCOME) told.push(`outcome=${channel.channelvars.ARI_OUTCOME}`);
  return told.map(String);
}
