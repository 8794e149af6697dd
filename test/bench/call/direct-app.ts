/** The direct app: one WebSocket, one `fetch`. */
import WebSocket from 'ws';
import { inWay } from './way.ts';

const { environment, listening } = inWay();
const { ARI_URL, ARI_APP, ARI_USER, ARI_PASSWORD } = environment;
const headers = { authorization: `Basic ${Buffer.from(`${ARI_USER}:${ARI_PASSWORD}`).toString('base64')}` };

const socket = new WebSocket(`${ARI_URL.replace('http', 'ws')}/events?app=${ARI_APP}`, { headers });
socket.on('open', listening);
socket.on('message', async (data: Buffer) => {
  const event = JSON.parse(data.toString('utf8')) as { type: string; channel: { id: string } };
  if (event.type !== 'StasisStart') return;
  const response = await fetch(`${ARI_URL}/channels/${event.channel.id}/answer`, { method: 'POST', headers });
  if (!response.ok) throw new Error(`answer: ${response.status}`);
});
