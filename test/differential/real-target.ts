import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import WebSocket from 'ws';
import { basicAuthorization, type Credentials } from '../../lib/ari/credentials.ts';
import type { RealAsterisk } from '../asterisk/real-asterisk.ts';
import type { Program } from './program.ts';
import { apps } from './run-program.ts';
import type { Answer, AppEvent, Target } from './target.ts';

/** How long nothing has to come until all has happened. */
export const QUIET_MS = 40;

export const USER: Credentials = { username: 'differential', password: 'd' };

/** An Asterisk that does not answer for so long hangs. */
const ANSWER_MS = 20_000;

const agent = new Agent({
  connections: 256,
  keepAliveTimeout: 4000,
  headersTimeout: ANSWER_MS,
  bodyTimeout: ANSWER_MS,
});

/** The extensions of a program, as extensions.conf has them. */
export function context({ dialplan }: Program, prefix: string): string {
  const lines = Object.entries(dialplan).flatMap(([exten, applications]) =>
    applications.map((application, at) => `exten => ${exten},${at + 1},${application.replaceAll('~', prefix)}`),
  );
  return `[${prefix}]\n${lines.join('\n')}\n\n`;
}

/** A real Asterisk, which has the program's dialplan already. */
export async function realTarget({ url }: RealAsterisk, prefix: string): Promise<Target> {
  const events: AppEvent[] = [];
  const headers = { authorization: basicAuthorization(USER), 'content-type': 'application/json' };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/events?app=${apps(prefix).join(',')}`, { headers });
  socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString('utf8'))));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));

  async function ask(method: string, path: string, body?: object): Promise<Answer> {
    const sent = body ? { body: JSON.stringify(body) } : {};
    const response = await request(url + path, { method: method as 'GET', headers, dispatcher: agent, ...sent });
    const text = await response.body.text();
    return { status: response.statusCode, body: text === '' ? null : parsed(text) };
  }

  return {
    events,
    request: ask,
    async quiet() {
      // An answer that takes long says that Asterisk is busy, and that events may take long too.
      for (let seen = -1; seen !== events.length; ) {
        seen = events.length;
        const begun = Date.now();
        await ask('GET', '/asterisk/ping');
        await sleep(QUIET_MS + 3 * (Date.now() - begun));
      }
    },
    now: () => Date.now(),
    async nextEvent(limitMs) {
      const [count, end] = [events.length, Date.now() + limitMs];
      while (events.length === count && Date.now() < end) await sleep(10);
      return events.length > count;
    },
    pass: (ms) => sleep(ms),
    async close() {
      await sleep(QUIET_MS);
      socket.terminate();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
