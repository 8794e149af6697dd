/**
 * A program on a client of others. It counts the events that the client gives to its listener, or, with `BUS_URL`, puts them
 * on the bus by the AWS SDK's client: ten events a request, eight requests at a time.
 */
import { createRequire } from 'node:module';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import WebSocket from 'ws';
import { Fifo } from '../../../connector/fifo.ts';
import { type TalliedEvent, Tally } from './tally.ts';

type Accept = (event: TalliedEvent) => void;

interface AriClientPackage {
  connect(
    url: string,
    user: string,
    password: string,
  ): Promise<{
    on(type: '*', listener: Accept): void;
    on(type: 'WebSocketReconnecting', listener: () => void): void;
    start(app: string): Promise<void>;
  }>;
}
interface AsteriskAriPackage {
  AriClient: new (options: {
    host: string;
    port: number;
    username: string;
    password: string;
    secure: boolean;
  }) => {
    connectWebSocket(apps: string[]): Promise<void>;
    on(type: string, listener: Accept): void;
    /** Private: its clients have no other way to learn of a lost connection. */
    webSocketClient: { on(type: 'reconnected', listener: () => void): void };
  };
}

const {
  CLIENT = '',
  PACKAGE = '',
  BUS_URL,
  ARI_URL = '',
  ARI_APP = '',
  ARI_USER = '',
  ARI_PASSWORD = '',
} = process.env;
/** What Asterisk sends here. */
const TYPES = ['StasisStart', 'ChannelVarset', 'ChannelDialplan', 'ChannelUserevent'];
const CONCURRENCY = 8;

const tally = new Tally();
let disconnects = 0;
const lost = (): void => {
  disconnects += 1;
};

const clients: Record<string, (accept: Accept) => Promise<void>> = {
  async bare(accept) {
    const authorization = `Basic ${Buffer.from(`${ARI_USER}:${ARI_PASSWORD}`).toString('base64')}`;
    const url = `${ARI_URL.replace('http', 'ws')}/events?app=${ARI_APP}`;
    const socket = new WebSocket(url, { headers: { authorization }, perMessageDeflate: false });
    socket.on('message', (data: Buffer) => accept(JSON.parse(data.toString('utf8'))));
    socket.on('close', lost);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  },
  async 'ari-client'(accept) {
    const { connect } = createRequire(`${PACKAGE}/`)('ari-client') as AriClientPackage;
    const client = await connect(new URL(ARI_URL).origin, ARI_USER, ARI_PASSWORD);
    client.on('*', (event) => accept(event));
    client.on('WebSocketReconnecting', lost);
    await client.start(ARI_APP);
  },
  async '@ipcom/asterisk-ari'(accept) {
    const { AriClient } = createRequire(`${PACKAGE}/`)('@ipcom/asterisk-ari') as AsteriskAriPackage;
    const { hostname, port } = new URL(ARI_URL);
    const options = { host: hostname, port: Number(port), username: ARI_USER, password: ARI_PASSWORD, secure: false };
    const client = new AriClient(options);
    await client.connectWebSocket([ARI_APP]);
    for (const type of TYPES) client.on(type, accept);
    client.webSocketClient.on('reconnected', lost);
  },
};

/** Sends events to the bus. What the SDK's own attempts did not bring there is lost. */
function forwarder(endpoint: string): Accept {
  const client = new EventBridgeClient({ endpoint });
  const waiting = new Fifo<TalliedEvent>();
  let inFlight = 0;
  const put = async (events: TalliedEvent[]): Promise<void> => {
    inFlight += 1;
    const Entries = events.map((event) => ({
      ...{ EventBusName: 'calls', Source: 'asterisk.ari', DetailType: event.type, Time: new Date() },
      Detail: JSON.stringify(event),
    }));
    await client.send(new PutEventsCommand({ Entries })).catch(() => {});
    inFlight -= 1;
    pump();
  };
  const pump = (): void => {
    while (inFlight < CONCURRENCY && waiting.length > 0) {
      const events: TalliedEvent[] = [];
      while (events.length < 10 && waiting.length > 0) events.push(waiting.shift() as TalliedEvent);
      void put(events);
    }
  };
  return (event) => {
    waiting.push(event);
    queueMicrotask(pump);
  };
}

process.on('message', () => process.send?.({ report: { ...tally.report, disconnects } }));
process.on('disconnect', () => process.exit());
// The packages write to the console themselves.
for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) console[method] = () => {};
await clients[CLIENT]?.(BUS_URL === undefined ? (event) => tally.accept(event) : forwarder(BUS_URL));
process.send?.({ listening: true });
