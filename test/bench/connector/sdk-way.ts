/** The plain way: `ws`, JSON, and the AWS SDK's client, ten events a request, eight requests at a time. No journal. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import WebSocket from 'ws';
import { Fifo } from '../../../connector/fifo.ts';

const { SOURCE_URL = '' } = process.env;
const CONCURRENCY = 8;

const client = new EventBridgeClient({});
const waiting = new Fifo<{ type: string }>();
let inFlight = 0;

async function put(events: { type: string }[]): Promise<void> {
  inFlight += 1;
  const Entries = events.map((event) => ({
    EventBusName: 'calls',
    Source: 'asterisk.ari',
    DetailType: event.type,
    Time: new Date(),
    Detail: JSON.stringify(event),
  }));
  await client.send(new PutEventsCommand({ Entries }));
  inFlight -= 1;
  pump();
}

function pump(): void {
  while (inFlight < CONCURRENCY && waiting.length > 0) {
    const events: { type: string }[] = [];
    while (events.length < 10 && waiting.length > 0) events.push(waiting.shift() as { type: string });
    void put(events);
  }
}

const socket = new WebSocket(`${SOURCE_URL.replace('http', 'ws')}/events?app=Intro-IVR`, { perMessageDeflate: false });
socket.on('message', (data: Buffer) => {
  waiting.push(JSON.parse(data.toString('utf8')));
  queueMicrotask(pump);
});
