/** Fargate's smallest, in MiB. */
export const SMALLEST_MEMORY_MIB = 512;

/**
 * Lets the heap grow to twice what was in use between two collections of garbage. Under a limit of some hundred MiB V8 lets it grow
 * less, and collects more often. Only Node's command takes the option, not `NODE_OPTIONS`.
 */
export const HEAP_GROWTH = '--heap-growing-percent=100';

/** How much of the task's memory V8's heap may have. The rest is for buffers, for code, and for the process of the health check. */
const HEAP_SHARE = 0.6;
/** In MiB, of each of V8's spaces for new objects. With V8's own 16 an event costs no less under such a limit. */
const NEW_OBJECTS_MIB = 8;

/**
 * Node's options for a connector in a task of so much memory: without them Node lets its heap grow by the memory that the
 * container shows, which in Fargate is the machine's and not the task's, and the kernel ends the process.
 */
export function nodeOptions(memoryLimitMiB: number): string {
  return `--max-old-space-size=${Math.floor(memoryLimitMiB * HEAP_SHARE)} --max-semi-space-size=${NEW_OBJECTS_MIB}`;
}
