import type { BusEvent } from '../../lib/local/bus.ts';
import type { LocalFunction } from '../../lib/local/deployment.ts';
import type { LocalObserver } from '../../lib/local/local-system.ts';

/** Keeps everything that a local system tells of itself. */
export class Recorder implements LocalObserver {
  readonly events: BusEvent[] = [];
  readonly invocations: { title: string; event: BusEvent; error?: string }[] = [];
  readonly lines: string[] = [];

  onEvent(event: BusEvent): void {
    this.events.push(event);
  }

  onInvocation({ title }: LocalFunction, event: BusEvent, { error }: { error?: string }): void {
    this.invocations.push({ title, event, ...(error !== undefined && { error }) });
  }

  onLog(origin: string, line: string): void {
    this.lines.push(`${origin}: ${line}`);
  }

  /** Events of one type, of one channel where one is given, in the order in which they reached the bus. */
  ofType(type: string, channelId?: string): BusEvent[] {
    return this.events.filter(
      (event) => event['detail-type'] === type && (channelId === undefined || channelOf(event) === channelId),
    );
  }

  /** Invocations that ended in an error. */
  get failures(): string[] {
    return this.invocations.flatMap(({ title, error }) => (error === undefined ? [] : [`${title}: ${error}`]));
  }
}

export function channelOf({ detail }: BusEvent): string | undefined {
  return (detail.metadata as { channelId?: string } | undefined)?.channelId;
}
