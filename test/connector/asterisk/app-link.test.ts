import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppLink } from '../../../connector/asterisk/app-link.ts';
import type { LinkEvent } from '../../../connector/asterisk/link-event.ts';
import type { BackoffBounds } from '../../../connector/backoff.ts';
import { type CredentialsProvider, cachedCredentials } from '../../../lib/ari/credentials.ts';
import { createLog } from '../../../lib/log.ts';
import { until } from '../../support/until.ts';

/** A WebSocket server that does what a test asks for: a real Asterisk fails in these ways, but not on request. */
let server: WebSocketServer;
let sockets: WebSocket[];
let urls: string[];
let authorizations: (string | undefined)[];
/** Answers a handshake with a status instead of a WebSocket, where it gives one. */
let refusal: (authorization: string | undefined) => number | undefined;
let happened: string[];
let lines: string[];
let link: AppLink;

beforeEach(async () => {
  sockets = [];
  urls = [];
  authorizations = [];
  refusal = () => undefined;
  happened = [];
  lines = [];
  await listen(0);
});
const realTimeout = setTimeout;

afterEach(async () => {
  vi.restoreAllMocks();
  await link?.stop('the test is over');
  close();
});

async function listen(port: number, autoPong = true): Promise<void> {
  server = new WebSocketServer({
    port,
    host: '127.0.0.1',
    autoPong,
    verifyClient: ({ req }, done) => {
      const status = refusal(req.headers.authorization);
      done(status === undefined, status);
    },
  });
  server.on('connection', (socket, request) => {
    sockets.push(socket);
    urls.push(request.url ?? '');
    authorizations.push(request.headers.authorization);
  });
  await new Promise((resolve) => server.once('listening', resolve));
}

function close(): void {
  for (const socket of server.clients) socket.terminate();
  server.close();
}

interface Settings {
  apps?: string[];
  pingIntervalMs?: number;
  backoff?: BackoffBounds | undefined;
  handoverMs?: number | undefined;
  credentials?: CredentialsProvider;
  beforeConnect?: (apps: string[]) => Promise<void>;
}

const CREDENTIALS = cachedCredentials(async () => ({ username: 'connector', password: 'hidden' }));

function start(settings: Settings = {}): void {
  const { apps = ['a', 'b'], pingIntervalMs = 10_000, credentials = CREDENTIALS } = settings;
  const { beforeConnect = async () => {} } = settings;
  const { handoverMs, backoff } = { handoverMs: 20, backoff: { baseMs: 5, capMs: 10 }, ...settings };
  const { port } = server.address() as { port: number };
  link = new AppLink({
    node: { name: 'pbx-1', url: `http://127.0.0.1:${port}/ari`, apps },
    apps,
    nameBeside: (app) => `${app}~beside`,
    credentials,
    log: createLog({}, (line) => lines.push(line)),
    backoff,
    pingIntervalMs,
    handoverMs,
    beforeConnect: async (on) => {
      happened.push(`connecting ${on}`);
      await beforeConnect(on);
    },
    emit: (event) => happened.push(lineOf(event)),
  });
  link.start();
}

function lineOf(event: LinkEvent): string {
  switch (event.kind) {
    case 'connected':
      return `connected ${event.apps}`;
    case 'disconnected':
      return `disconnected ${event.apps}: ${event.reason}`;
    case 'event':
      return `event ${event.position.sequence} ${event.frame.event.type}`;
    case 'rejected':
      return `rejected ${event.position.sequence} ${event.fault}`;
    case 'replaced':
      return `replaced ${event.app}`;
    default:
      return event.kind;
  }
}

const connections = (count: number): Promise<unknown> =>
  until(`connection ${count}`, () => sockets.length === count && link.notReady === undefined);
const all = (what: string): string[] => happened.filter((line) => line.startsWith(what));

describe('a link', () => {
  test('connects with all apps, each once and with a name beside it, and with credentials in the header only', async () => {
    start({ apps: ['a', 'b', 'a'] });
    await connections(1);
    expect(urls).toEqual(['/ari/events?app=a%2Cb%2Ca%7Ebeside%2Cb%7Ebeside']);
    expect(authorizations).toEqual([`Basic ${Buffer.from('connector:hidden').toString('base64')}`]);
    expect(happened).toEqual(['connecting a,b', 'connected a,b']);
    expect([link.apps, typeof link.connection]).toEqual([['a', 'b'], 'string']);
  });

  test('connects only after `beforeConnect` resolves, and not when it was stopped meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    start({ beforeConnect: () => promise });
    await until('the call of `beforeConnect`', () => happened.length === 1);
    expect([sockets.length, link.notReady]).toEqual([0, 'not connected yet']);
    await link.stop('stopped');
    resolve();
    await promise;
    await new Promise(setImmediate);
    expect([sockets.length, server.clients.size]).toEqual([0, 0]);
    expect(happened).toEqual(['connecting a,b']);
  });

  test('numbers every frame, also one that is not an event', async () => {
    start();
    await connections(1);
    for (const frame of ['{"type":"Dial"}', 'no json', '{"type":"New"}']) sockets[0]?.send(frame);
    await until('three frames', () => happened.length === 5);
    expect(happened.slice(2)).toEqual([
      'event 1 Dial',
      expect.stringMatching(/^rejected 2 expected JSON/),
      'event 3 New',
    ]);
  });

  test('gives the next position on the open connection, and none on a connection that has ended', async () => {
    start();
    await connections(1);
    const connection = link.connection as string;
    sockets[0]?.send('{"type":"Dial"}');
    await until('the event', () => happened.includes('event 1 Dial'));
    expect(link.nextPosition(connection)).toEqual({ connection, sequence: 2 });
    sockets[0]?.send('{"type":"New"}');
    await until('the next event', () => happened.includes('event 3 New'));
    sockets[0]?.terminate();
    await connections(2);
    expect(link.nextPosition(connection)).toBeUndefined();
    expect(link.connection).not.toBe(connection);
  });

  test('keeps the connection when a frame is not valid UTF-8', async () => {
    start();
    await connections(1);
    sockets[0]?.send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x2c, ...Buffer.from('"type":"Odd"}')]), {
      binary: false,
    });
    await until('the event', () => happened.includes('event 1 Odd'));
    expect(sockets).toHaveLength(1);
  });

  test('connects again each time that its connection ends', async () => {
    start();
    for (let i = 1; i <= 5; i++) {
      await connections(i);
      sockets[i - 1]?.terminate();
      await until('its end', () => all('disconnected').length === i);
    }
    await connections(6);
    expect(all('disconnected')[0]).toMatch(/^disconnected a,b: Asterisk at .* closed the connection \(code 1006\)/);
    expect(all('connecting')).toHaveLength(6);
  });

  test('tries again after a second at most while Asterisk is away, and after up to 10 s where it refuses the user', async () => {
    // The longest delays that chance can give.
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const delays: number[] = [];
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0) => {
      // Other timers: time limits.
      if (ms !== 2000 && ms !== 3000) delays.push(Math.round(ms));
      return realTimeout(run, Math.min(ms, 5));
    }) as typeof setTimeout);
    let attempts = 0;
    refusal = () => {
      attempts += 1;
      return attempts <= 4 ? 503 : 401;
    };
    start({ backoff: undefined });
    await until('many attempts', () => attempts > 12);
    vi.restoreAllMocks();
    // Other parts of the process have timers too: these come in this order.
    const expected = [250, 500, 999, 999, 500, 999, 1998, 3996, 7992, 9990, 9990, 9990];
    let next = 0;
    for (const ms of delays) if (ms === expected[next]) next += 1;
    expect(expected.slice(next)).toEqual([]);
  });

  test('begins with the shortest delay again after each connection', async () => {
    start();
    for (let i = 1; i <= 3; i++) {
      await connections(i);
      sockets[i - 1]?.terminate();
    }
    await connections(4);
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ message }) => message.startsWith('Not connected'));
    expect(warnings.map((line) => line.attempts)).toEqual([1, 1, 1]);
  });

  test('does not connect while what it must know before cannot be read, says so, and tries again', async () => {
    let readable = false;
    start({
      beforeConnect: async () => {
        if (!readable) throw new Error('500 no list');
      },
    });
    await until('the failure', () => link.notReady === '500 no list');
    await until('more attempts', () => all('connecting').length > 2);
    expect(sockets).toEqual([]);
    readable = true;
    await connections(1);
  });

  test('ends a connection on which Asterisk does not answer pings, and connects again', async () => {
    close();
    await listen(0, false);
    start({ pingIntervalMs: 20 });
    await connections(1);
    await until('the next connection', () => sockets.length >= 2);
    expect(all('disconnected')[0]).toMatch(/^disconnected a,b: Asterisk at .* has not answered for/);
    expect(happened).not.toContain('heard');
  });

  test('keeps a connection on which Asterisk answers pings, and emits each answer', async () => {
    start({ pingIntervalMs: 10 });
    await connections(1);
    await until('several answers', () => all('heard').length >= 10);
    expect(sockets).toHaveLength(1);
  });

  test('uses the credentials that `beforeConnect` has refreshed', async () => {
    let password = 'old';
    const get = async () => ({ username: 'connector', password });
    const good = `Basic ${Buffer.from('connector:new').toString('base64')}`;
    const seen: (string | undefined)[] = [];
    refusal = (authorization) => {
      seen.push(authorization);
      return authorization === good ? undefined : 401;
    };
    start({
      credentials: { get, refresh: get },
      beforeConnect: async () => {
        password = 'new';
      },
    });
    await until('the connection', () => seen.length > 0);
    expect(seen).toEqual([good]);
  });

  test('refreshes the credentials when Asterisk refuses them, and not before', async () => {
    const passwords = ['old', 'new'];
    const asked: string[] = [];
    const user = (how: string) => async () => {
      asked.push(how);
      return { username: 'connector', password: passwords[how === 'refresh' ? 1 : 0] as string };
    };
    const good = `Basic ${Buffer.from('connector:new').toString('base64')}`;
    refusal = (authorization) => (authorization === good ? undefined : 401);
    start({ credentials: { get: user('get'), refresh: user('refresh') } });
    await connections(1);
    expect(asked).toEqual(['get', 'get', 'refresh']);
    expect(lines.join()).toMatch(/refused the user \\"connector\\" \(401\)/);
    sockets[0]?.terminate();
    refusal = () => undefined;
    await connections(2);
    expect(asked).toEqual(['get', 'get', 'refresh', 'get', 'get']);
  });

  test('tries again when the credentials cannot be read', async () => {
    let readable = false;
    const get = async () => {
      if (!readable) throw new Error('AccessDenied');
      return { username: 'connector', password: 'hidden' };
    };
    start({ credentials: { get, refresh: get } });
    await until('the failure', () => link.notReady?.includes('cannot read the secret with the ARI user: AccessDenied'));
    readable = true;
    await connections(1);
  });

  test('logs once why it is not connected, not at each attempt', async () => {
    let attempts = 0;
    refusal = () => {
      attempts += 1;
      return 503;
    };
    start();
    await until('many attempts', () => attempts >= 20);
    expect(lines.filter((line) => line.includes('Not connected'))).toHaveLength(1);
    expect(link.notReady).toContain('still booting (503)');
    expect(lines.join()).not.toContain('hidden');
  });
});

describe('the copies that Asterisk sends of an event', () => {
  test('are dropped, and have no numbers; another connection starts without knowledge of earlier frames', async () => {
    start();
    await connections(1);
    const [four, seven] = ['4', '7'].map((digit) => `{"type":"ChannelDtmfReceived","digit":"${digit}"}`);
    for (const frame of [four, four, seven, seven, seven, '[]', '[]']) sockets[0]?.send(frame as string);
    await until('the last frame', () => all('rejected').length > 0);
    expect(happened.slice(2)).toEqual([
      'event 1 ChannelDtmfReceived',
      'event 2 ChannelDtmfReceived',
      'rejected 3 expected a JSON object, got an array',
    ]);
    sockets[0]?.terminate();
    await connections(2);
    sockets[1]?.send(four as string);
    await until('the frame', () => all('event').length === 3);
  });

  test('are not user events: a program that sends two equal ones means two', async () => {
    start();
    await connections(1);
    for (let i = 0; i < 2; i++) sockets[0]?.send('{"type": "ChannelUserevent", "eventname": "same"}');
    await until('both', () => all('event').length === 2);
  });
});

describe('when Asterisk gives an app to another socket, a link', () => {
  const replace = (application: string): void =>
    sockets.at(-1)?.send(JSON.stringify({ type: 'ApplicationReplaced', application }));

  test('keeps its other apps, and reconnects with those only', async () => {
    start();
    await connections(1);
    replace('a');
    await until('the replacement', () => happened.includes('replaced a'));
    // The event itself is emitted before.
    expect(happened.slice(2)).toEqual(['event 1 ApplicationReplaced', 'replaced a']);
    expect([link.notReady, link.apps]).toEqual([undefined, ['b']]);
    sockets[0]?.terminate();
    await connections(2);
    expect(urls[1]).toBe('/ari/events?app=b%2Cb%7Ebeside');
    expect(all('disconnected')).toHaveLength(1);
  });

  test('does not reconnect when all its apps were taken: two links would take them from each other without end', async () => {
    start();
    await connections(1);
    replace('a');
    replace('b');
    await until('the link to end', () => link.notReady === 'another connector has taken over');
    await until('the close', () => sockets[0]?.readyState === 3);
    expect(happened.at(-1)).toBe('disconnected a,b: another connector has taken over');
    // Its next attempt would have been made by now.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sockets).toHaveLength(1);
  });

  test('emits what Asterisk had already begun to send over the old socket, also when it is stopped meanwhile', async () => {
    start({ apps: ['a'], handoverMs: 100 });
    await connections(1);
    replace('a');
    await until('the replacement', () => happened.includes('replaced a'));
    expect([link.connection, link.apps]).toEqual([undefined, []]);
    const stopped = link.stop('this connector was stopped');
    await new Promise((resolve) => setTimeout(resolve, 50));
    sockets[0]?.send('{"type":"Dial"}');
    await stopped;
    expect(happened.slice(2)).toEqual([
      'event 1 ApplicationReplaced',
      'replaced a',
      'event 2 Dial',
      'disconnected a: another connector has taken over',
    ]);
  });

  test('reads the old socket for two seconds', async () => {
    start({ apps: ['a'], handoverMs: undefined });
    await connections(1);
    const began = performance.now();
    replace('a');
    await until('the close', () => sockets[0]?.readyState === 3);
    expect(performance.now() - began).toBeGreaterThan(1900);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test('ignores the replacement of an app that is not its own', async () => {
    start();
    await connections(1);
    replace('c');
    replace('a~beside');
    await until('the events', () => all('event').length === 2);
    expect([all('replaced'), link.apps]).toEqual([[], ['a', 'b']]);
  });
});

describe('when it is stopped, a link', () => {
  test('closes its connection and emits that once', async () => {
    start();
    await connections(1);
    await link.stop('this connector was stopped');
    await link.stop('again');
    await until('the close', () => sockets[0]?.readyState === 3);
    expect(happened.slice(2)).toEqual(['disconnected a,b: this connector was stopped']);
    expect(link.notReady).toBe('this connector was stopped');
  });

  test('makes no further attempt to connect', async () => {
    let attempts = 0;
    refusal = () => {
      attempts += 1;
      return 503;
    };
    start();
    await until('an attempt to fail', () => link.notReady?.includes('503'));
    await link.stop('this connector was stopped');
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    // One attempt may have been in progress.
    await pause();
    const before = attempts;
    // Its next attempt would have been made by now.
    await pause();
    expect([attempts, all('disconnected')]).toEqual([before, []]);
  });

  test('emits the events that Asterisk sent before it received the close frame', async () => {
    start();
    await connections(1);
    for (let i = 0; i < 100; i++) sockets[0]?.send(`{"type":"Dial","n":${i}}`);
    await link.stop('this connector was stopped');
    expect(all('event')).toHaveLength(100);
    expect(happened.at(-1)).toMatch(/^disconnected/);
  });
});
