/** Tools to test call handlers with: `import { testCalls } from 'ari-eventbridge/testing'`. */

export type { OnceStore } from '../call-handler/once.ts';
export type { Extensions } from '../simulator/dialplan.ts';
export type { PhoneBehaviour } from '../simulator/phone-behaviour.ts';
export type { Caller } from '../simulator/world.ts';
export type { Delivery } from './delivery.ts';
export type { TestFlow } from './flow-service.ts';
export { inMemoryOnce } from './in-memory-once.ts';
export type { CrashPoint } from './invocation.ts';
export type { TestCallsOptions } from './options.ts';
export { forSeeds } from './seeds.ts';
export type { TestCall } from './test-call.ts';
export { type TestPbx, testCalls } from './test-calls.ts';
export { type TestTables, testTables } from './test-tables.ts';
