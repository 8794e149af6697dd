import { createAriClient } from '../ari/client.ts';
import type { Bridge } from '../ari/generated/model.ts';
import type { CallHandler } from '../call-handler/call-handler.ts';
import type { CallEvent, CallEventEnvelope } from '../events/call-event.ts';
import { createLog } from '../log.ts';
import { ManualClock } from '../simulator/clock.ts';
import { DOCUMENTED_DIALPLAN, type Extensions } from '../simulator/dialplan.ts';
import type { PhoneBehaviour } from '../simulator/outgoing.ts';
import { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import { TestBus } from './bus.ts';
import { Courier, type Delivery } from './delivery.ts';
import { InProcessTransport } from './in-process.ts';
import { TestCall } from './test-call.ts';

export interface TestCallsOptions {
  /**
   * The extensions, with their arguments of `Stasis()` as in extensions.conf: `{ conference: 'Super-Conference,100' }`.
   * @default `ivr` and `conference` of the documents, and for each app an extension of its name
   */
  dialplan?: Extensions;
  /**
   * How phones react when handlers call them, by endpoint: `{ 'PJSIP/1001': 'answers' }`.
   * @default they ring without limit
   */
  phones?: Readonly<Record<string, PhoneBehaviour>>;
  /** Media that Asterisk does not have: `['sound:there-is-none']`. @default none */
  missingMedia?: readonly string[];
  /**
   * How each event reaches its handler.
   *
   * @param position its number among the events that have a handler, from 0
   * @default once
   * @example
   * await testCalls({ Greeter: handler }, { delivery: ({ type }) => (type === 'StasisStart' ? 'twice' : 'once') });
   */
  delivery?: (event: CallEvent, position: number) => Delivery;
  /** Whether each delivery runs in a new Lambda environment, which remembers no earlier events. @default false */
  cold?: boolean;
  /** Called with each line that handlers log. @default none */
  onLog?: (line: string) => void;
}

/**
 * A simulated telephone system with call handlers that run in this process: no AWS, no Asterisk, no waiting. Time passes
 * only when the test lets it; handlers themselves take no time.
 *
 * @param handlers the handler of each Stasis application, as its Lambda function exports it
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
  handlers: Readonly<Record<string, CallHandler>>,
  options: TestCallsOptions = {},
): Promise<TestPbx> {
  return new TestPbx(handlers, options);
}

/** Created by `testCalls`. */
export class TestPbx {
  readonly #clock = new ManualClock();
  readonly #asterisk: SimulatedAsterisk;
  readonly #bus = new TestBus();
  readonly #courier: Courier;
  readonly #envelopes: CallEventEnvelope[] = [];
  readonly #heard = new Map<string, string[]>();

  constructor(handlers: Readonly<Record<string, CallHandler>>, options: TestCallsOptions) {
    const { dialplan = DOCUMENTED_DIALPLAN, delivery = () => 'once', cold = false, onLog = () => {} } = options;
    const apps = Object.keys(handlers);
    const named = Object.fromEntries(apps.map((app) => [app, app]));
    const { phones = {}, missingMedia = [] } = options;
    const clock = this.#clock;
    this.#asterisk = new SimulatedAsterisk({ dialplan: { ...named, ...dialplan }, phones, missingMedia, clock });
    const transport = new InProcessTransport(this.#asterisk, this.#clock);
    const given = {
      clientOf: () => createAriClient(transport),
      log: createLog({}, onLog),
      deadLetter: async (envelope: CallEventEnvelope) => void this.#courier.deadLetters.push(envelope),
    };
    const warm = new Map(apps.map((app) => [app, handlers[app]?.withOptions(given)]));
    this.#courier = new Courier({
      handlerOf: ({ application, type }) => {
        const handler = warm.get(application);
        if (!handler?.eventTypes.includes(type)) return undefined;
        return cold ? handler.withOptions({}) : handler;
      },
      deliveryOf: delivery,
      commandsUnderWay: () => transport.underWay,
    });
    for (const app of apps) this.#asterisk.subscribe(app, (event) => this.#receive(event));
  }

  /** Every event that reached the bus, whether it was delivered or not. */
  get events(): readonly CallEvent[] {
    return this.#envelopes.map(({ detail }) => detail);
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
   * @throws what a handler threw at its last attempt
   */
  async dial(extension: string, caller = { name: 'Alice', number: '1001' }): Promise<TestCall> {
    const id = this.#asterisk.dial(extension, caller);
    if (id === undefined)
      throw new Error(`The call to "${extension}" was rejected: expected a handler for its app, got none`);
    await this.settled();
    return new TestCall(id, {
      channel: (channelId) => this.#asterisk.channels.find((channel) => channel.id === channelId),
      bridgeOf: (channelId) => this.bridges.find(({ channels }) => channels.includes(channelId))?.id,
      appOf: (channelId) => this.#asterisk.appOf(channelId),
      isPlaying: (channelId) => this.#asterisk.isPlaying(channelId),
      variable: (channelId, name) => this.#asterisk.variable(channelId, name),
      heard: (channelId) => this.#heard.get(channelId) ?? [],
      events: (channelId) => this.events.filter(({ metadata }) => metadata.channelId === channelId),
      press: (channelId, digit) => this.#after(() => this.#asterisk.pressDigit(channelId, digit)),
      hangUp: (channelId) => this.#after(() => this.#asterisk.hangUp(channelId)),
      endPlayback: (channelId) => this.#endPlayback(channelId),
    });
  }

  /** Lets time pass: playbacks play, and handlers react to each event at its time. */
  async wait(seconds: number): Promise<void> {
    let left = seconds * 1000;
    for (;;) {
      const step = Math.min(left, this.#clock.untilNext ?? left);
      this.#clock.advance(step);
      await this.settled();
      left -= step;
      if (left <= 0) return;
    }
  }

  /** Delivers an event once more. */
  async redeliver(event: CallEvent): Promise<void> {
    const envelope = this.#envelopes.find(({ detail }) => detail.metadata.id === event.metadata.id);
    if (!envelope) throw new Error(`Expected an event of this test's calls, got one with the id ${event.metadata.id}`);
    await this.#after(() => this.#courier.again(envelope));
  }

  /** Delivers events that are held back or wait for a next event, in their order. */
  release(): Promise<void> {
    return this.#after(() => this.#courier.release());
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
    await this.#asterisk.stop();
  }

  async #after(action: () => void): Promise<void> {
    action();
    await this.settled();
  }

  async #endPlayback(channelId: string): Promise<void> {
    const finished = (): number =>
      this.events.filter(({ type, metadata }) => type === 'PlaybackFinished' && metadata.channelId === channelId)
        .length;
    if (!this.#asterisk.isPlaying(channelId)) throw new Error('Expected a playback, but nothing is playing');
    const before = finished();
    while (finished() === before) await this.wait((this.#clock.untilNext ?? 0) / 1000);
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
    for (const channelId of bridge?.channels ?? [id]) {
      this.#heard.set(channelId, [...(this.#heard.get(channelId) ?? []), media_uri]);
    }
  }
}
