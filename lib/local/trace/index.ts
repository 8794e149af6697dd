export type { LocalObserver } from './observer.ts';
export { pathBelowRoot } from './operation-of.ts';
export { Terminal } from './terminal.ts';
export { type StepDetail, Trace } from './trace.ts';
