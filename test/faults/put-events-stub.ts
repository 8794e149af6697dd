/**
 * A PutEvents service in a process of its own, with faults on request. It keeps an account of the entries that it
 * accepted: it recognizes an event by its `metadata.id`, and the event source numbers the events.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Account, type AccountReport } from './account.ts';

/** The faults of the service; a setting that is not given stays as it is. */
export interface StubSettings {
  /** How long the service waits before each answer, in milliseconds. */
  latencyMs?: number;
  /** The share of entries that are throttled, from 0 to 1. */
  throttled?: number;
  /** The share of requests whose entries are accepted and that get no answer, from 0 to 1. */
  lostAnswers?: number;
  /** The service does not listen. */
  down?: boolean;
}

export type StubCommand = { kind: 'set'; settings: StubSettings } | { kind: 'report' };
export type StubMessage =
  | { kind: 'listening'; port: number }
  | { kind: 'done' }
  | { kind: 'report'; report: AccountReport };

const settings: Required<StubSettings> = { latencyMs: 0, throttled: 0, lostAnswers: 0, down: false };
const account = new Account();
let server: Server | undefined;
let port = 0;

function tell(message: StubMessage): void {
  process.send?.(message);
}

async function listen(): Promise<void> {
  const opened = createServer((request, response) => void serve(request, response));
  opened.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
  port = (opened.address() as AddressInfo).port;
  server = opened;
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (settings.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, settings.latencyMs));
  if (settings.down) {
    request.socket.destroy();
    return;
  }
  const { Entries } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { Entries: Entry[] };
  const results = Entries.map((entry) => {
    if (Math.random() < settings.throttled) {
      return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
    }
    return { EventId: `${account.accept(entry)}` };
  });
  if (Math.random() < settings.lostAnswers) {
    request.socket.destroy();
    return;
  }
  const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
  response
    .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    .end(JSON.stringify({ FailedEntryCount, Entries: results }));
}

interface Entry {
  Source: string;
  DetailType: string;
  Detail: string;
}

process.on('message', async (command: StubCommand) => {
  if (command.kind === 'report') {
    tell({ kind: 'report', report: account.report() });
    return;
  }
  const before = settings.down;
  Object.assign(settings, command.settings);
  if (settings.down && !before) {
    server?.closeAllConnections();
    server?.close();
  } else if (!settings.down && before) await listen();
  tell({ kind: 'done' });
});
process.on('disconnect', () => process.exit());

await listen();
tell({ kind: 'listening', port });
