import { connect, type Socket } from 'node:net';
import { confLine, portOf, type Remedy, SESSION_LIMIT } from '../../ari/connect-failure.ts';
import { timeOf } from '../../ari/timestamp.ts';
import type { Check } from './check.ts';
import type { Patient } from './examination.ts';
import { error, type Outcome, ok, skipped, warning } from './finding.ts';
import { settled } from './settled.ts';

/** A connector's WebSocket and the pool of one Lambda environment (lib/ari/http-transport.ts). */
const CONNECTIONS = 9;
/** The doctor's own: the event WebSocket, a connection that is kept, one for a command, and one that is closing. */
const OWN_CONNECTIONS = 4;
/** How long to wait for a close: Asterisk closes a connection beyond the limit at once. */
const CLOSED_MS = 300;
/** How long to wait until Asterisk has noticed that connections are closed. */
const FREED_MS = 2000;
const PING = '/ari/asterisk/ping';
const CLOCK_MS = 5000;

/** The clocks agree. */
export const clock: Check = {
  name: 'clock',
  needs: [],
  as: 'reader',
  async look(examination) {
    const before = Date.now();
    const { json, headers } = await examination.read('/asterisk/ping');
    const after = Date.now();
    const { timestamp } = (json ?? {}) as { timestamp?: unknown };
    // The date in the headers is that of the proxy, where there is one.
    const date = examination.proxy === undefined ? (headers.date ?? '') : '';
    const asteriskTime = timeOf(timestamp) ?? Date.parse(date);
    return clockOutcome(asteriskTime, before, after);
  },
};

/** The outcome for Asterisk's time, read between two times of this machine. All in milliseconds since 1970. */
export function clockOutcome(asteriskTime: number, before: number, after: number): Outcome {
  if (Number.isNaN(asteriskTime)) return skipped('Asterisk reports no time');
  const off = asteriskTime < before ? asteriskTime - before : asteriskTime > after ? asteriskTime - after : 0;
  const says = `Asterisk's clock is ${Math.abs(off / 1000).toFixed(1)} s ${off < 0 ? 'behind' : 'ahead of'} this one`;
  if (Math.abs(off) < CLOCK_MS) return ok(Math.abs(off) < 1000 ? 'the clocks agree' : says);
  return warning(
    `${says}: events have Asterisk's time, and it decides whether certificates are valid. Synchronize both with NTP`,
  );
}

const limitOf = ({ http }: Patient): Remedy =>
  confLine('http.conf', 'general', 'sessionlimit', String(http?.sessionlimit ?? SESSION_LIMIT));

/** Asterisk accepts the connections of a connector and a handler. */
export const sessions: Check = {
  name: 'sessions',
  needs: ['ari'],
  async look(examination) {
    const { patient, proxy } = examination;
    const writeLimit = limitOf(patient);
    if (proxy !== undefined) {
      return skipped(
        `not examined: ${proxy} accepts the connections here. Compare sessionlimit of http.conf`,
        writeLimit,
      );
    }
    const { hostname } = new URL(patient.url);
    const port = Number(portOf(patient.url));
    const sockets: Socket[] = [];
    const closed = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => {
        const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port });
        sockets.push(socket);
        return new Promise<boolean>((resolve) => {
          // Without reading to the end, the end is not reported.
          socket
            .resume()
            .on('error', () => resolve(true))
            .on('end', () => resolve(true));
          socket.on('connect', () => setTimeout(() => resolve(false), CLOSED_MS));
        });
      }),
    );
    for (const socket of sockets) socket.destroy();
    const refused = closed.filter(Boolean).length;
    if (refused === 0) return ok(`Asterisk accepts ${CONNECTIONS} more connections`);
    // Asterisk needs a moment to notice that they are closed; the next check would be refused until then.
    const answers = () =>
      examination.ask(PING).then(
        () => true,
        () => false,
      );
    await settled(answers, FREED_MS);
    const says = `Asterisk closed ${refused} of ${CONNECTIONS} connections at once: sessionlimit of http.conf is`;
    const needed = 'A connector needs 1, each Lambda environment up to 8';
    return CONNECTIONS - refused < OWN_CONNECTIONS
      ? error(`${says} too low or reached: not even the doctor can examine more. ${needed}`, writeLimit)
      : warning(`${says} nearly reached. ${needed}`, writeLimit);
  },
};

/** Connections are kept alive between commands. */
export const keepAlive: Check = {
  name: 'keep-alive',
  needs: [],
  as: 'reader',
  async look(examination) {
    const { Agent } = process.getBuiltinModule(examination.root.startsWith('https:') ? 'node:https' : 'node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ...examination.agentOptions });
    await examination.atEnd('a connection', () => agent.destroy());
    const command = () => examination.ask(PING, { as: examination.reader, agent: agent as never });
    await command();
    if ((await command()).reused) return ok('connections are kept alive between commands');
    return warning(
      'Asterisk closes the connection after every command, so each command needs a new TCP and TLS handshake: set session_keep_alive in http.conf, in milliseconds',
      confLine('http.conf', 'general', 'session_keep_alive', '15000'),
    );
  },
};

/** There are sounds in the language that callers hear. */
export const sounds: Check = {
  name: 'sounds',
  needs: ['modules'],
  as: 'reader',
  async look(examination) {
    const { json } = await examination.read('/asterisk/info?only=config');
    const language = (json as { config?: { default_language?: string } } | undefined)?.config?.default_language ?? 'en';
    const all = await examination.read('/sounds');
    if (all.status === 404 && /Resource not found/.test(all.body)) {
      return warning(
        'res_ari_sounds.so is not running: the sounds cannot be listed. Add "load = res_ari_sounds.so" to modules.conf',
        confLine('modules.conf', 'modules', 'load', 'res_ari_sounds.so'),
      );
    }
    const counts = countByLanguage(Array.isArray(all.json) ? all.json : []);
    const here = counts.get(language) ?? 0;
    if (here > 0) return ok(`${here} sounds in the default language "${language}"`);
    // One of two names of a folder is as good as the other: the shorter one is the language's own.
    const [most] = [...counts].toSorted(([a, m], [b, n]) => n - m || a.length - b.length).map(([name]) => name);
    if (most === undefined) {
      return warning(
        'Asterisk has no sounds at all: "sound:…" plays nothing. Install them (Debian: asterisk-core-sounds-en-wav), or check astdatadir of asterisk.conf',
      );
    }
    return warning(
      `there are no sounds in the default language "${language}", but in ${[...counts.keys()].join(', ')}: set defaultlanguage in [options] of asterisk.conf`,
      confLine('asterisk.conf', 'options', 'defaultlanguage', most === 'en_US' && counts.has('en') ? 'en' : most),
    );
  },
};

interface Sound {
  formats: { language: string }[];
}

function countByLanguage(list: Sound[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { formats } of list) {
    for (const language of new Set(formats.map((format) => format.language))) {
      counts.set(language, (counts.get(language) ?? 0) + 1);
    }
  }
  return counts;
}
