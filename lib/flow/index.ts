/** A call as one function: `import { callFlow } from 'ari-eventbridge/flow'`. */
export { callFlow } from './call-flow.ts';
export { completeWait } from './complete-wait.ts';
export { FLOW_EVENT_TYPES } from './event-types.ts';
export type { First, FlowCall, ValueOf, WaitForOptions } from './flow-call.ts';
export type { CallFlow, CallFlowOptions } from './flow-function.ts';
export { HungUp } from './hung-up.ts';
export type { StepContext, StepOptions } from './step-context.ts';
export type { FlowGatherOptions, Named, Verbs } from './verbs.ts';
export type { Waiting } from './waiting.ts';
