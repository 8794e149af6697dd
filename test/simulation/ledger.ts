/** An event that Asterisk sent for one of the connectors' apps. */
export interface SentEvent {
  /** Its number among all events of the run: the true order. */
  order: number;
  pbx: string;
  app: string;
  type: string;
  channelId: string | undefined;
  /** When Asterisk sent it, in the run's time. */
  at: number;
  text: string;
  /** The connector process that it was sent to; undefined for another program. */
  to: string | undefined;
  /** When that process read it, in the run's time: it can have been frozen, or the network cut. Undefined where it never did. */
  readAt?: number;
}

/** An entry that the bus accepted. */
export interface AcceptedEntry {
  at: number;
  /** The connector process that sent it. */
  from: string;
  source: string;
  type: string;
  detail: Detail;
  /** The event as Asterisk sent it, where it is one. */
  text: string;
  /** The answer was lost: who sent the entry does not know that it was accepted. */
  isUnanswered?: boolean;
}

export interface Detail {
  application?: string;
  channel?: { id?: string };
  node?: string;
  apps?: string[];
  app?: string;
  from?: string;
  to?: string;
  cause?: string;
  count?: number;
  reason?: string;
  id?: string;
  metadata: {
    id: string;
    node: string;
    channelId?: string;
    channelSequence?: number;
    connection?: string;
    receivedAt?: string;
    recovered?: boolean;
  };
}

/** What a connector process wrote to its log. */
export interface LogLine {
  at: number;
  process: string;
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

export type ViolationKind =
  | 'loss'
  | 'stay'
  | 'identity'
  | 'order'
  | 'unheld'
  | 'late'
  | 'taken'
  | 'bound'
  | 'crash'
  | 'protocol';

/** What must not happen. */
export interface Violation {
  kind: ViolationKind;
  says: string;
}

/** What the present design cannot meet; docs/connector.md explains each. */
export const KNOWN_GAPS = [
  'a holder that answers nothing keeps its app',
  'a task handed over, and was stopped before it had published its journal',
  'a task handed over, and was lost with its journal',
  'a task with a new disk does not know which calls an earlier one has announced',
  'a standby does not know which calls another connector has announced',
  'an app changed hands before its new connector had read the channels',
  'a call that entered while its app changed hands is rebuilt under another id',
  'a process was killed before it had announced how many events it dropped',
  'a process was killed before the table had which calls it announced',
  'a machine lost power with writes in its cache',
  'a process ended with events in memory only, as its disk had failed',
  'another program shortened a file of the journal',
] as const;

export type KnownGap = (typeof KNOWN_GAPS)[number];

/** All that happened in a run, as the world knows it. */
export class Ledger {
  readonly sent: SentEvent[] = [];
  readonly accepted: AcceptedEntry[] = [];
  readonly log: LogLine[] = [];
  /** Faults and paths by their names, with how often each occurred. */
  readonly counts: Record<string, number> = {};
  readonly violations: Violation[] = [];
  /** The furthest that a connector's clock was from the run's time, in milliseconds. */
  clockShiftMs = 0;
  /** Processes whose disk was discarded with them, and how they ended. */
  readonly lostDisks = new Map<string, 'killed' | 'stopped'>();
  readonly killed = new Set<string>();
  /** By process: its disk, which others may have had before or have later. */
  readonly diskOf = new Map<string, object>();
  /** When each process that has ended did. */
  readonly endedAt = new Map<string, number>();
  /** When which processes were stopped for a while. */
  readonly freezes: { process: string; from: number; to: number }[] = [];
  /** By process that was ended, by a signal or a failure: the apps that it had then, as `pbx app`. */
  readonly heldAtEnd = new Map<string, ReadonlySet<string>>();
  /** Processes whose disk lost writes, and when. */
  readonly crashedDisks = new Map<string, number>();
  /** Events that a process counted as dropped or rejected, by its metrics. */
  readonly droppedByMetric = new Map<string, number>();

  /** By process: when the bus last accepted an entry from it. */
  readonly lastAccepted = new Map<string, number>();
  /** By process and Asterisk, as `process pbx`: when it last lost a connection that held an app. */
  readonly lastLost = new Map<string, number>();
  /** By connection: the process that opened it. */
  readonly openedBy = new Map<string, string>();
  /** Channels with an event that the bus does not accept, as `pbx channel`. */
  readonly poisoned = new Set<string>();
  /** The longest wait of an event that nothing hindered, in milliseconds. */
  mostDelayMs = 0;
  /** By process: when another program last shortened a file of its disk. */
  readonly shortened = new Map<string, number>();

  count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  violate(kind: ViolationKind, says: string): void {
    this.violations.push({ kind, says });
  }

  knownGap(name: KnownGap, by = 1): void {
    this.count(`known gap: ${name}`, by);
  }
}
