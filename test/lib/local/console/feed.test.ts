import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Feed, type FeedMessage } from '../../../../lib/local/console/feed.ts';
import { Trace } from '../../../../lib/local/trace/trace.ts';
import { busEvent, invocation } from '../../../support/traced.ts';
import { until } from '../../../support/until.ts';

/** A feed to a page that reads when the test lets it. */
async function openFeed(trace: Trace) {
  let response: ServerResponse | undefined;
  const server = createServer((_, answer) => {
    response = answer;
    new Feed(answer, trace);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return {
    socket,
    response: await until('the request', () => response),
    messages: (): FeedMessage[] =>
      [...text.matchAll(/^data: (.*)$/gm)].flatMap(([, json = '']) => {
        try {
          return [JSON.parse(json) as FeedMessage];
        } catch {
          return []; // not all of it is here yet
        }
      }),
  };
}

test('nothing is queued for a page that does not read, and it gets the newest state when it reads again', async () => {
  const trace = new Trace({ maxSteps: 2000 });
  const { socket, response, messages } = await openFeed(trace);
  trace.onEvent(busEvent(), [], []);
  let most = 0;
  for (let i = 0; i < 60_000; i++) {
    trace.onLog('connector', `${i} ${'x'.repeat(280)}`);
    if (i % 500 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, response.writableLength);
    }
  }
  const last = invocation();
  trace.onInvocationStart(last);
  trace.onInvocationEnd(last, { ms: 7 });
  // All of it would be 20 MB.
  expect(most).toBeLessThan(3_000_000);

  socket.resume();
  const end = trace.steps.at(-1);
  await until('the newest step', () =>
    messages().some(({ steps }) => steps.some((step) => step.number === end?.number && 'ms' in step && step.ms === 7)),
  );
  expect(messages().at(-1)?.dropped).toBe(trace.dropped);
}, 60_000);

test('a closed page is removed', async () => {
  const trace = new Trace();
  const { socket, response } = await openFeed(trace);
  const closed = new Promise((resolve) => response.once('close', resolve));
  socket.destroy();
  await closed;
  for (let i = 0; i < 100; i++) trace.onLog('connector', 'to nobody');
  expect(response.writableLength).toBe(0);
});
