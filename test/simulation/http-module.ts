import { EventEmitter } from 'node:events';
import type { Network } from './network.ts';
import type { Pbx, PbxAnswer } from './pbx.ts';
import type { SimProcess } from './sim-process.ts';

/** What the health server answers: its status. */
export type AskHealth = (path: string) => number | undefined;

export interface HttpSurroundings {
  network: Network;
  process: SimProcess;
  /** The name of the process, and the host that it runs on. */
  name: string;
  host: string;
  pbxAt(url: URL): Pbx;
  /** Called with +1 for each request that begins, and -1 for each that ends. */
  onCount(change: number): void;
  /** The process serves its health. */
  onServer(ask: AskHealth): void;
}

interface RequestOptions {
  method: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}

interface Incoming extends AsyncIterable<Buffer> {
  statusCode: number;
  statusMessage: string;
  headers: Record<string, string>;
}

/** What the connector uses of `node:http`: requests to Asterisk, and the server of its health. */
export function httpModule({ network, process, name, host, pbxAt, onCount, onServer }: HttpSurroundings): object {
  class Agent {
    readonly freeSockets = {};
    destroy(): void {}
  }

  const request = (text: string, { method, headers, signal }: RequestOptions, onAnswer: (answer: Incoming) => void) => {
    const url = new URL(text);
    const pbx = pbxAt(url);
    const outgoing = Object.assign(new EventEmitter(), { reusedSocket: false, end: (_body?: string): void => {} });
    let done = false;
    const finish = (task: () => void): void => {
      if (done) return;
      done = true;
      onCount(-1);
      process.deliver(task);
    };
    const fail = (code: string): void =>
      finish(() => outgoing.emit('error', Object.assign(new Error(`connect ${code}`), { code })));
    outgoing.end = (body) => {
      onCount(1);
      signal.addEventListener('abort', () => finish(() => outgoing.emit('error', signal.reason)), { once: true });
      const toHere = network.direction(pbx.host, host);
      network.direction(
        host,
        pbx.host,
      )(() => {
        // A connection whose other end has given up is closed before the request is read.
        if (done || !process.isAlive) return;
        const before = pbx.asterisk;
        void pbx
          .request(name, headers.authorization ?? '', method, `${url.pathname}${url.search}`, body)
          .then((answer) => {
            toHere(() => {
              if (!answer) fail('ECONNREFUSED');
              else if (pbx.asterisk !== before) fail('ECONNRESET');
              else finish(() => onAnswer(incomingOf(answer)));
            });
          });
      });
    };
    return outgoing;
  };

  const createServer = (serve: (request: { url: string }, response: object) => void) => ({
    once: () => {},
    address: () => ({ port: 8080 }),
    listen: (_port: number, _address: string, onListening: () => void) => {
      onServer((path) => {
        let status: number | undefined;
        const response = {
          writeHead: (code: number) => {
            status = code;
            return response;
          },
          end: () => {},
        };
        serve({ url: path }, response);
        return status;
      });
      onListening();
    },
  });

  return { Agent, request, createServer };
}

function incomingOf({ status, body }: PbxAnswer): Incoming {
  return {
    statusCode: status,
    statusMessage: `Status ${status}`,
    headers: { 'content-type': 'application/json' },
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(body);
    },
  };
}
