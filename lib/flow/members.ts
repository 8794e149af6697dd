import type { FactKey } from './fact.ts';
import type { ListVerb, StepVerb, Verb, WaitVerb } from './verb.ts';

/** The name of a verb that is awaited alone. */
const ALONE = '';

/** What a flow awaits at a time: a verb alone, a race, or all of several. */
export class Members {
  readonly isRace: boolean;
  /** The list among them, which Asterisk carries out. */
  readonly list: ListVerb | undefined;
  readonly steps: readonly (readonly [member: string, step: StepVerb])[];
  /** In seconds. */
  readonly timeout: number | undefined;
  /** A class of music on hold. */
  readonly music: string | undefined;
  readonly #isAlone: boolean;
  readonly #limit: number | undefined;
  readonly #waits: readonly (readonly [member: string, wait: WaitVerb])[];
  /** Names of members by what they wait for. */
  readonly #open = new Map<FactKey, string>();
  readonly #values = new Map<string, unknown>();
  readonly #names: readonly string[];
  readonly #listName: string;

  /** @throws TypeError where Asterisk, or Lambda, cannot do these at a time */
  constructor(verb: Verb) {
    const isGroup = verb.do === 'race' || verb.do === 'all';
    this.#isAlone = !isGroup;
    this.isRace = verb.do === 'race';
    const all = Object.entries(isGroup ? verb.members : { [ALONE]: verb });
    this.#names = all.map(([name]) => name);
    this.#limit = isGroup ? verb.timeout : undefined;
    for (const [name, one] of all) if (isGroup) check(verb.do, name, one);
    const lists = all.flatMap(([name, one]) => (one.do === 'list' ? [[name, one] as const] : []));
    if (lists.length > 1) {
      const names = lists.map(([name]) => name).join(' and ');
      throw new TypeError(`Expected one list of verbs at a time, as a channel does one thing at a time, got ${names}`);
    }
    [this.#listName = '', this.list] = lists[0] ?? [];
    this.steps = all.flatMap(([name, one]) => (one.do === 'step' ? [[name, one] as const] : []));
    this.#waits = all.flatMap(([name, one]) => (one.do === 'wait' ? [[name, one] as const] : []));
    for (const [name, { key }] of this.#waits) this.#open.set(key, name);
    this.music = this.#waits.find(([, { music }]) => music !== undefined)?.[1].music;
    const limits = [this.#limit, ...this.#waits.map(([, { timeout }]) => timeout)].filter((one) => one !== undefined);
    this.timeout = limits.length > 0 ? Math.min(...limits) : undefined;
  }

  /** What the list comes back with. */
  expect(key: FactKey): void {
    this.#open.set(key, this.#listName);
  }

  /** Whether something is to be waited for. */
  get isOpen(): boolean {
    return this.#open.size > 0 && !(this.isRace && this.#values.size > 0);
  }

  get keys(): readonly FactKey[] {
    return [...this.#open.keys()];
  }

  take(key: FactKey, value: unknown): void {
    const member = this.#open.get(key);
    this.#open.delete(key);
    if (member !== undefined) this.set(member, value);
  }

  set(member: string, value: unknown): void {
    this.#values.set(member, value);
  }

  get result(): unknown {
    if (this.#isAlone) return this.#values.get(ALONE);
    const [first] = this.#values;
    if (this.isRace && first) return { first: first[0], value: first[1] };
    return Object.fromEntries(this.#names.map((name) => [name, this.#values.get(name)]));
  }

  /** What comes of it where the time is over. */
  timedOut(): unknown {
    if (this.#isAlone) return undefined;
    if (this.#limit === this.timeout) return { first: 'timeout', value: undefined };
    const [name] = this.#waits.find(([, { timeout }]) => timeout === this.timeout) ?? [];
    return { first: name, value: undefined };
  }
}

function check(kind: 'race' | 'all', name: string, verb: Verb): void {
  const refuse = (reason: string): never => {
    throw new TypeError(`call.${kind}: expected ${name} to be ${reason}`);
  };
  if (verb.do === 'race' || verb.do === 'all') refuse('a verb, a step or a wait, got another group');
  if (verb.do === 'list' && verb.kind === undefined) refuse('a list that comes back, got one with hangup or leave');
  if (kind === 'race' && verb.do === 'step') refuse('a list of verbs or a wait, got a step, which cannot be cancelled');
  if (kind === 'all' && verb.do === 'wait' && verb.timeout !== undefined) {
    refuse('without a time-out: call.all waits for all');
  }
}
