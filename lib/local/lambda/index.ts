export { Functions } from './functions.ts';
export type { InvocationOutcome, ObservedCommand, ObservedInvocation } from './observed.ts';
export { RTT_VARIABLE } from './runtime/rtt.ts';
