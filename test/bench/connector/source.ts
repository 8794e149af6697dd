/**
 * Asterisk servers that only send: events of 200 channels in all, and at least one of each server, at full speed or at a rate,
 * each with the time it was sent at. The servers take turns: at a rate with an event each, at full speed with a burst each.
 * Asked to `open`, they first let each channel enter the app. Asked to `go`, they send the events, also several times.
 *
 * It ends with `INTERRUPTED` where a connection ends after all were there: what was sent over it is lost.
 */
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { INTERRUPTED } from './interruption.ts';

const [COUNT = '0', RATE = '0', NODES = '1', CHANNELS = '200'] = process.argv.slice(2);
const CHANNELS_PER_NODE = Math.max(1, Math.floor(Number(CHANNELS) / Number(NODES)));
const BURST = 200;
const TICK_MS = 2;
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const dtmf = () => ({
  type: 'ChannelDtmfReceived',
  timestamp: '2026-11-23T08:24:51.242+0000',
  sentAt: String(process.hrtime.bigint()),
  digit: '2',
  duration_ms: 100,
});
const entering = () => ({ type: 'StasisStart', timestamp: '2026-11-23T08:24:50.242+0000', args: [] });

/** An event as Asterisk sends it, about 550 bytes long. */
function event(node: number, index: number, about: object): string {
  const channel = node * CHANNELS_PER_NODE + (index % CHANNELS_PER_NODE);
  const id = `1795403597.${channel}`;
  return JSON.stringify({
    ...about,
    channel: {
      id,
      name: `PJSIP/phone-${String(channel).padStart(8, '0')}`,
      state: 'Up',
      protocol_id: `${id}@10.0.0.1`,
      caller: { name: 'Alice', number: '1001' },
      connected: { name: '', number: '' },
      accountcode: '',
      dialplan: { context: 'default', exten: 'ivr', priority: 2, app_name: 'Stasis', app_data: 'Intro-IVR' },
      creationtime: '2026-11-23T08:24:50.242+0000',
      language: 'en',
      channelvars: { 'CHANNEL(linkedid)': id },
    },
    asterisk_id: '02:00:00:00:00:01',
    application: 'Intro-IVR',
  });
}

/** A text frame of a server, of 126 to 65,535 bytes. */
function frame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const data = Buffer.allocUnsafe(4 + length);
  data[0] = 0x81;
  data[1] = 126;
  data.writeUInt16BE(length, 2);
  data.write(text, 4);
  return data;
}

/** Answers pings, which come one by one and masked. */
function pong(socket: Socket, data: Buffer): void {
  if (data[0] === 0x89) socket.write(Buffer.from([0x8a, 0]));
}

/** One for each node. */
const sockets: Socket[] = [];
let areAllConnected = false;

/** A connector that has waited too long for an answer, on a busy machine, dials again. */
function forget(socket: Socket): void {
  if (areAllConnected) process.exit(INTERRUPTED);
  sockets.splice(sockets.indexOf(socket), 1);
}

async function open(): Promise<void> {
  for (let index = 0; index < CHANNELS_PER_NODE; index++) {
    for (const [node, socket] of sockets.entries()) {
      const isTaken = socket.write(frame(event(node, index, entering())));
      if (!isTaken) await new Promise((resolve) => socket.once('drain', resolve));
    }
  }
}

async function send(): Promise<void> {
  const began = performance.now();
  const rate = Number(RATE);
  let turn = 0;
  for (let sent = 0; sent < Number(COUNT); ) {
    const due = rate === 0 ? sent + BURST : ((performance.now() - began) / 1000) * rate;
    const frames = new Map<Socket, Buffer[]>();
    for (; sent < due && sent < Number(COUNT); sent++) {
      const node = (rate === 0 ? turn : sent) % sockets.length;
      const socket = sockets[node] as Socket;
      const list = frames.get(socket) ?? [];
      list.push(frame(event(node, rate === 0 ? sent : Math.floor(sent / sockets.length), dtmf())));
      frames.set(socket, list);
    }
    turn += 1;
    // As Asterisk does, each event is written by itself; at full speed a reader finds many at once in any case.
    const writes = [...frames].flatMap(([socket, list]) =>
      (rate === 0 ? [Buffer.concat(list)] : list).map((data) => ({ socket, data })),
    );
    for (const { socket, data } of writes) {
      if (!socket.write(data)) await new Promise((resolve) => socket.once('drain', resolve));
    }
    if (rate > 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  process.send?.({ sent: Number(COUNT) });
}

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.setNoDelay(true);
  let request = '';
  socket.on('data', (data) => {
    request += data.toString('latin1');
    if (!request.includes('\r\n\r\n')) return;
    const key = /sec-websocket-key: (.+)\r\n/i.exec(request)?.[1];
    request = '';
    if (key === undefined) {
      // What a connector asks by HTTP: there are no channels, and no other connectors.
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]');
      return;
    }
    socket.removeAllListeners('data').on('data', (data) => pong(socket, data));
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    sockets.push(socket);
    socket.on('close', () => forget(socket));
    if (sockets.length !== Number(NODES)) return;
    areAllConnected = true;
    process.on('message', (what) => void (what === 'open' ? open() : send()));
    process.send?.({ connected: true });
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit());
