import { basicAuthorization, type Credentials } from '../../lib/ari/credentials.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { POISON } from './event-bridge.ts';
import type { Ledger, SentEvent } from './ledger.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Asterisk's end of an event WebSocket, by which it reaches the other end. */
export interface SocketPeer {
  /** The process that dialled it. */
  process: string;
  send(event: SentEvent): void;
  pong(): void;
  closed(code: number, reason: string): void;
  reset(): void;
}

/** Asterisk's end of an event WebSocket, as its other end reaches it. */
export interface PbxSession {
  /** Whether it was opened for an app; another one for the name of a standby. */
  isForApps: boolean;
  begin(): void;
  ping(): void;
  close(code: number): void;
  lost(): void;
}

export interface PbxAnswer {
  status: number;
  body: string;
}

export interface PbxOptions {
  name: string;
  apps: readonly string[];
  user: Credentials;
  clock: VirtualClock;
  ledger: Ledger;
}

/** An Asterisk, restarts included: `lib/simulator` behind the simulated network. */
export class Pbx {
  readonly name: string;
  readonly host: string;
  readonly apps: readonly string[];
  readonly #options: PbxOptions;
  #user: Credentials;
  #asterisk: SimulatedAsterisk | undefined;
  #sessions = new Set<Session>();
  /** By app: the session that Asterisk sends its events to, or a foreign program. */
  readonly #holders = new Map<string, Session | symbol>();
  /** Requests served, by process. */
  readonly requests = new Map<string, number>();
  #failing: { operation: RegExp; status: number } | undefined;
  #noisyUntil = 0;
  /** By app: when its present holder took it. */
  readonly #heldSince = new Map<string, number>();
  /** By app: how often a foreign program has taken it. */
  readonly foreignTakes = new Map<string, number>();
  /** Called when a process takes an app from another one that has had it for so long, in milliseconds. */
  onTaken: (app: string, by: string, from: string, heldMs: number) => void = () => {};

  constructor(options: PbxOptions) {
    this.#options = options;
    this.name = options.name;
    this.host = options.name;
    this.apps = options.apps;
    this.#user = options.user;
  }

  get asterisk(): SimulatedAsterisk | undefined {
    return this.#asterisk;
  }

  /** The user that Asterisk accepts. */
  set user(user: Credentials) {
    this.#user = user;
  }

  /** Whether it runs, answers requests, and accepts the user of a secret. */
  isReady(secret: string): boolean {
    const { username, password } = JSON.parse(secret) as Credentials;
    const accepted = username === this.#user.username && password === this.#user.password;
    return this.#asterisk !== undefined && this.#failing === undefined && accepted;
  }

  /** Whether it may have sent more events than the bus takes. */
  get isNoisy(): boolean {
    return this.#options.clock.time < this.#noisyUntil;
  }

  isNoisyFor(ms: number): void {
    this.#noisyUntil = Math.max(this.#noisyUntil, this.#options.clock.time + ms);
  }

  /** Who has an app: a process, a foreign program, or nobody. */
  holderOf(app: string): string | 'foreign' | undefined {
    const holder = this.#holders.get(app);
    return holder instanceof Session ? holder.peer.process : holder && 'foreign';
  }

  /** The processes whose name Asterisk lists as that of the app's holder, also where another one has taken the app from it. */
  listedHoldersOf(app: string): string[] {
    const [held, standsBy] = [`${app}~held-by~`, `${app}~standby~`];
    return [...this.#holders.keys()].flatMap((name) => {
      if (!name.startsWith(held) || this.#holders.has(standsBy + name.slice(held.length))) return [];
      return this.holderOf(name) ?? [];
    });
  }

  /** Whether Asterisk lists the app's holder as standing by, too: over an earlier connection that it does not know to be dead. */
  hidesHolderOf(app: string): boolean {
    const holder = this.holderOf(app);
    return [...this.#holders.keys()].some(
      (name) => name.startsWith(`${app}~standby~`) && holder !== undefined && this.holderOf(name) === holder,
    );
  }

  /** What is at another port of its host: nothing. */
  otherPort(): Pbx {
    return new Pbx(this.#options);
  }

  start(): void {
    if (this.#asterisk) return;
    this.#asterisk = new SimulatedAsterisk({
      clock: this.#options.clock,
      dialplan: Object.fromEntries(this.apps.map((app) => [app, [`Stasis(${app},argument)`, 'Wait(1)', 'Hangup()']])),
    });
  }

  /** Asterisk ends, and every connection with it. */
  async stop(): Promise<void> {
    for (const session of this.#sessions) session.peer.reset();
    await this.losePower();
  }

  /** Its machine loses power: nobody at the other ends of its connections learns it. */
  async losePower(): Promise<void> {
    const asterisk = this.#asterisk;
    this.#asterisk = undefined;
    this.#sessions.clear();
    this.#holders.clear();
    await asterisk?.stop();
  }

  /** Lets requests whose path matches fail with a status. @returns a function that ends it */
  fail(operation: RegExp, status: number): () => void {
    this.#failing = { operation, status };
    return () => {
      this.#failing = undefined;
    };
  }

  /** Another program takes an app. @returns a function by which it leaves */
  takeApp(app: string): () => void {
    const asterisk = this.#asterisk;
    if (!asterisk) return () => {};
    const leave = asterisk.subscribe(app, (event) => this.#note(app, event, undefined));
    const program = Symbol('foreign program');
    this.#holders.set(app, program);
    this.foreignTakes.set(app, (this.foreignTakes.get(app) ?? 0) + 1);
    return () => {
      leave();
      // Another one may have taken it from this one.
      if (this.#holders.get(app) === program) this.#holders.delete(app);
    };
  }

  accept(authorization: string, apps: readonly string[], peer: SocketPeer): PbxSession | PbxAnswer | 'refused' {
    const asterisk = this.#asterisk;
    if (!asterisk) return 'refused';
    if (authorization !== basicAuthorization(this.#user)) return { status: 401, body: 'Authentication required' };
    const session = new Session(peer);
    return {
      isForApps: this.apps.some((app) => apps.includes(app)),
      begin: () => {
        this.#sessions.add(session);
        for (const app of apps) {
          const previous = this.#holders.get(app);
          if (previous instanceof Session) previous.apps.delete(app);
          const { time } = this.#options.clock;
          if (previous instanceof Session && previous.peer.process !== peer.process) {
            this.onTaken(app, peer.process, previous.peer.process, time - (this.#heldSince.get(app) ?? 0));
          }
          this.#heldSince.set(app, time);
          this.#holders.set(app, session);
          const leave = asterisk.subscribe(app, (event) => this.#send(session, app, event));
          session.apps.set(app, leave);
        }
      },
      ping: () => this.#sessions.has(session) && peer.pong(),
      close: (code) => {
        if (!this.#sessions.has(session)) return;
        this.#leave(session);
        peer.closed(code, '');
      },
      lost: () => this.#leave(session),
    };
  }

  /** Asterisk ends a connection whose other end answers nothing. */
  endSilent(process: string): void {
    for (const session of [...this.#sessions]) if (session.peer.process === process) this.#leave(session);
  }

  sockets(process: string): number {
    return [...this.#sessions].filter(({ peer }) => peer.process === process).length;
  }

  /** @returns undefined where Asterisk does not run */
  async request(
    process: string,
    authorization: string,
    method: string,
    path: string,
    body: string | undefined,
  ): Promise<PbxAnswer | undefined> {
    if (!this.#asterisk) return undefined;
    this.requests.set(process, (this.requests.get(process) ?? 0) + 1);
    const url = new URL(path, 'http://asterisk');
    if (authorization !== basicAuthorization(this.#user)) return { status: 401, body: 'Authentication required' };
    // The connector's user is read-only.
    if (method !== 'GET') return { status: 403, body: '{"message":"Write access denied"}' };
    if (this.#failing?.operation.test(url.pathname)) return { status: this.#failing.status, body: '{}' };
    const [status, answer] = await this.#asterisk.request({
      method,
      path: url.pathname.slice('/ari'.length),
      query: url.searchParams,
      body: body === undefined ? undefined : JSON.parse(body),
    });
    return { status, body: answer === undefined ? '' : JSON.stringify(answer) };
  }

  #leave(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    for (const [app, leave] of session.apps) {
      leave();
      if (this.#holders.get(app) === session) this.#holders.delete(app);
    }
    session.apps.clear();
  }

  #send(session: Session, app: string, event: object): void {
    if (!this.#sessions.has(session)) return;
    session.peer.send(this.#note(app, event, session.peer.process));
  }

  #note(app: string, event: object, to: string | undefined): SentEvent {
    const text = JSON.stringify(event);
    const { type, channel, peer } = event as { type: string; channel?: { id?: string }; peer?: { id?: string } };
    const { ledger, clock, name } = this.#options;
    const channelId = channel?.id ?? peer?.id;
    const sent = { order: ledger.sent.length, pbx: name, app, type, channelId, at: clock.time, text, to };
    if (this.apps.includes(app)) {
      if (text.includes(POISON.failure)) ledger.poisoned.add(`${name} ${channelId}`);
      ledger.sent.push(sent);
    }
    return sent;
  }
}

class Session {
  readonly peer: SocketPeer;
  /** By app: how to leave it. */
  readonly apps = new Map<string, () => void>();

  constructor(peer: SocketPeer) {
    this.peer = peer;
  }
}
