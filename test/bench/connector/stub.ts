/**
 * A PutEvents that takes everything, at the least cost: it counts entries, and notes how long each was on its way from
 * the source. It reports when it has as many as were announced, and begins to count again.
 */
import { createServer } from 'node:net';

const [COUNT = '0', LATENCY_MS = '0'] = process.argv.slice(2);
const HEAD_END = Buffer.from('\r\n\r\n');
const ENTRY = Buffer.from('"EventBusName"');
const SENT_AT = /sentAt\D+(\d+)/g;

const answers = Array.from({ length: 11 }, (_, count) => {
  const Entries = Array.from({ length: count }, () => ({ EventId: '11710aed-b79e-4468-a20b-bb3c0c3b4860' }));
  const body = JSON.stringify({ FailedEntryCount: 0, Entries });
  return Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
});

let latencies: number[] = [];
let began: bigint | undefined;

function take(body: Buffer): Buffer {
  const now = process.hrtime.bigint();
  let entries = 0;
  for (let at = body.indexOf(ENTRY); at >= 0; at = body.indexOf(ENTRY, at + ENTRY.length)) entries += 1;
  for (const [, sentAt] of body.toString('latin1').matchAll(SENT_AT)) {
    began ??= BigInt(sentAt as string);
    latencies.push(Number(now - BigInt(sentAt as string)) / 1e6);
  }
  if (latencies.length >= Number(COUNT)) finish(now);
  return answers[entries] as Buffer;
}

function finish(now: bigint): void {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] as number;
  const seconds = Number(now - (began as bigint)) / 1e9;
  process.send?.({ eventsPerSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) });
  latencies = [];
  began = undefined;
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  let pending: Buffer | undefined;
  socket.on('data', (data) => {
    pending = pending ? Buffer.concat([pending, data]) : data;
    for (;;) {
      const head = pending.indexOf(HEAD_END);
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(pending.toString('latin1', 0, head))?.[1]);
      const end = head + HEAD_END.length + length;
      if (pending.length < end) return;
      const answer = take(pending.subarray(head + HEAD_END.length, end));
      if (LATENCY_MS === '0') socket.write(answer);
      else setTimeout(() => socket.write(answer), Number(LATENCY_MS));
      pending = pending.subarray(end);
      if (pending.length === 0) {
        pending = undefined;
        return;
      }
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit());
