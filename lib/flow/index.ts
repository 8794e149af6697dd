/** A call as one function: `import { callFlow, isFlow } from 'ari-eventbridge/flow'`. */
export { type CallFlow, type CallFlowOptions, callFlow, isFlow } from './call-flow.ts';
export {
  completeWait,
  type DispatcherOptions,
  type FlowDispatcher,
  type FlowInput,
  flowDispatcher,
} from './dispatch.ts';
export type { DurableApi } from './durable-api.ts';
export { FLOW_EVENT_TYPES } from './event-types.ts';
export type { Fact, FactKey, Leg } from './fact.ts';
export type { First, FlowCall, ValueOf, WaitForOptions } from './flow-call.ts';
export { HungUp } from './hung-up.ts';
export { isInFlow } from './in-flow.ts';
export type { Inbox, Wait } from './inbox.ts';
export type { StepContext, StepOptions } from './step-context.ts';
export type { Named, Verbs } from './verbs.ts';
export type { Waiting } from './waiting.ts';
