import { type CompiledPatterns, compile } from '../../events/pattern/index.ts';
import { required, ServiceError } from '../aws/index.ts';
import type { LocalArchive } from '../template/index.ts';
import { busNameOf } from '../template/index.ts';
import type { Bus } from './bus.ts';
import { type BusEvent, textOf } from './bus-event.ts';

/** An archive with more events drops its oldest. */
const MAX_EVENTS = 10_000;

interface Held {
  archive: LocalArchive;
  pattern: CompiledPatterns | undefined;
  events: BusEvent[];
}

interface Replay {
  ReplayName: string;
  ReplayArn: string;
  State: 'COMPLETED';
  EventSourceArn: string;
  Destination: { Arn: string; FilterArns?: string[] };
  EventStartTime: number;
  EventEndTime: number;
  ReplayStartTime: number;
  ReplayEndTime: number;
  EventLastReplayedTime: number | undefined;
}

/** The archives of the buses, in memory, and replays from them. */
export class Archives {
  readonly #held = new Map<string, Held>();
  readonly #replays = new Map<string, Replay>();

  /** Replaces the set of archives; archives in both sets keep their events. */
  apply(archives: readonly LocalArchive[]): void {
    const before = new Map(this.#held);
    this.#held.clear();
    for (const archive of archives) {
      const pattern = archive.pattern && compile([archive.pattern]);
      this.#held.set(archive.arn, { archive, pattern, events: before.get(archive.arn)?.events ?? [] });
    }
  }

  /** Stores an event in the archives of its bus. Replayed events are stored already. */
  keep(event: BusEvent, busName: string): void {
    if (event['replay-name'] !== undefined) return;
    for (const { archive, pattern, events } of this.#held.values()) {
      if (archive.busName !== busName || pattern?.matches(textOf(event)) === false) continue;
      events.push(event);
      if (events.length > MAX_EVENTS) events.shift();
    }
  }

  /** How many events an archive holds. */
  count(arn: string): number {
    return this.#held.get(arn)?.events.length ?? 0;
  }

  /**
   * `StartReplay`: puts the events of a period on the bus again. Here the replay has completed when the call returns.
   */
  start(input: Record<string, unknown>, bus: Bus): object {
    const name = required(input, 'ReplayName');
    const source = required(input, 'EventSourceArn');
    const { Destination, EventStartTime: from, EventEndTime: to } = input as unknown as Replay;
    if (!Destination?.Arn || typeof from !== 'number' || typeof to !== 'number') {
      throw new ServiceError(
        'ValidationException',
        'Expected Destination.Arn, EventStartTime and EventEndTime, which StartReplay requires',
      );
    }
    const held = this.#held.get(source);
    if (!held)
      throw new ServiceError('ResourceNotFoundException', `Archive ${source.split('/').at(-1)} does not exist.`);
    if (this.#replays.has(name))
      throw new ServiceError('ResourceAlreadyExistsException', `Replay ${name} already exists.`);
    if (from >= to) {
      throw new ServiceError(
        'ValidationException',
        'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
      );
    }
    const busName = busNameOf(Destination.Arn);
    if (busName !== held.archive.busName) {
      throw new ServiceError(
        'ValidationException',
        'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
      );
    }
    const started = Date.now() / 1000;
    const events = held.events.filter(({ time }) => {
      const at = Date.parse(time) / 1000;
      return at >= from && at <= to;
    });
    for (const event of events) {
      bus.publish(
        busName,
        { ...event, 'replay-name': name },
        Destination.FilterArns?.length ? { onlyRules: Destination.FilterArns } : {},
      );
    }
    const last = events.at(-1);
    const replay: Replay = {
      ReplayName: name,
      ReplayArn: source.replace(/:archive\/.*$/, `:replay/${name}`),
      State: 'COMPLETED',
      EventSourceArn: source,
      Destination,
      EventStartTime: from,
      EventEndTime: to,
      ReplayStartTime: started,
      ReplayEndTime: Date.now() / 1000,
      EventLastReplayedTime: last && Date.parse(last.time) / 1000,
    };
    this.#replays.set(name, replay);
    return { ReplayArn: replay.ReplayArn, State: 'STARTING', ReplayStartTime: started };
  }

  /** `DescribeReplay` */
  describe(input: Record<string, unknown>): object {
    const name = required(input, 'ReplayName');
    const replay = this.#replays.get(name);
    if (!replay) throw new ServiceError('ResourceNotFoundException', `Replay ${name} does not exist.`);
    return replay;
  }
}
