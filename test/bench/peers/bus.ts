/** PutEvents in a process of its own: it accepts everything, keeps a tally, and can be away for a while. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Tally, type TallyReport } from './tally.ts';

export type BusCommand = 'report' | 'down' | 'up';
export interface BusReport extends TallyReport {
  /** How often the connector has lost Asterisk. */
  disconnects: number;
}
export type BusMessage = { url: string } | { done: true } | { report: BusReport };

interface Entry {
  Source: string;
  DetailType: string;
  Detail: string;
}

const tally = new Tally();
let disconnects = 0;
let port = 0;
let server = createServer(serve);

function tell(message: BusMessage): void {
  process.send?.(message);
}

function accept({ Source, DetailType, Detail }: Entry): { EventId: string } {
  if (Source === 'asterisk.ari') tally.accept(JSON.parse(Detail));
  else if (DetailType === 'NodeDisconnected') disconnects += 1;
  return { EventId: '11710aed-b79e-4468-a20b-bb3c0c3b4860' };
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { Entries: Entry[] };
    const body = JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(accept) });
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
  });
}

async function listen(): Promise<void> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
}

process.on('message', async (command: BusCommand) => {
  if (command === 'report') return tell({ report: { ...tally.report, disconnects } });
  if (command === 'down') {
    server.closeAllConnections();
    server.close();
  } else {
    server = createServer(serve);
    await listen();
  }
  tell({ done: true });
});
process.on('disconnect', () => process.exit());

await listen();
tell({ url: `http://127.0.0.1:${port}` });
