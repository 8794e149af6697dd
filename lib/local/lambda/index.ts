export { Functions } from './functions.ts';
export { LambdaService } from './lambda-service.ts';
export type { InvocationOutcome, ObservedCommand, ObservedFlow, ObservedInvocation } from './observed.ts';
export { RTT_VARIABLE } from './runtime/rtt.ts';
