/** Loaded into a contestant before its own code: answers each message with what the process has used so far. */
export interface Usage {
  cpuMicros: number;
  peakRssMib: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = { cpuMicros: user + system, peakRssMib: process.resourceUsage().maxRSS / 1024 };
  process.send?.(usage);
});
process.channel?.unref(); // the contestant ends when its own work does
