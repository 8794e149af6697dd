import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import type { AgentOptions, Agent as HttpsAgent } from 'node:https';
import { type ConnectTarget, networkFault } from '../../ari/connect-failure.ts';
import { basicAuthorization, type Credentials } from '../../ari/credentials.ts';
import { reasonOf } from '../../ari/errors.ts';
import type { WebSocketTransport } from '../../ari/websocket-transport.ts';
import { parseJson } from '../../json.ts';
import type { UserRole } from '../ari-conf.ts';

/** The two ARI users that the project has. */
export type Role = UserRole;

/** What the doctor is to look at. */
export interface Patient {
  /** The ARI root. */
  url: string;
  /** The Stasis applications that are to be listened to. */
  apps: readonly string[];
  /** Certificates (PEM) of the authorities to trust in place of the public ones. @default those of Node */
  ca?: string;
  /** The ARI users; those that are absent are not examined. */
  users: Partial<Record<Role, Credentials>>;
  /**
   * Permits a channel that calls nobody, in an app of the doctor's own: through it options can be read that cannot be seen
   * otherwise. @default false
   */
  calls?: boolean;
}

/** What Asterisk answered. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The parsed body; `undefined` where it is no JSON. */
  json: unknown;
  /** The address that Asterisk was asked from. */
  from: string | undefined;
}

export interface AskOptions {
  /** Whose credentials are sent. @default nobody's */
  as?: Credentials | undefined;
  /** @default 'GET' */
  method?: string;
  /** Another root than the patient's, without `/ari`, such as `http://host:8088/prefix`. */
  root?: string;
  /** Keeps the connection, where it is to be told whether it lives on. */
  agent?: HttpsAgent;
}

/** How long one answer may take. */
const LIMIT_MS = 5000;

/** One visit at one Asterisk: how it is asked, and what has been learned, for the checks that come later. */
export class Examination {
  readonly patient: Patient;
  readonly target: ConnectTarget;
  /** A name of the doctor's own among the apps: nobody else's app is touched. */
  readonly app = `ari-eventbridge-doctor-${Math.random().toString(36).slice(2, 10)}`;
  /** The users that Asterisk has accepted. */
  readonly accepted = new Map<Role, Credentials>();
  /** The modules that run, as far as Asterisk tells. */
  modules: Set<string> | undefined;
  /** The address that Asterisk sees the doctor come from, where nothing stands between. */
  from: string | undefined;
  /** The doctor's own channel, where one was allowed and made. */
  channelId: string | undefined;
  /** The doctor's event WebSocket, and what came over it. */
  socket: WebSocketTransport | undefined;
  readonly events: Record<string, unknown>[] = [];
  #ended = false;
  readonly #closing: { what: string; close: () => void | Promise<void> }[] = [];

  constructor(patient: Patient) {
    this.patient = patient;
    this.target = { url: patient.url, privateCa: patient.ca !== undefined };
  }

  /** A user that may read: any that was accepted. */
  get reader(): Credentials | undefined {
    return this.accepted.get('connector') ?? this.accepted.get('handlers');
  }

  /** The section of ari.conf that a role's user has; its name where no credentials were given. */
  sectionOf(role: Role): string {
    return this.patient.users[role]?.username ?? role;
  }

  /** Scheme, host, port and prefix. */
  get root(): string {
    return this.patient.url.replace(/\/ari\/?$/, '');
  }

  /** The prefix of http.conf, as the URL has it, without slashes around it. */
  get prefix(): string {
    return new URL(`${this.root}/`).pathname.replace(/^\/+|\/+$/g, '');
  }

  /** The visit is over: what still goes on shall stop. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Has something taken away when the visit is over, the last first; at once where it is over already. */
  async atEnd(what: string, close: () => void | Promise<void>): Promise<void> {
    this.#closing.unshift({ what, close });
    if (this.#ended) await this.end();
  }

  /** @returns what could not be taken away, and why */
  async end(): Promise<string[]> {
    this.#ended = true;
    const left: string[] = [];
    for (const { what, close } of this.#closing.splice(0)) {
      try {
        await close();
      } catch (cause) {
        left.push(`${what}: ${reasonOf(cause)}`);
      }
    }
    return left;
  }

  /** Options of an agent for connections to the patient. */
  get agentOptions(): AgentOptions {
    const { ca } = this.patient;
    return ca === undefined ? {} : { ca };
  }

  /**
   * Asks Asterisk's HTTP server, over a connection of its own.
   *
   * @throws with the system's error when there is no answer
   */
  async ask(path: string, { as, method = 'GET', root = this.root, agent }: AskOptions = {}): Promise<Answer> {
    const url = root + path;
    const http = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
    const signal = AbortSignal.timeout(LIMIT_MS);
    const headers = as ? { authorization: basicAuthorization(as) } : {};
    const options: RequestOptions & AgentOptions = {
      method,
      headers,
      signal,
      agent: agent ?? false,
      ...this.agentOptions,
    };
    return new Promise((resolve, reject) => {
      const request = http.request(url, options, (response) => {
        const from = response.socket.localAddress?.replace(/^::ffff:/, '');
        this.from ??= from;
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, json: parseJson(body), from }),
        );
      });
      request.on('error', (error) => reject(signal.aborted ? slow() : error));
      request.end();
    });
  }

  /** Asks below the ARI root, as a user that may read. */
  read(path: string): Promise<Answer> {
    return this.ask(`/ari${path}`, { as: this.reader });
  }

  /** The sentence for an error of `ask`. */
  explain(error: unknown): ReturnType<typeof networkFault> {
    return networkFault(error as Error & { code?: string }, { ...this.target, ...(this.from && { from: this.from }) });
  }
}

function slow(): Error {
  return Object.assign(new Error(`no answer within ${LIMIT_MS / 1000} s: the opening handshake has timed out`), {
    code: 'SLOW',
  });
}
