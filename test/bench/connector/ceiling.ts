/**
 * The bare ceiling: what is received is posted, ten events a request as PutEvents takes them, eight requests at a time.
 * Nothing is parsed, numbered, journaled, signed or looked at; what the connector adds in bytes is added as it is.
 */
import { Pool } from 'undici';
import WebSocket from 'ws';
import { Fifo } from '../../../connector/fifo.ts';

const { SOURCE_URL = '', STUB_URL = '' } = process.env;
const CONCURRENCY = 8;
const HEADERS = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
/** As long as what an entry has beside its event. */
const ENTRY = Buffer.from(`{"EventBusName":"calls","Filler":"${'x'.repeat(420)}","Detail":`);

const pool = new Pool(STUB_URL, { connections: CONCURRENCY });
const waiting = new Fifo<Buffer>();
let inFlight = 0;

async function post(frames: Buffer[]): Promise<void> {
  inFlight += 1;
  const body = Buffer.concat([
    Buffer.from('{"Entries":['),
    ...frames.flatMap((frame, index) => [...(index > 0 ? [Buffer.from(',')] : []), ENTRY, frame, Buffer.from('}')]),
    Buffer.from(']}'),
  ]);
  const answer = await pool.request({ method: 'POST', path: '/', headers: HEADERS, body });
  await answer.body.text();
  inFlight -= 1;
  pump();
}

function pump(): void {
  while (inFlight < CONCURRENCY && waiting.length > 0) {
    const frames: Buffer[] = [];
    while (frames.length < 10 && waiting.length > 0) frames.push(waiting.shift() as Buffer);
    void post(frames);
  }
}

const socket = new WebSocket(`${SOURCE_URL.replace('http', 'ws')}/events?app=Intro-IVR`, {
  perMessageDeflate: false,
  skipUTF8Validation: true,
});
socket.on('message', (data: Buffer) => {
  waiting.push(data);
  queueMicrotask(pump);
});
