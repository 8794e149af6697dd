import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import type { AgentOptions, Agent as HttpsAgent } from 'node:https';
import { type ConnectTarget, networkFault } from '../../ari/connect-failure.ts';
import { basicAuthorization, type Credentials } from '../../ari/credentials.ts';
import { reasonOf } from '../../ari/errors.ts';
import type { UserRole } from '../../ari/node.ts';
import type { WebSocketTransport } from '../../ari/websocket-transport.ts';
import { parseJson } from '../../json.ts';
import type { AsteriskVersion } from './asterisk-version.ts';
import { seenFrom } from './seen-from.ts';

/** The project's two ARI users. */
export type Role = UserRole;

/** The Asterisk server to examine. */
export interface Patient {
  /** The ARI root. */
  url: string;
  /** The Stasis applications that the connector subscribes to. */
  apps: readonly string[];
  /** Certificates (PEM) of the CAs to trust instead of the public ones. @default Node's CAs */
  ca?: string;
  /** The ARI users; absent ones are not examined. */
  users: Partial<Record<Role, Credentials>>;
  /**
   * Allows a channel that calls nobody, in the doctor's own app: it gives access to options that cannot be read
   * otherwise.
   * @default false
   */
  calls?: boolean;
  /**
   * The dialplan's context in which calls enter apps, where calls are rescued that no handler claims.
   * @default it is not examined
   */
  rescueContext?: string | undefined;
  /** What `asterisk.http` of the node has, for the lines to write. @default that of the documents */
  http?: ConnectTarget['http'];
  /**
   * Whether Asterisk is to carry out the verbs of call handlers: by its dialplan and `channelvars`, as `asterisk-config`
   * writes them.
   * @default false: it is not examined
   */
  verbs?: boolean;
}

/** A response of Asterisk. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The parsed body; `undefined` where it is not JSON. */
  json: unknown;
  /** The local address of the connection, where the other side sees it too. */
  from: string | undefined;
  /** Whether the request went over a connection that had been kept. */
  reused: boolean;
}

export interface AskOptions {
  /** The credentials to send. @default none */
  as?: Credentials | undefined;
  /** @default 'GET' */
  method?: string;
  /** Another root than the patient's, without `/ari`, such as `http://host:8088/prefix`. */
  root?: string;
  /** An agent that keeps the connection, to check whether Asterisk keeps it alive. */
  agent?: HttpsAgent;
}

/** Time limit for one response. */
const LIMIT_MS = 5000;

/** One examination of one server: how requests are sent, and what later checks need of earlier ones. */
export class Examination {
  readonly patient: Patient;
  readonly target: ConnectTarget;
  /** The name of the doctor's own app: no other app is touched. */
  readonly app = `ari-eventbridge-doctor-${Math.random().toString(36).slice(2, 10)}`;
  /** The users that Asterisk has accepted. */
  readonly accepted = new Map<Role, Credentials>();
  /** The running modules, where Asterisk lists them. */
  modules: Set<string> | undefined;
  /** Asterisk's version, where it reports one that can be read; `text` is its own. */
  version: (AsteriskVersion & { text: string }) | undefined;
  /** The doctor's address as Asterisk sees it, without a proxy or NAT between them. */
  from: string | undefined;
  /** `servername` of http.conf, where it is another one than Asterisk's usual name. */
  servername: string | undefined;
  /** The name of a server in front of Asterisk, such as `nginx/1.22.1`; `undefined` where none was seen. */
  proxy: string | undefined;
  /** The doctor's own channel, where one was allowed and created. */
  channelId: string | undefined;
  /** The doctor's event WebSocket, and the events received over it. */
  socket: WebSocketTransport | undefined;
  readonly events: Record<string, unknown>[] = [];
  #ended = false;
  readonly #closing: { what: string; close: () => void | Promise<void> }[] = [];

  constructor(patient: Patient) {
    this.patient = patient;
    const { url, ca, http } = patient;
    this.target = { url, privateCa: ca !== undefined, ...(http && { http }) };
  }

  /** A user that may read: any accepted one. */
  get reader(): Credentials | undefined {
    return this.accepted.get('connector') ?? this.accepted.get('handlers');
  }

  /** The ari.conf section of a role's user; the role's name where no credentials were given. */
  sectionOf(role: Role): string {
    return this.patient.users[role]?.username ?? role;
  }

  /** Scheme, host, port and prefix. */
  get root(): string {
    return this.patient.url.replace(/\/ari\/?$/, '');
  }

  /** The prefix of http.conf according to the URL, without slashes around it. */
  get prefix(): string {
    return new URL(`${this.root}/`).pathname.replace(/^\/+|\/+$/g, '');
  }

  /** The examination is over: checks that are still running must stop. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Registers a cleanup for the end of the examination, last first; runs it at once where that is over already. */
  async atEnd(what: string, close: () => void | Promise<void>): Promise<void> {
    this.#closing.unshift({ what, close });
    if (this.#ended) await this.end();
  }

  /** @returns what could not be removed, and why */
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
   * Sends a request to Asterisk's HTTP server, over a new connection.
   *
   * @throws with the system's error when there is no response
   */
  async ask(path: string, { as, method = 'GET', root = this.root, agent }: AskOptions = {}): Promise<Answer> {
    const url = root + path;
    const http = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
    const signal = AbortSignal.timeout(LIMIT_MS);
    const sent = as ? { authorization: basicAuthorization(as) } : {};
    const options: RequestOptions & AgentOptions = {
      method,
      headers: sent,
      signal,
      agent: agent ?? false,
      ...this.agentOptions,
    };
    return new Promise((resolve, reject) => {
      const request = http.request(url, options, (response) => {
        const from = seenFrom(response.socket);
        this.from ??= from;
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body, json: parseJson(body), from, reused: request.reusedSocket });
        });
      });
      request.on('error', (error) => reject(signal.aborted ? slow() : error));
      request.end();
    });
  }

  /** GETs a path below the ARI root, as a user that may read. */
  read(path: string): Promise<Answer> {
    return this.ask(`/ari${path}`, { as: this.reader });
  }

  /** The sentence for an error of `ask`. */
  explain(error: unknown): ReturnType<typeof networkFault> {
    return networkFault(error as Error & { code?: string }, { ...this.target, ...(this.from && { from: this.from }) });
  }
}

function slow(): Error {
  return Object.assign(new Error(`no response within ${LIMIT_MS / 1000} s: the opening handshake has timed out`), {
    code: 'SLOW',
  });
}
