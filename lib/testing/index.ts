/** Tools to test call handlers with: `import { testCalls } from 'ari-eventbridge/testing'`. */
export type { Extensions } from '../simulator/dialplan.ts';
export type { PhoneBehaviour } from '../simulator/outgoing.ts';
export type { Delivery } from './delivery.ts';
export type { TestCall } from './test-call.ts';
export { type TestCallsOptions, type TestPbx, testCalls } from './test-calls.ts';
