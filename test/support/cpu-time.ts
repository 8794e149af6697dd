/** Does the work. What it costs this process, in milliseconds of CPU: what else runs on the machine counts by the clock. */
export function cpuTime<T>(work: () => T): { ms: number; result: T } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, result };
}
