import type { CollectedCall } from '../call-handler/verbs/collected-call.ts';
import type { Kind } from '../events/outcomes.ts';
import type { FactKey } from './fact.ts';
import type { StepContext } from './step-context.ts';

/** A list of verbs that Asterisk carries out. */
export interface ListVerb {
  do: 'list';
  /** The names of its verbs, for messages and for the console: `play, gather`. */
  verbs: readonly string[];
  /** Asks for the verbs, in their order, of the call with the list's number. */
  ask: readonly ((call: CollectedCall) => void)[];
  /** What the call comes back with; `undefined` where the list ends with `hangup` or `leave`. */
  kind: Kind | undefined;
  /** Of a list that ends with `hangup`: the cause. */
  hangup?: number;
}

/** A value that others give. */
export interface WaitVerb {
  do: 'wait';
  key: FactKey;
  /** In seconds. */
  timeout: number | undefined;
  /** A class of music on hold. */
  music: string | undefined;
}

/** A function that runs once, as far as Lambda can know. */
export interface StepVerb {
  do: 'step';
  name: string;
  run: (context: StepContext) => unknown;
  attempts: number;
}

/** Several verbs at a time, by name. */
export interface GroupVerb {
  do: 'race' | 'all';
  members: Readonly<Record<string, Verb>>;
  /** In seconds, of a race. */
  timeout: number | undefined;
}

export type Verb = ListVerb | WaitVerb | StepVerb | GroupVerb;

/** For messages, and for the operations of an execution in Lambda's console. */
export function nameOf(verb: Verb): string {
  if (verb.do === 'list') return verb.verbs.join(', ');
  if (verb.do === 'step') return verb.name;
  if (verb.do === 'wait') return verb.key.replace('result:', 'wait for ');
  return `${verb.do} of ${Object.keys(verb.members).join(', ')}`;
}
