import { type EventStep, type Step, SYSTEM } from '../../trace/step.ts';

/** A call as the page shows it; also the steps of no call, under the id `system`. */
export interface Call {
  id: string;
  /** In order of time. */
  steps: Step[];
  startedAt: number;
  lastAt: number;
  caller: string;
  extension: string;
  /** Invoked functions, in order of their first invocation. */
  functions: string[];
  /** How many steps failed. */
  errors: number;
  /** Whether one of its channels is still in an app. */
  isOn: boolean;
}

/** Whether the step is a failure. */
export function isError(step: Step): boolean {
  switch (step.kind) {
    case 'invocation':
      return step.error !== undefined;
    case 'command':
      return step.status === undefined || step.status >= 500 || step.status === 401 || step.status === 403;
    case 'log':
      return step.level === 'error';
    default:
      return step.kind === 'deadLetter';
  }
}

/** Whether Asterisk refused a command because of the call's state: handlers expect such responses. */
export function isRefusal(step: Step): boolean {
  return step.kind === 'command' && !isError(step) && (step.status as number) >= 400;
}

/** Steps by call, updated from the feed. */
export class Calls {
  readonly #calls = new Map<string, Call>();
  /** The call of each step, by the step's number: a step may move to another call. */
  readonly #callOfStep = new Map<number, Call>();
  /** How many of the oldest steps were dropped. */
  dropped = 0;

  /** The newest call first. */
  get list(): Call[] {
    return [...this.#calls.values()].filter(({ id }) => id !== SYSTEM).toSorted((a, b) => b.startedAt - a.startedAt);
  }

  get(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** The call of the step with that number. */
  ofStep(number: number): Call | undefined {
    return this.#callOfStep.get(number);
  }

  clear(): void {
    this.#calls.clear();
    this.#callOfStep.clear();
    this.dropped = 0;
  }

  /** Adds new steps and replaces changed ones. */
  take(steps: readonly Step[], dropped: number): void {
    const changed = new Set<Call>();
    for (const step of steps) {
      const earlier = this.#callOfStep.get(step.number);
      if (earlier && earlier.id !== step.call) {
        earlier.steps = earlier.steps.filter(({ number }) => number !== step.number);
        changed.add(earlier);
      }
      const call = this.#place(step);
      this.#callOfStep.set(step.number, call);
      changed.add(call);
    }
    if (dropped > this.dropped) {
      for (let number = this.dropped + 1; number <= dropped; number += 1) this.#callOfStep.delete(number);
      this.dropped = dropped;
      for (const call of this.#calls.values()) {
        if (!call.steps.some(({ number }) => number <= dropped)) continue;
        call.steps = call.steps.filter(({ number }) => number > dropped);
        changed.add(call);
      }
    }
    for (const call of changed) {
      if (call.steps.length === 0) this.#calls.delete(call.id);
      else summarize(call);
    }
  }

  #place(step: Step): Call {
    let call = this.#calls.get(step.call);
    if (!call) {
      call = {
        id: step.call,
        steps: [],
        startedAt: step.at,
        lastAt: step.at,
        caller: '',
        extension: '',
        functions: [],
        errors: 0,
        isOn: false,
      };
      this.#calls.set(step.call, call);
    }
    const index = placeOf(step, call.steps);
    call.steps.splice(index, call.steps[index]?.number === step.number ? 1 : 0, step);
    return call;
  }
}

/** The index of the step, or where to insert it. Nearly always the end. */
function placeOf(step: Step, steps: readonly Step[]): number {
  const isBefore = (other: Step): boolean => other.at < step.at || (other.at === step.at && other.number < step.number);
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(steps[middle] as Step)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function summarize(call: Call): void {
  const { steps } = call;
  call.startedAt = steps[0]?.at ?? 0;
  call.lastAt = steps.at(-1)?.at ?? 0;
  call.errors = steps.filter(isError).length;
  call.functions = [...new Set(steps.filter((step) => step.kind === 'invocation').map(({ fn }) => fn))];
  const events = steps.filter((step): step is EventStep => step.kind === 'event');
  // The call's first steps may have been dropped: what was known from them stays.
  call.caller = events.find(({ caller }) => caller !== undefined)?.caller ?? call.caller;
  call.extension = events.find(({ extension }) => extension !== undefined)?.extension ?? call.extension;
  const inApps = new Set<string>();
  for (const { type, channelId = '' } of events) {
    if (type === 'StasisStart') inApps.add(channelId);
    else if (type === 'StasisEnd' || type === 'ChannelDestroyed') inApps.delete(channelId);
  }
  call.isOn = inApps.size > 0;
}
