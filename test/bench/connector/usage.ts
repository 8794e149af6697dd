import { readdirSync, readlinkSync } from 'node:fs';

/** Loaded into a contestant before its own code: answers each message with what the process has used so far. */
export interface Usage {
  cpuMicros: number;
  peakRssMib: number;
  rssMib: number;
  sockets: number;
}

function openSockets(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: Usage = {
    cpuMicros: user + system,
    peakRssMib: process.resourceUsage().maxRSS / 1024,
    rssMib: process.memoryUsage.rss() / 2 ** 20,
    sockets: openSockets(),
  };
  process.send?.(usage);
});
process.channel?.unref(); // the contestant ends when its own work does
