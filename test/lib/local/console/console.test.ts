import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { PutEntry } from '../../../../lib/local/bus/bus-event.ts';
import { Console } from '../../../../lib/local/console/console.ts';
import { Phone } from '../../../../lib/local/phone.ts';
import { Trace } from '../../../../lib/local/trace/trace.ts';
import { SimulatedAsterisk } from '../../../../lib/simulator/simulated-asterisk.ts';
import { freePort } from '../../../support/free-port.ts';
import { busEvent, RULES } from '../../../support/traced.ts';
import { until } from '../../../support/until.ts';
import { watchConsole } from '../../../support/watch-console.ts';

let trace: Trace;
let asterisk: SimulatedAsterisk;
let console: Console;
let url: string;
let put: PutEntry[];

beforeEach(async () => {
  trace = new Trace();
  asterisk = new SimulatedAsterisk();
  asterisk.subscribe('Intro-IVR', () => {});
  put = [];
  console = new Console({
    trace,
    phone: new Phone(asterisk, ['ivr', 'conference'], trace),
    putEvent: (entry) => {
      put.push(entry);
      return entry.Source === 'refused' ? { ErrorCode: 'No', ErrorMessage: 'not here' } : { EventId: 'x' };
    },
    moduleOf: () => '../functions/intro-ivr/index.ts',
  });
  url = await console.listen(0);
});
afterEach(async () => {
  await console.close();
  await asterisk.stop();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A request with any headers, also those that `fetch` would not send. */
function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type: Record<string, string> = method === 'GET' ? {} : { 'content-type': 'application/json' };
    const outgoing = request(
      `${url}${path}`,
      { method, headers: { ...type, ...headers }, agent: false },
      (incoming) => {
        let text = '';
        incoming.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const watch = () => watchConsole(url);

describe('the page', () => {
  test('is served completely, without anything from other servers', async () => {
    const page = await ask('GET', '/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('/main.js');
    for (const [path, type] of [
      ['/main.js', 'text/javascript; charset=utf-8'],
      ['/page.css', 'text/css; charset=utf-8'],
      ['/icon.svg', 'image/svg+xml'],
    ]) {
      const file = await ask('GET', path as string);
      expect([path, file.status, file.headers['content-type']]).toEqual([path, 200, type]);
      expect(file.text.replaceAll('http://www.w3.org/', ''), path).not.toMatch(/https?:\/\//);
    }
  });

  test('may load and run its own files only, and cannot be framed', async () => {
    const { headers } = await ask('GET', '/');
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('has no files but its own', async () => {
    for (const path of ['/package.json', '/../console.ts', '/%2e%2e/console.ts', '/main.tsx']) {
      expect((await ask('GET', path)).status, path).toBe(404);
    }
    expect((await ask('GET', '/%')).status).toBe(400);
  });
});

describe('a page of another origin', () => {
  const CALL = JSON.stringify({ extension: 'ivr', name: 'Eve', number: '1' });

  test.each([
    ['under a host name that resolves to this machine', 421, { host: 'evil.example:80' }],
    ['under this address, at another port', 421, { host: '127.0.0.1:1' }],
    ['from its own origin', 403, { origin: 'https://evil.example' }],
    ['from a sandbox', 403, { origin: 'null' }],
    ['from another port of this machine', 403, { 'sec-fetch-site': 'same-site' }],
    ['with a form', 415, { 'content-type': 'text/plain' }],
  ])('cannot dial: %s', async (_, status, headers) => {
    expect((await ask('POST', '/api/calls', CALL, headers)).status).toBe(status);
    expect(asterisk.channels).toEqual([]);
  });

  test('cannot read events', async () => {
    trace.onEvent(busEvent(), [], []);
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { host: 'evil:1' },
    ]) {
      const { text, status } = await ask('GET', '/api/steps/1', undefined, headers as Record<string, string>);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toContain('Alice');
    }
    const { headers } = await ask('GET', '/api/steps/1');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  test('may link here', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask('GET', '/', undefined, headers)).status).toBe(200);
  });
});

describe('the feed', () => {
  test('sends earlier steps first, then new ones', async () => {
    trace.onEvent(busEvent(), RULES.slice(0, 1), RULES);
    const { messages, stop } = watch();
    const first = await until('the first message', () => messages[0]);
    expect(first).toMatchObject({ reset: true, dropped: 0, steps: [{ number: 1, type: 'StasisStart' }] });
    expect(first.phone).toEqual({ extensions: ['ivr', 'conference'], calls: [] });
    trace.onCaller('Alice hangs up', '1.0');
    await until('the next step', () => messages.some(({ steps }) => steps.some(({ number }) => number === 2)));
    stop();
  });

  test('sends thousands of steps in several messages, each step once', async () => {
    for (let i = 0; i < 3000; i++) trace.onLog('connector', `line ${i}`);
    const { messages, stop } = watch();
    await until('all of them', () => messages.flatMap(({ steps }) => steps).length === 3000);
    expect(messages.length).toBeGreaterThan(2);
    expect(messages.filter(({ reset }) => reset)).toHaveLength(1);
    stop();
  });

  test('sends the active calls', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { messages, stop } = watch();
    await ask('POST', '/api/calls', JSON.stringify({ extension: 'ivr', name: 'Alice', number: '1' }));
    const state = await until('the call', () => messages.find(({ phone }) => phone?.calls.length === 1));
    expect(state.phone?.calls[0]).toMatchObject({ name: 'Alice', extension: 'ivr', state: 'Ring' });
    asterisk.hangUp(state.phone?.calls[0]?.channelId as string);
    await until('its end', () => {
      vi.advanceTimersByTime(1000); // no step reports it: the feed checks every second
      return messages.at(-1)?.phone?.calls.length === 0;
    });
    stop();
  });

  test('is limited to a number of pages', async () => {
    const feeds = Array.from({ length: 20 }, watch);
    await until('twenty feeds', () => feeds.every(({ messages }) => messages.length > 0));
    expect((await ask('GET', '/api/feed')).status).toBe(503);
    for (const { stop } of feeds) stop();
    await until('room for one more', async () => {
      const feed = watch();
      await until('an answer', () => feed.messages.length > 0, 300).catch(() => {});
      feed.stop();
      return feed.messages.length > 0;
    });
  });
});

describe('the dial pad', () => {
  const dial = async (name: string): Promise<string> => {
    const { text } = await ask('POST', '/api/calls', JSON.stringify({ extension: 'ivr', name, number: '1' }));
    return (JSON.parse(text) as { channelId: string }).channelId;
  };

  test('places calls, presses digits and hangs up, in several calls at once', async () => {
    const [alice, bob] = [await dial('Alice'), await dial('Bob')];
    expect((await ask('POST', `/api/calls/${bob}/digits`, '{"digit":"#"}')).status).toBe(200);
    expect((await ask('DELETE', `/api/calls/${alice}`, '{}')).status).toBe(200);
    expect(asterisk.channels.map(({ id }) => id)).toEqual([bob]);
    const told = trace.steps.map((step) => step.kind === 'caller' && `${step.call} ${step.text}`);
    expect(told).toEqual([
      `${alice} Alice calls ivr`,
      `${bob} Bob calls ivr`,
      `${bob} Bob presses #`,
      `${alice} Alice hangs up`,
    ]);
  });

  test('answers and declines calls to the phones that apps call', async () => {
    const call = async (endpoint: string): Promise<string> => {
      const query = new URLSearchParams({ endpoint, app: 'Intro-IVR' });
      const [, channel] = await asterisk.request({ method: 'POST', path: '/channels', query });
      return (channel as { id: string }).id;
    };
    const [one, two, three] = [await call('PJSIP/1'), await call('PJSIP/2'), await call('PJSIP/3')];
    const { messages, stop } = watch();
    const state = await until('the phones', () => messages[0]?.phone);
    expect(state.calls).toMatchObject([
      { channelId: one, name: 'PJSIP/1', state: 'Ringing' },
      { channelId: two, name: 'PJSIP/2', state: 'Ringing' },
      { channelId: three, name: 'PJSIP/3', state: 'Ringing' },
    ]);
    expect((await ask('POST', `/api/calls/${one}/answer`, '{}')).status).toBe(200);
    expect((await ask('POST', `/api/calls/${two}/decline`, '{"cause":17}')).status).toBe(200);
    expect((await ask('POST', `/api/calls/${three}/decline`, '{}')).status).toBe(200);
    expect(asterisk.channels).toMatchObject([{ id: one, state: 'Up' }]);
    await until('the page to have one call', () => messages.at(-1)?.phone?.calls.length === 1);
    stop();
    const again = await ask('POST', `/api/calls/${one}/answer`, '{}');
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('which is Up')]);
    expect(trace.steps.map((step) => step.kind === 'caller' && step.text)).toEqual([
      'PJSIP/1 answers',
      'PJSIP/2 is busy',
      'PJSIP/3 declines',
    ]);
  });

  test.each([
    ['POST', 'calls', '{"extension":"sales","name":"A","number":"1"}', 400, 'among ivr, conference, got \\"sales\\"'],
    [
      'POST',
      'calls',
      '{"extension":"conference","name":"A","number":"1"}',
      409,
      'no WebSocket is connected for its app',
    ],
    ['POST', 'calls', '{"extension":"ivr","name":"","number":"1"}', 400, '`name` to be a string of 1 to 80'],
    ['POST', 'calls', '[]', 400, 'Expected a JSON object, got an array'],
    ['POST', 'calls', '{', 400, 'Expected a JSON object, got invalid JSON'],
    ['POST', 'calls/1.0/digits', '{"digit":"x"}', 400, 'Expected a digit'],
    ['POST', 'calls/1.0/digits', '{"digit":"1"}', 409, 'The call 1.0 is over'],
    ['POST', 'calls/1.0/answer', '{}', 409, 'The call 1.0 is over'],
    ['POST', 'calls/1.0/decline', '{}', 409, 'The call 1.0 is over'],
    ['POST', 'calls/1.0/decline', '{"cause":0}', 400, '`cause` to be an integer from 1 to 127, got 0'],
    ['POST', 'calls/1.0/decline', '{"cause":"17"}', 400, '`cause` to be an integer from 1 to 127, got \\"17\\"'],
    ['DELETE', 'calls/1.0', '{}', 409, 'The call 1.0 is over'],
    ['PUT', 'calls/1.0', '{}', 404, 'There is no PUT /api/calls/1.0'],
    ['GET', 'steps/7', undefined, 404, 'Step 7 is no longer kept'],
    ['GET', 'steps/x', undefined, 404, 'Step x is no longer kept'],
  ])('%s %s %s is refused', async (method, path, body, status, sentence) => {
    const answer = await ask(method, `/api/${path}`, body);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(sentence)]);
  });

  test('refuses a body that is too large', async () => {
    const { status } = await ask('POST', '/api/calls', JSON.stringify({ name: 'x'.repeat(1_100_000) }));
    expect(status).toBe(413);
  });

  test('is absent with a real Asterisk', async () => {
    const other = new Console({ trace, moduleOf: () => '' });
    const own = url;
    url = await other.listen(0);
    expect((await ask('POST', '/api/calls', '{"extension":"ivr","name":"A","number":"1"}')).status).toBe(409);
    const { messages, stop } = watch();
    expect(await until('a message', () => messages[0])).not.toHaveProperty('phone');
    stop();
    await other.close();
    url = own;
  });
});

describe('an event that is sent again', () => {
  const send = (body: object): Promise<Answer> => ask('POST', '/api/events', JSON.stringify(body));

  test('is put on the bus as edited, and is a step of its call', async () => {
    const event = busEvent({ digit: '5' });
    expect((await send(event)).status).toBe(201);
    expect(put).toHaveLength(1);
    expect(put[0]).toMatchObject({ Source: 'asterisk.ari', DetailType: 'StasisStart', Resources: event.resources });
    expect(JSON.parse(put[0]?.Detail as string)).toEqual(event.detail);
    expect(trace.steps).toMatchObject([
      { kind: 'caller', call: '1.0', text: 'StasisStart is sent again from the console' },
    ]);
  });

  test.each([
    [{ ...busEvent(), detail: 'x' }, 'Expected `detail` to be a JSON object'],
    [{ ...busEvent(), source: 7 }, 'Expected `source` to be a string'],
    [{ ...busEvent(), 'detail-type': 'x'.repeat(129) }, 'Expected `detail-type`'],
    [{ ...busEvent(), resources: [1] }, 'Expected `resources` to be an array of strings'],
    [{ ...busEvent(), source: 'refused' }, 'No: not here'],
  ])('is refused with a message: %#', async (body, sentence) => {
    const { status, text } = await send(body);
    expect([status, text]).toEqual([400, expect.stringContaining(sentence)]);
  });
});

describe('the port', () => {
  test('is the requested one; where it is in use, that is the error', async () => {
    const port = await freePort();
    const one = new Console({ trace, moduleOf: () => '' });
    expect(await one.listen(port)).toBe(`http://127.0.0.1:${port}`);
    const other = new Console({ trace, moduleOf: () => '' });
    await expect(other.listen(port)).rejects.toThrow(`--console-port ${port}: the port is in use; choose another one`);
    await one.close();
    await other.close();
  });

  test('is any free one, where none was requested and the default one is in use', async () => {
    const consoles = [new Console({ trace, moduleOf: () => '' }), new Console({ trace, moduleOf: () => '' })];
    const urls = [await consoles[0]?.listen(), await consoles[1]?.listen()];
    expect(new Set(urls).size).toBe(2);
    for (const each of consoles) await each.close();
  });
});
