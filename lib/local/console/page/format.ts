/** `0.4 ms`, `35 ms`, `2.1 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size < 10) return `${ms.toFixed(1)} ms`;
  if (size < 1000) return `${ms.toFixed(0)} ms`;
  if (size < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.trunc(ms / 60_000)} min ${Math.round((size % 60_000) / 1000)} s`;
}

/** How much later, with its sign. It may be negative: the clocks of two machines may differ. */
export function later(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${duration(Math.abs(ms))}`;
}

/** Time since the start of the call, to the millisecond: `1.204 s`, `2:05.118`. */
export function offset(ms: number): string {
  const seconds = (ms % 60_000) / 1000;
  if (ms < 60_000) return `${seconds.toFixed(3)} s`;
  return `${Math.trunc(ms / 60_000)}:${seconds.toFixed(3).padStart(6, '0')}`;
}

/** The time of day, optionally with milliseconds. */
export function timeOfDay(at: number, withMs = false): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMs ? `${time}.${String(date.getMilliseconds()).padStart(3, '0')}` : time;
}

/** `1 error`, `2 errors`. */
export function count(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
}
