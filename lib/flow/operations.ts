import { CallbackTimeoutError, type DurableContext } from '@aws/durable-execution-sdk-js';
import type { Sent } from './commands.ts';
import type { DurableApi } from './durable-api.ts';
import { type Fact, type FactKey, type Leg, OVER } from './fact.ts';
import { inStep } from './in-flow.ts';
import type { Inbox } from './inbox.ts';
import { retrying } from './retrying.ts';

/** How often the package's own steps are tried, with 1, 2 and 4 seconds between: a caller waits. */
const ATTEMPTS = 4;
/** So many seconds a fact is waited for that EventBridge delivers after another one that happened later. */
const LATE_SECONDS = 2;
/** How often an invocation looks into the inbox that waits there. */
const LOOK_MS = 100;

export interface OperationsNeeds {
  context: DurableContext;
  inbox: Inbox;
  api: Pick<DurableApi, 'complete'>;
  sleep: (ms: number) => Promise<void>;
  /** How long an invocation looks into the inbox itself before it sleeps, in seconds. */
  awakeSeconds: number;
}

/** A fact that a flow was given. Of a call that is over: whether what it waits for was not even sent. */
export type Given = Fact & { unsent?: true };

/** The operations of a flow's execution: steps, and waits for facts. */
export class Operations {
  /** How many were begun, those that a replay comes by again among them. */
  begun = 0;
  readonly #name: string;
  readonly #leg: Leg;
  readonly #needs: OperationsNeeds;
  /** Facts of lists, which were read and are of no use any more. */
  #read: FactKey[] = [];

  /** @param name the execution's */
  constructor(name: string, leg: Leg, needs: OperationsNeeds) {
    this.#name = name;
    this.#leg = leg;
    this.#needs = needs;
  }

  async step<T>(name: string, work: (attempt: number) => Promise<T>, attempts = ATTEMPTS): Promise<T> {
    this.begun += 1;
    const run = ({ attempt }: { attempt: number }) => inStep(() => work(attempt));
    return this.#needs.context.step(operationName(name), run, { retryStrategy: retrying(attempts) });
  }

  /** Looks for a fact that EventBridge may deliver a moment later. */
  lookLate(key: FactKey): Promise<{ fact?: Fact | undefined }> {
    return this.step('look for a late outcome', async () => ({ fact: await this.#lookFor([key], LATE_SECONDS) }));
  }

  /**
   * Waits for a fact: an open callback of the execution, which is in the inbox before the step is over that begins what
   * brings the fact.
   *
   * @returns `undefined` where the time is over
   */
  async wait(
    name: string,
    keys: readonly FactKey[],
    begin?: () => Promise<Sent>,
    timeout?: number,
  ): Promise<Given | undefined> {
    const { awakeSeconds } = this.#needs;
    // Awake as long as the caller is expected to do something soon: after a list was sent.
    if (begin === undefined || awakeSeconds === 0) return this.#sleepUntil(name, keys, begin, timeout);
    const seconds = Math.min(awakeSeconds, timeout ?? awakeSeconds);
    const { fact } = await this.step(name, async () => ({ fact: await this.#stayAwake(keys, begin, seconds) }));
    if (fact) return this.#readFact(fact);
    if (timeout !== undefined && timeout <= seconds) return undefined;
    return this.#sleepUntil(name, keys, undefined, timeout === undefined ? undefined : timeout - seconds);
  }

  async #stayAwake(keys: readonly FactKey[], begin: () => Promise<Sent>, seconds: number): Promise<Given | undefined> {
    return (await begin()) === 'gone' ? this.#end(keys) : this.#lookFor(keys, seconds);
  }

  /**
   * What came of a call that is gone when its list is sent: an attempt before may have sent it, and the event of the call's end
   * has its outcome then. Where the app never heard of the call's end, there is no event.
   */
  async #end(keys: readonly FactKey[]): Promise<Given> {
    return (await this.#lookFor(keys, LATE_SECONDS)) ?? { key: OVER, unsent: true };
  }

  async #lookFor(keys: readonly FactKey[], seconds: number): Promise<Fact | undefined> {
    const { inbox, sleep } = this.#needs;
    for (let looked = 0; ; looked += LOOK_MS) {
      const fact = first(await inbox.look(this.#leg, keys));
      if (fact || looked >= seconds * 1000) return fact;
      await sleep(LOOK_MS);
    }
  }

  async #sleepUntil(
    name: string,
    keys: readonly FactKey[],
    begin: (() => Promise<Sent>) | undefined,
    timeout: number | undefined,
  ): Promise<Given | undefined> {
    const { context, inbox, api } = this.#needs;
    const options = timeout === undefined ? {} : { timeout: { seconds: timeout } };
    this.begun += 1;
    const [completed, callback] = await context.createCallback(operationName(name), options);
    const read = this.#read;
    this.#read = [];
    const complete = (fact: Given) => api.complete(callback, JSON.stringify(fact));
    try {
      await this.step(name, async () => {
        const wait = { callback, keys };
        const [facts, sent] = await Promise.all([inbox.wait(this.#leg, this.#name, wait, read), begin?.()]);
        const fact = first(facts) ?? (sent === 'gone' ? await this.#end(keys) : undefined);
        if (fact) await complete(fact);
      });
    } catch (error) {
      // An open callback that nobody awaits could let the SDK suspend the execution, and nothing would wake it.
      await this.step('close', () => complete({ key: OVER, unsent: true }));
      await completed.catch(() => undefined);
      throw error;
    }
    try {
      return this.#readFact(JSON.parse(await completed) as Given);
    } catch (error) {
      if (error instanceof CallbackTimeoutError) return undefined;
      throw error;
    }
  }

  #readFact(fact: Given): Given {
    if (fact.key.startsWith('list:')) this.#read.push(fact.key);
    return fact;
  }
}

/** What came before the call's end counts before it. */
function first(facts: readonly Fact[]): Fact | undefined {
  return facts.find(({ key }) => key !== OVER) ?? facts[0];
}

/** As Lambda takes it: 1 to 256 characters of printable ASCII. */
function operationName(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 256) || 'step';
}
