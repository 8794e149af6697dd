import type { Report } from './messages.ts';

/** Reports to the host. */
export function tell(report: Report, then?: () => void): void {
  process.send?.(report, undefined, undefined, then);
}

/** While an invocation runs, only what the function began keeps its process from ending. */
export function letEnd(): void {
  process.channel?.unref();
}

/** Waits for the next invocation. */
export function stayAlive(): void {
  process.channel?.ref();
}
