import { channelHandle } from '../ari/channel.ts';
import type { AriClient } from '../ari/client.ts';
import type { CallEvent } from '../events/call-event.ts';
import type { Log } from '../log.ts';
import { callOf } from './call-of.ts';
import { Commands, type Sent } from './commands.ts';
import { executionName } from './execution-name.ts';
import { type Fact, type Leg, listKey, OVER } from './fact.ts';
import type { FlowCall } from './flow-call.ts';
import { HungUp } from './hung-up.ts';
import { Members } from './members.ts';
import { type Given, Operations, type OperationsNeeds } from './operations.ts';
import { outcomeOf } from './outcome.ts';
import { replayLog } from './replay-log.ts';
import { type ListVerb, nameOf, type StepVerb, type Verb } from './verb.ts';

export interface FlowRunOptions extends OperationsNeeds {
  event: CallEvent<'StasisStart'>;
  ari: AriClient;
  log: Log;
  /** How many operations the execution had when this invocation began. */
  operationsBefore: number;
}

/** One invocation of a flow's execution: carries out what the flow awaits, as operations of the SDK. */
export class FlowRun {
  readonly #given: FlowRunOptions;
  readonly #leg: Leg;
  readonly #name: string;
  readonly #operations: Operations;
  readonly #commands: Commands;
  readonly #log: Log;
  /** How many steps of its own the flow has begun. */
  #steps = 0;
  /** How many lists were sent. */
  #lists = 0;
  /** A list that Asterisk carries out, and nobody waits for: it has lost a race. */
  #running: number | undefined;
  #hasMusic = false;
  /** The channel is gone, or the flow has hung up or left. */
  #isOver = false;
  /** What is under way. */
  #busy: string | undefined;

  constructor(given: FlowRunOptions) {
    const { event, ari, log, operationsBefore } = given;
    const { node, callId: call } = event.metadata;
    this.#given = given;
    this.#leg = { node, channelId: event.channel.id };
    this.#name = executionName(event.metadata);
    this.#operations = new Operations(this.#name, this.#leg, given);
    const ofCall = log.with({ node, channel: event.channel.id, call, execution: this.#name });
    this.#log = replayLog(ofCall, () => this.#operations.begun < operationsBefore);
    this.#commands = new Commands(event, ari, this.#log);
  }

  /** Runs the flow to its end, and ends the call where the flow has not. */
  async of<T>(flow: (call: FlowCall) => PromiseLike<T>): Promise<T | { ended: 'hung up' }> {
    const { call, checkAwaited } = callOf({
      event: this.#given.event,
      log: this.#log,
      isOver: () => this.#isOver,
      run: (verb) => this.#run(verb),
    });
    try {
      const result = await flow(call);
      checkAwaited();
      if (!this.#isOver) await this.#hangUp(16);
      return result;
    } catch (error) {
      if (error instanceof HungUp) return { ended: 'hung up' };
      this.#log.error(`The flow has failed: ${(error as Error).message}`, { error: (error as Error).name });
      if (!this.#isOver) await this.#operations.step('give back', () => this.#commands.giveBack(new Date()));
      throw error;
    }
  }

  /** One verb, or group of verbs, at a time: else a replay could number operations in another order. */
  async #run(verb: Verb): Promise<unknown> {
    const name = nameOf(verb);
    if (this.#busy !== undefined) {
      throw new TypeError(
        `Expected the flow to await one verb at a time, got ${name} during ${this.#busy}: use call.all or call.race`,
      );
    }
    this.#busy = name;
    try {
      return await this.#carryOut(verb);
    } finally {
      this.#busy = undefined;
    }
  }

  async #carryOut(verb: Verb): Promise<unknown> {
    if (verb.do === 'step') return this.#ownStep(verb, this.#running === undefined);
    if (this.#isOver) throw new HungUp();
    if (verb.do === 'list') {
      const { verbs, kind } = verb;
      if (kind === undefined) return this.#final(verb);
      if (kind === 'next' && verbs.every((one) => one === 'answer' || one === 'ring')) return this.#now(verbs);
    }
    const members = new Members(verb);
    await this.#untilBack(members.list !== undefined);
    return this.#gather(members, nameOf(verb));
  }

  /** A list that ends with `hangup` or `leave`: it is sent, and nothing comes back. */
  async #final(verb: ListVerb): Promise<void> {
    const hangup = verb.verbs.length === 1 ? verb.hangup : undefined;
    if (hangup !== undefined) return this.#hangUp(hangup);
    await this.#untilBack(true);
    const send = this.#sending(verb);
    this.#endWhere(await this.#operations.step(nameOf(verb), send));
    this.#isOver = true;
  }

  async #now(verbs: readonly string[]): Promise<void> {
    await this.#untilBack(true);
    this.#endWhere(await this.#operations.step(verbs.join(', '), () => this.#commands.now(verbs)));
  }

  async #hangUp(cause: number): Promise<void> {
    await this.#operations.step('hangup', () => this.#commands.hangUp(cause));
    this.#isOver = true;
  }

  /** Where a list that has lost a race is carried out still, the next one begins after it. */
  async #untilBack(isNeeded: boolean): Promise<void> {
    if (!isNeeded || this.#running === undefined) return;
    const fact = await this.#operations.wait('until the call is back', [listKey(this.#running), OVER]);
    this.#running = undefined;
    if (fact?.key === OVER) this.#endWhere('gone');
  }

  /** Waits for members of a group: for the first one, or for all. A verb alone is a group of one. */
  async #gather(members: Members, name: string): Promise<unknown> {
    const { list, music, timeout, isRace } = members;
    const steps = members.steps.map(([member, step]) => [member, this.#ownStep(step, list === undefined)] as const);
    let begin: (() => Promise<Sent>) | undefined;
    let number = 0;
    if (list) {
      begin = this.#sending(list);
      number = this.#number;
      members.expect(listKey(number));
      if (isRace) this.#running = number;
    } else if (this.#running === undefined) {
      begin = () => this.#commands.hold(music);
      this.#hasMusic = music !== undefined;
    }
    try {
      while (members.isOpen) {
        const fact = await this.#operations.wait(name, [...members.keys, OVER], begin, timeout);
        begin = undefined;
        if (fact === undefined) return members.timedOut();
        members.take(fact.key === OVER ? listKey(number) : fact.key, await this.#valueOf(fact, list, number));
        if (this.#isOver && members.isOpen) throw new HungUp();
        if (list && fact.key !== OVER && fact.key === listKey(number)) this.#running = undefined;
      }
      for (const [member, step] of steps) members.set(member, await step);
      return members.result;
    } finally {
      // One that runs on would be cut off at the flow's end.
      await Promise.allSettled(steps.map(([, step]) => step));
    }
  }

  /** The value that a fact stands for. @throws HungUp where it is the call's end */
  async #valueOf(fact: Given, list: ListVerb | undefined, number: number): Promise<unknown> {
    if (fact.key !== OVER) return 'value' in fact ? fact.value : this.#outcome(list, fact);
    this.#isOver = true;
    if (!list || fact.unsent) throw new HungUp();
    if ('arrived' in fact && fact.arrived?.list === String(number)) return this.#outcome(list, fact);
    // The list may have come back just before: EventBridge promises no order.
    const { fact: late } = await this.#operations.lookLate(listKey(number));
    if (!late) throw new HungUp();
    return this.#outcome(list, late);
  }

  #outcome(list: ListVerb | undefined, fact: Fact): unknown {
    if (!list || !('arrived' in fact) || !fact.arrived) return undefined;
    return outcomeOf(list, fact.arrived, this.#leg.channelId);
  }

  /** Gives a list its number, which is the same at each replay. @returns what sends it */
  #sending(list: ListVerb): () => Promise<Sent> {
    const isFirst = this.#lists === 0;
    this.#lists += 1;
    const number = this.#number;
    const hasMusic = this.#hasMusic;
    this.#hasMusic = false;
    return async () => {
      if (hasMusic) await this.#commands.endMusic();
      return this.#commands.list(number, list, isFirst);
    };
  }

  /** Of the newest list: greater than all before, and less than that of any event after the call's return. */
  get #number(): number {
    const { channelSequence } = this.#given.event.metadata;
    if (channelSequence === undefined) {
      throw new TypeError('Expected metadata.channelSequence, which the connector gives every event, got none');
    }
    return channelSequence + this.#lists - 1;
  }

  async #ownStep({ name, run, attempts }: StepVerb, isInApp: boolean): Promise<unknown> {
    this.#steps += 1;
    const id = `${this.#name}-${this.#steps}`;
    const wasOver = this.#isOver;
    const ari = isInApp && !wasOver ? this.#commands.claiming() : this.#given.ari;
    const channel = channelHandle(ari, this.#leg.channelId);
    const work = async (attempt: number): Promise<{ value?: unknown; isOver?: true }> => {
      try {
        return { value: await run({ ari, channel, id, attempt, log: this.#log }) };
      } catch (error) {
        if (await this.#commands.isOver(error)) return { isOver: true };
        throw error;
      }
    };
    const { value, isOver } = await this.#operations.step(name, work, attempts);
    if (isOver && !wasOver) this.#endWhere('gone');
    return value;
  }

  /** @throws HungUp where the call is gone */
  #endWhere(sent: Sent): void {
    if (sent !== 'gone') return;
    this.#isOver = true;
    throw new HungUp();
  }
}
