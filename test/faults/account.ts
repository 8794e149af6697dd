/** The fields of an accepted event that the account reads. */
interface Detail {
  type: string;
  application?: string;
  channel?: { id?: string };
  userevent?: { n?: number | string };
  variable?: string;
  value?: string;
  metadata?: {
    id: string;
    connection: string;
    sequence: number;
    channelId?: string;
    channelSequence?: number;
    recovered?: boolean;
  };
}

/** The connector's own news. */
export interface News {
  type: string;
  detail: Record<string, unknown>;
}

export interface AccountReport {
  /** Call events that were accepted, each counted once. */
  delivered: number;
  /** Events that were accepted again, with the same id. */
  duplicates: number;
  /** Numbered events that were accepted again under another id, so that no consumer can recognize the duplicate. */
  twins: number;
  /** Numbered events that came after a later event of their channel; duplicates are not counted. */
  outOfOrder: number;
  /** Numbered events that came in order, but whose `channelSequence` is not greater than that of an earlier event. */
  misnumbered: number;
  /** Positions on a connection below its highest that never came: events that were read and lost. */
  holes: number;
  /** By channel: how many different numbered events came. */
  numbered: Record<string, number>;
  /** By channel: how many `StasisStart` and `StasisEnd` events came from Asterisk, and how many were rebuilt. */
  starts: Record<string, { original: number; recovered: number }>;
  ends: Record<string, { original: number; recovered: number }>;
  news: News[];
}

/** Keeps an account of the entries that the bus accepted. */
export class Account {
  readonly #ids = new Set<string>();
  readonly #numbered = new Map<string, { seen: Set<number>; last: number; lastSequence: number }>();
  readonly #connections = new Map<string, { highest: number; seen: Set<number> }>();
  readonly #starts: AccountReport['starts'] = {};
  readonly #ends: AccountReport['ends'] = {};
  readonly #news: News[] = [];
  #duplicates = 0;
  #twins = 0;
  #outOfOrder = 0;
  #misnumbered = 0;

  /** @returns the id of the event */
  accept({ Source, DetailType, Detail }: { Source: string; DetailType: string; Detail: string }): string {
    const detail = JSON.parse(Detail) as Detail;
    if (Source !== 'asterisk.ari') {
      this.#news.push({ type: DetailType, detail: detail as unknown as Record<string, unknown> });
      return `news-${this.#news.length}`;
    }
    const { metadata } = detail;
    if (!metadata) throw new Error(`An event without metadata: ${Detail.slice(0, 200)}`);
    if (this.#ids.has(metadata.id)) {
      this.#duplicates += 1;
      return metadata.id;
    }
    this.#ids.add(metadata.id);
    this.#noteSequence(metadata.connection, metadata.sequence);
    this.#noteNumber(detail);
    this.#noteStay(detail);
    return metadata.id;
  }

  report(): AccountReport {
    let holes = 0;
    for (const { highest, seen } of this.#connections.values()) holes += highest - seen.size;
    return {
      delivered: this.#ids.size,
      duplicates: this.#duplicates,
      twins: this.#twins,
      outOfOrder: this.#outOfOrder,
      misnumbered: this.#misnumbered,
      holes,
      numbered: Object.fromEntries([...this.#numbered].map(([channel, { seen }]) => [channel, seen.size])),
      starts: this.#starts,
      ends: this.#ends,
      news: this.#news,
    };
  }

  #noteSequence(connection: string, sequence: number): void {
    const known = this.#connections.get(connection) ?? { highest: 0, seen: new Set() };
    this.#connections.set(connection, known);
    known.highest = Math.max(known.highest, sequence);
    known.seen.add(sequence);
  }

  #noteNumber({ type, userevent, variable, value, channel, metadata }: Detail): void {
    const given = type === 'ChannelVarset' && variable === 'i' ? value : userevent?.n;
    const channelId = channel?.id ?? metadata?.channelId;
    if (given === undefined || channelId === undefined) return;
    const n = Number(given);
    const known = this.#numbered.get(channelId) ?? { seen: new Set(), last: -1, lastSequence: 0 };
    this.#numbered.set(channelId, known);
    if (known.seen.has(n)) this.#twins += 1;
    else if (n < known.last) this.#outOfOrder += 1;
    else {
      const { channelSequence = 0 } = metadata ?? {};
      if (channelSequence <= known.lastSequence) this.#misnumbered += 1;
      known.lastSequence = channelSequence;
    }
    known.seen.add(n);
    known.last = Math.max(known.last, n);
  }

  #noteStay({ type, channel, metadata }: Detail): void {
    const stays = type === 'StasisStart' ? this.#starts : type === 'StasisEnd' ? this.#ends : undefined;
    if (!stays || channel?.id === undefined) return;
    stays[channel.id] ??= { original: 0, recovered: 0 };
    const stay = stays[channel.id] as { original: number; recovered: number };
    if (metadata?.recovered) stay.recovered += 1;
    else stay.original += 1;
  }
}
