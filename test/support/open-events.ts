import WebSocket from 'ws';
import { basicAuthorization, type Credentials } from '../../lib/ari/credentials.ts';

/** An event as it came over the socket. */
export type ReceivedEvent = { type: string; application: string } & Record<string, unknown>;

/** Subscribes to apps over an event WebSocket, as a connector does, and keeps the events. */
export async function openEvents(url: string, user: Credentials, apps: string[]) {
  const events: ReceivedEvent[] = [];
  const socket = new WebSocket(`${url.replace('http', 'ws')}/events?app=${apps.join(',')}`, {
    headers: { authorization: basicAuthorization(user) },
  });
  socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString('utf8'))));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    events,
    types: () => events.map(({ type }) => type),
    send: (frame: object) => socket.send(JSON.stringify(frame)),
    close: () => socket.close(),
  };
}
