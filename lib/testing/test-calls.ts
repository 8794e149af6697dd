import { type AriClient, createAriClient } from '../ari/client.ts';
import type { Bridge } from '../ari/generated/model.ts';
import { CALL_VARIABLES } from '../ari/verbs-dialplan.ts';
import { armedExtensions, sharedContexts } from '../asterisk/armed-extensions.ts';
import type { CallHandler } from '../call-handler/call-handler.ts';
import { Once } from '../call-handler/once.ts';
import type { CallEvent, CallEventEnvelope } from '../events/call-event.ts';
import { type CallFlow, isFlow } from '../flow/flow-function.ts';
import { createLog } from '../log.ts';
import { ManualClock } from '../simulator/clock.ts';
import { DOCUMENTED_DIALPLAN } from '../simulator/dialplan.ts';
import { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import type { Caller } from '../simulator/world.ts';
import { answerGuard } from './answer-guard.ts';
import { NODE, TestBus } from './bus.ts';
import { Courier } from './delivery.ts';
import { brings, checkPattern, patternOf } from './deployed-pattern.ts';
import { type Environments, environmentsAtOnce, environmentsInTurn } from './environments.ts';
import { FlowService, type TestFlow } from './flow-service.ts';
import { InProcessTransport } from './in-process.ts';
import { Interleaving } from './interleaving.ts';
import type { TestCallsOptions } from './options.ts';
import { newSeed } from './seeds.ts';
import { type CallDesk, TestCall } from './test-call.ts';

/** What a channel's name has behind its endpoint: a number, or the UUID of an AudioSocket. */
const SUFFIX = /-([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^-]*)$/;

/**
 * A simulated telephone system with call handlers that run in this process: no AWS, no Asterisk, no waiting. Time passes
 * only when the test lets it; handlers themselves take no time. A store that a handler has for `once` is replaced by one
 * of the test's.
 *
 * @param handlers the call handler or the flow of each Stasis application, as its Lambda function exports it
 * @throws TypeError on a phone's behaviour that is none, and where a handler's pattern does not bring what it handles
 * @example
 * const pbx = await testCalls({ 'Intro-IVR': introIvr });
 * const call = await pbx.dial('ivr');
 * await call.press('1');
 * await pbx.wait(10);
 * expect(call.heard).toEqual(['sound:hello-world', 'sound:tt-monkeys', 'sound:vm-goodbye']);
 * expect(call.isOver).toBe(true);
 * await pbx.close();
 */
export async function testCalls(
  handlers: Readonly<Record<string, CallHandler | CallFlow>>,
  options: TestCallsOptions = {},
): Promise<TestPbx> {
  return new TestPbx(handlers, options);
}

/** Created by `testCalls`. */
export class TestPbx {
  /**
   * All of ARI, for what a test prepares or looks at itself. Handlers are done with what came of it after `settled()`.
   *
   * @example
   * await pbx.ari.bridges.createWithId({ bridgeId: '100' });
   */
  readonly ari: AriClient;
  /** Decides what happens next with `delivery: 'concurrently'`: the same seed, the same test. */
  readonly seed: number;
  readonly #clock: ManualClock;
  readonly #asterisk: SimulatedAsterisk;
  readonly #bus = new TestBus();
  readonly #courier: Courier;
  readonly #flows: FlowService;
  readonly #isConcurrent: boolean;
  readonly #envelopes: CallEventEnvelope[] = [];
  /** Outcomes that no call has come to yet, by app: `Pin: gathered.pin`. */
  readonly #unreached = new Set<string>();
  readonly #heard = new Map<string, string[]>();
  readonly #desk: CallDesk = {
    channel: (id) => this.#asterisk.channels.find((channel) => channel.id === id),
    bridgeOf: (id) => this.bridges.find(({ channels }) => channels.includes(id))?.id,
    appOf: (id) => this.#asterisk.appOf(id),
    isPlaying: (id) => this.#desk.channel(id) !== undefined && this.#asterisk.isPlaying(id),
    variable: (id, name) => this.#asterisk.variable(id, name),
    heard: (id) => this.#heard.get(id) ?? [],
    events: (id) => this.events.filter(({ metadata }) => metadata.channelId === id),
    press: async (id, digits) => {
      for (const digit of digits) await this.#act(id, () => this.#asterisk.pressDigit(id, digit));
    },
    hangUp: (id) => this.#act(id, () => this.#asterisk.hangUp(id)),
    pickUp: (id) => this.#act(id, () => this.#asterisk.pickUp(id)),
    decline: (id, cause) => this.#act(id, () => this.#asterisk.decline(id, cause)),
    endPlayback: (id) => this.#endPlayback(id),
  };

  constructor(handlers: Readonly<Record<string, CallHandler | CallFlow>>, options: TestCallsOptions) {
    const { dialplan = DOCUMENTED_DIALPLAN, delivery = () => 'once', cold = false, onLog = () => {}, now } = options;
    const { phones, queues = {}, missingMedia = [], patterns = {}, rescue = 6, verbs = true } = options;
    this.#isConcurrent = delivery === 'concurrently';
    this.seed = options.seed ?? newSeed();
    if (this.#isConcurrent && options.seed === undefined) console.info(`testCalls: concurrently, seed ${this.seed}`);
    for (const [app, handler] of Object.entries(handlers)) {
      if (patterns[app]) checkPattern(app, handler, patterns[app]);
    }
    this.#clock = new ManualClock(now);
    const clock = this.#clock;
    const interleaving = this.#isConcurrent
      ? new Interleaving(this.seed, () => this.#clock.now().getTime())
      : undefined;
    const apps = Object.keys(handlers);
    const named = Object.fromEntries(apps.map((app) => [app, app]));
    this.#asterisk = new SimulatedAsterisk({
      dialplan: armedExtensions({ ...named, ...dialplan }, () => rescue),
      extensionsConf: sharedContexts('busy', { verbs }),
      channelVariables: CALL_VARIABLES,
      ...(phones && { phones }),
      queues,
      missingMedia,
      clock,
      onHeard: (channelId, media) => this.#hear(channelId, media),
    });
    const transport = new InProcessTransport(this.#asterisk, clock, interleaving);
    const sleep = () => transport.pause();
    const given = {
      clientOf: () => createAriClient(answerGuard(transport, this.#desk.isPlaying), { sleep }),
      log: createLog({}, onLog),
      // Only call events are given to handlers here.
      deadLetter: async (envelope: object) => void this.#courier.deadLetters.push(envelope as CallEventEnvelope),
    };
    const ofFlows = new InProcessTransport(this.#asterisk, clock, interleaving);
    this.#flows = new FlowService({
      flows: Object.fromEntries(Object.entries(handlers).flatMap(([app, one]) => (isFlow(one) ? [[app, one]] : []))),
      clientOf: (invocation) =>
        createAriClient(invocation.transport(answerGuard(ofFlows, this.#desk.isPlaying)), {
          sleep: () => invocation.traffic.counted(() => ofFlows.pause()),
        }),
      ...{ clock, interleaving, log: given.log, crashes: options.crashes },
    });
    const environmentsOf = (app: string, handler: CallHandler | CallFlow): Environments => {
      if (isFlow(handler)) return { run: (work) => work(this.#flows.dispatcherOf(app)) };
      for (const outcome of handler.outcomes) this.#unreached.add(`${app}: ${outcome}`);
      const onOutcome = (verb: string, name: string) => void this.#unreached.delete(`${app}: ${verb}.${name}`);
      // Lambda's attempts follow each other at once in a test, and no clock but its own passes.
      const options = { ...given, onOutcome, againAfterMs: [] };
      // A store of the cloud's is not there: one of the test's, shared by all environments, does its work.
      const inTest = handler.withOptions({ ...options, ...(handler.hasOnceStore && { once: new Once() }) });
      return interleaving ? environmentsAtOnce(inTest, cold, interleaving) : environmentsInTurn(inTest, cold);
    };
    const environments = new Map(
      Object.entries(handlers).map(([app, handler]) => [
        app,
        { all: environmentsOf(app, handler), pattern: patterns[app] ?? patternOf(app, handler) },
      ]),
    );
    const flows = this.#flows;
    this.#courier = new Courier({
      environmentsOf: (envelope) => {
        const { all, pattern } = environments.get(envelope.detail.application) ?? {};
        return pattern && brings(pattern, envelope) ? all : undefined;
      },
      deliveryOf: delivery === 'concurrently' ? () => 'once' : delivery,
      commands: {
        get underWay() {
          return transport.underWay + flows.traffic.underWay;
        },
        get steps() {
          return transport.steps + flows.steps;
        },
      },
      others: flows,
      interleaving,
    });
    this.ari = createAriClient(new InProcessTransport(this.#asterisk, clock));
    for (const app of apps) this.#asterisk.subscribe(app, (event) => this.#receive(event));
  }

  /** What time it is in the test. */
  get now(): Date {
    return this.#clock.now();
  }

  /** Every event that reached the bus, whether it was delivered or not. */
  get events(): readonly CallEvent[] {
    return this.#envelopes.map(({ detail }) => detail);
  }

  /**
   * Outcomes that handlers have functions for, and that no call of this test has come to: `Pin: gathered.pin`.
   *
   * @example
   * expect(pbx.unreached).toEqual([]);
   */
  get unreached(): readonly string[] {
    return [...this.#unreached];
  }

  /** The executions of flows, in the order of their start. */
  get flows(): readonly TestFlow[] {
    return this.#flows.flows;
  }

  /**
   * Gives a flow the value that it waits for by `call.waitFor`, as `completeWait` does.
   *
   * @param call whose flow waits
   * @example
   * const caller = await pbx.dial('Ivr');
   * await pbx.completeWait(caller, 'approval', true);
   */
  async completeWait(call: TestCall, name: string, value: unknown): Promise<void> {
    const done = this.#flows.completeWait(`${NODE}/${call.id}`, name, value);
    done.catch(() => {});
    await this.#courier.someSteps();
    if (!this.#isConcurrent) await done;
  }

  /** The existing bridges. */
  get bridges(): readonly Bridge[] {
    return this.#asterisk.bridges;
  }

  /** Events that their handler failed on three times, or gave up itself (`GiveUp`), which is not an error. */
  get deadLetters(): readonly CallEvent[] {
    return this.#courier.deadLetters.map(({ detail }) => detail);
  }

  /**
   * Places a call to an extension, or to an app by its name. Resolves when every handler is done with its start.
   *
   * @param caller who calls, with variables and SIP headers of the call. @default Alice, 1001
   * @throws what a handler threw at its last attempt
   * @example
   * const call = await pbx.dial('ivr', { number: '+4930123', headers: { 'X-Tenant': 'acme' }, variables: { DID: '100' } });
   */
  async dial(extension: string, caller: Partial<Caller> = {}): Promise<TestCall> {
    const id = this.#asterisk.dial(extension, { name: 'Alice', number: '1001', ...caller });
    if (id === undefined)
      throw new Error(`The call to "${extension}" was rejected: expected a handler for its app, got none`);
    await this.#courier.someSteps();
    return new TestCall(id, this.#desk);
  }

  /**
   * The newest call of a phone that a handler called, as seen from that phone.
   *
   * @param endpoint as the handler called it: `PJSIP/1001`; of an AudioSocket without its UUID
   * @throws where it is not being called, nor in a call
   */
  phone(endpoint: string): TestCall {
    const called = this.#asterisk.channels.filter(({ name }) => name.replace(SUFFIX, '') === endpoint).at(-1);
    if (called) return new TestCall(called.id, this.#desk);
    const names = this.#asterisk.channels.map(({ name }) => name).join(', ');
    throw new Error(`Expected ${endpoint} to be called, but these are all channels: ${names || 'none'}`);
  }

  /**
   * A channel that a test did not dial itself, such as a leg whose id a handler chose.
   *
   * @throws where there was none
   */
  call(channelId: string): TestCall {
    if (!this.#desk.channel(channelId) && this.#desk.events(channelId).length === 0) {
      throw new Error(`Expected the id of a channel of this test, got ${channelId}`);
    }
    return new TestCall(channelId, this.#desk);
  }

  /** Lets time pass: playbacks play, and handlers react to each event at its time. */
  async wait(seconds: number): Promise<void> {
    let left = seconds * 1000;
    for (;;) {
      const step = Math.min(left, this.#clock.untilNext ?? left);
      await this.#courier.catchUp(step);
      this.#clock.advance(step);
      await this.#courier.someSteps();
      left -= step;
      if (left <= 0) break;
    }
    await this.settled();
  }

  /** Delivers an event once more. */
  async redeliver(event: CallEvent): Promise<void> {
    const envelope = this.#envelopes.find(({ detail }) => detail.metadata.id === event.metadata.id);
    if (!envelope) throw new Error(`Expected an event of this test's calls, got one with the id ${event.metadata.id}`);
    this.#courier.again(envelope);
    await this.#courier.someSteps();
  }

  /** Delivers events that are held back or wait for a next event, in their order. */
  async release(): Promise<void> {
    this.#courier.release();
    await this.#courier.someSteps();
  }

  /**
   * Makes the next commands fail without effect, as during an outage of Asterisk.
   *
   * @param operation such as `channels.answer`
   * @param statuses one for each of its next calls, such as 503
   */
  failNext(operation: string, ...statuses: number[]): void {
    this.#asterisk.failNext(operation, ...statuses);
  }

  /**
   * Resolves when every event is delivered, and every handler is done or waits for Asterisk.
   *
   * @throws what a handler threw at its last attempt
   */
  settled(): Promise<void> {
    return this.#courier.settled();
  }

  /** Ends all calls. */
  async close(): Promise<void> {
    this.#flows.close();
    await this.#asterisk.stop();
  }

  /** The far end of a channel acts. Where all happens at the same time, the call may be over by then. */
  async #act(channelId: string, action: () => void): Promise<void> {
    if (!this.#desk.channel(channelId)) {
      if (this.#isConcurrent) return;
      throw new Error(`Expected a call that is not over, but the channel ${channelId} was hung up`);
    }
    action();
    await this.#courier.someSteps();
  }

  async #endPlayback(channelId: string): Promise<void> {
    const finished = (): number =>
      this.events.filter(({ type, metadata }) => type === 'PlaybackFinished' && metadata.channelId === channelId)
        .length;
    await this.settled();
    if (!this.#asterisk.isPlaying(channelId)) throw new Error('Expected a playback, but nothing is playing');
    const before = finished();
    // What the dialplan plays ends without an event.
    while (finished() === before && this.#desk.isPlaying(channelId)) {
      await this.wait((this.#clock.untilNext ?? 0) / 1000);
    }
  }

  #receive(event: object): void {
    const envelope = this.#bus.envelopeOf(event, this.#clock.now());
    this.#envelopes.push(envelope);
    if (envelope.detail.type === 'PlaybackStarted') this.#note(envelope.detail.playback);
    this.#courier.take(envelope);
  }

  /** A bridge's playback is heard by all channels in it. */
  #note({ media_uri, target_uri }: { media_uri: string; target_uri: string }): void {
    const [kind = '', id = ''] = target_uri.split(/:(.*)/s);
    const bridge = kind === 'bridge' ? this.bridges.find((candidate) => candidate.id === id) : undefined;
    for (const channelId of bridge?.channels ?? [id]) this.#hear(channelId, media_uri);
  }

  #hear(channelId: string, media: string): void {
    this.#heard.set(channelId, [...(this.#heard.get(channelId) ?? []), media]);
  }
}
