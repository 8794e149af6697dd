import type { BusEvent } from '../../lib/local/bus/bus-event.ts';
import type { ObservedCommand, ObservedInvocation } from '../../lib/local/lambda/observed.ts';
import type { LocalObserver } from '../../lib/local/trace/observer.ts';

/** Keeps everything that a local system reports. */
export class Recorder implements LocalObserver {
  readonly events: BusEvent[] = [];
  readonly invocations: { title: string; event: BusEvent; error?: string }[] = [];
  /** Every attempt that was begun. */
  readonly starts: ObservedInvocation[] = [];
  readonly commands: ObservedCommand[] = [];
  readonly deadLetters: { queue: string; body: string; attributes: Record<string, string> }[] = [];
  /** The waits before further attempts, in milliseconds. */
  readonly retries: number[] = [];
  readonly lines: string[] = [];
  /** All lines. */
  readonly all: string[] = [];

  /** Forgets everything but `all`. */
  clear(): void {
    for (const list of [
      this.events,
      this.invocations,
      this.starts,
      this.commands,
      this.deadLetters,
      this.retries,
      this.lines,
    ]) {
      list.length = 0;
    }
  }

  onEvent(event: BusEvent): void {
    this.events.push(event);
  }

  onInvocationStart(invocation: ObservedInvocation): void {
    this.starts.push(invocation);
  }

  onInvocationEnd(
    { fn: { title }, payload }: ObservedInvocation,
    { error, retryInMs }: { error?: string; retryInMs?: number },
  ): void {
    if (retryInMs !== undefined) this.retries.push(retryInMs);
    this.invocations.push({ title, event: payload as BusEvent, ...(error !== undefined && { error }) });
  }

  onCommand(command: ObservedCommand): void {
    this.commands.push(command);
  }

  onDeadLetter(queue: string, message: { body: string; attributes: Record<string, string> }): void {
    this.deadLetters.push({ queue, ...message });
  }

  onLog(origin: string, line: string): void {
    this.lines.push(`${origin}: ${line}`);
    this.all.push(`${origin}: ${line}`);
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
