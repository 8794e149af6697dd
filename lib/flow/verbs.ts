import type { CallDialOptions, GatherOptions, QueueOptions, RecordOptions, Said } from '../call-handler/verbs/call.ts';
import type { CollectedCall } from '../call-handler/verbs/collected-call.ts';
import type { MediaList } from '../call-handler/verbs/media.ts';
import type { Kind, Outcomes } from '../events/outcomes.ts';
import type { Verb } from './verb.ts';
import { Waiting } from './waiting.ts';

/** The name that an outcome has in its event (`metadata.outcome.name`), for rules of others. 1 to 24 letters, digits or `_`. */
export interface Named {
  /** @default the verb's own: `gather` */
  name?: string;
}

/** Of `gather` in a flow: Asterisk's dialplan collects the digits. */
export type FlowGatherOptions = Omit<GatherOptions, 'way'> & Named;

type Ask = (call: CollectedCall) => void;

/** What a list needs of its call. */
export interface VerbsNeeds {
  /** Carries out a list that the flow awaits. */
  run(verb: Verb): Promise<unknown>;
  /** Everything that was made and not awaited. */
  made: Set<Waiting<unknown>>;
  /** Makes what a flow awaits of what it asks for. */
  make<T>(verb: Verb): Waiting<T>;
}

/**
 * A list of verbs. Awaited as it is, it is done when its last verb is. One more verb behind it goes into the same list.
 *
 * @example
 * const flow = callFlow(async (call) => {
 *   const { digits } = await call.answer().play('sound:hello-world').gather({ maxDigits: 1 });
 *   return digits;
 * });
 */
export class Verbs extends Waiting<void> {
  readonly #asked: readonly Ask[];
  readonly #verbs: readonly string[];
  readonly #needs: VerbsNeeds;

  constructor(needs: VerbsNeeds, asked: readonly Ask[] = [], verbs: readonly string[] = []) {
    const ask = [...asked, (call: CollectedCall) => call.next('next')];
    super({ do: 'list', verbs, ask, kind: 'next' }, async (verb) => {
      needs.made.delete(this);
      await needs.run(verb);
    });
    this.#asked = asked;
    this.#verbs = verbs;
    this.#needs = needs;
    if (verbs.length > 0) needs.made.add(this);
  }

  answer(): Verbs {
    return this.#and('answer', (call) => call.answer());
  }

  ring(): Verbs {
    return this.#and('ring', (call) => call.ring());
  }

  play(media: MediaList): Verbs {
    return this.#and('play', (call) => call.play(media));
  }

  say(said: Said): Verbs {
    return this.#and('say', (call) => call.say(said));
  }

  wait(seconds: number, options: { music?: string } = {}): Verbs {
    return this.#and('wait', (call) => call.wait(seconds, options));
  }

  conference(room: string): Verbs {
    return this.#and('conference', (call) => call.conference(room));
  }

  gather({ name = 'gather', ...options }: FlowGatherOptions): Waiting<Outcomes['gathered']> {
    return this.#end('gather', 'gathered', (call) => call.gather(name, options));
  }

  record({ name = 'record', ...options }: RecordOptions & Named = {}): Waiting<Outcomes['recorded']> {
    return this.#end('record', 'recorded', (call) => call.record(name, options));
  }

  dial({ name = 'dial', ...options }: CallDialOptions & Named): Waiting<Outcomes['dialled']> {
    return this.#end('dial', 'dialled', (call) => call.dial(name, options));
  }

  queue({ name = 'queue', ...options }: QueueOptions & Named): Waiting<Outcomes['queued']> {
    return this.#end('queue', 'queued', (call) => call.queue(name, options));
  }

  transfer({ name = 'transfer', ...options }: { to: string } & Named): Waiting<Outcomes['transferred']> {
    return this.#end('transfer', 'transferred', (call) => call.transfer(name, options));
  }

  detectMachine({ name = 'detectMachine' }: Named = {}): Waiting<Outcomes['detected']> {
    return this.#end('detectMachine', 'detected', (call) => call.detectMachine(name));
  }

  leave(to?: { context: string; extension: string; priority?: number }): Waiting<void> {
    return this.#end('leave', undefined, (call) => call.leave(to));
  }

  hangup(cause = 16): Waiting<void> {
    return this.#end('hangup', undefined, (call) => call.hangup(cause), { hangup: cause });
  }

  #and(verb: string, ask: Ask): Verbs {
    this.#needs.made.delete(this);
    return new Verbs(this.#needs, [...this.#asked, ask], [...this.#verbs, verb]);
  }

  #end<T>(verb: string, kind: Kind | undefined, ask: Ask, more: { hangup?: number } = {}): Waiting<T> {
    this.#needs.made.delete(this);
    const verbs = [...this.#verbs, verb];
    return this.#needs.make<T>({ do: 'list', verbs, ask: [...this.#asked, ask], kind, ...more });
  }
}
