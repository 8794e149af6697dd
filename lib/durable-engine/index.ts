export { type EngineClock, systemClock } from './clock.ts';
export { DurableEngine, type DurableEngineOptions, type EngineInvocation, type StartRequest } from './engine.ts';
export { DurableApiError } from './errors.ts';
export type { Execution } from './execution.ts';
export type * from './wire.ts';
