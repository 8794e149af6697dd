import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { placeCalls } from '../../../lib/local/demo.ts';
import { Phone } from '../../../lib/local/phone.ts';
import type { LocalRule } from '../../../lib/local/template/deployment.ts';
import { Trace } from '../../../lib/local/trace/trace.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { busEvent, FUNCTION, invocation, RULES } from '../../support/traced.ts';
import { until } from '../../support/until.ts';

const DOCUMENTED = { menu: 'Intro-IVR', room: 'Super-Conference,100' };

let asterisk: SimulatedAsterisk;
let trace: Trace;
let phone: Phone;
let said: string[];
let abort: AbortController;

function start(dialplan: Record<string, string>): void {
  trace = new Trace();
  asterisk = new SimulatedAsterisk({ dialplan });
  phone = new Phone(asterisk, Object.keys(dialplan), trace);
}
/** The calls, with short waits. */
function place(dialplan: Record<string, string>): Promise<string> {
  const say = (line: string): void => void said.push(line);
  const { signal } = abort;
  return placeCalls({ asterisk, phone, trace, dialplan, say, signal, listeningMs: 30, limitMs: 200 });
}
beforeEach(() => {
  said = [];
  abort = new AbortController();
});
afterEach(() => asterisk.stop());

describe('with the documents’ apps', () => {
  test('hanging up in the console before the demonstration ends is not a failure', async () => {
    start(DOCUMENTED);
    asterisk.subscribe('Super-Conference', () => {});
    const placed = place(DOCUMENTED);
    const bob = await until('Bob', () => phone.calls[0]);
    expect(bob).toMatchObject({ name: 'Bob', extension: 'room' });
    phone.hangUp(bob.channelId);
    expect(await placed).toBe('A caller hung up before.');
  });

  test('a call that is not handled is the result, not an error', async () => {
    start(DOCUMENTED);
    asterisk.subscribe('Super-Conference', () => {});
    expect(await place(DOCUMENTED)).toBe('Expected Bob in room 100 within 0.2 s; see the failures above.');
  });

  test('the end of local mode ends the demonstration', async () => {
    start(DOCUMENTED);
    asterisk.subscribe('Super-Conference', () => {});
    const placed = place(DOCUMENTED);
    abort.abort();
    await expect(placed).rejects.toThrow('aborted');
  });
});

describe('with other apps each extension is called once, and what happened is reported', () => {
  const DIALPLAN = { 900: 'Sales,eu' };

  /** Hands the StasisStart of the app to the trace, as the bus does; then `handle` is the function. */
  function serve(rules: LocalRule[], handle: (channelId: string) => unknown = () => {}): void {
    start(DIALPLAN);
    asterisk.subscribe('Sales', (event) => {
      const { type, channel } = event as { type: string; channel: { id: string } };
      if (type !== 'StasisStart') return;
      const metadata = { id: 'event-1', channelId: channel.id, callId: channel.id };
      // The bus has it later.
      setImmediate(() => {
        trace.onEvent(busEvent({ metadata }), rules, RULES);
        if (rules.length > 0) handle(channel.id);
      });
    });
  }
  const command = async (method: string, path: string): Promise<void> => {
    const [status] = await asterisk.request({ method, path, query: new URLSearchParams() });
    trace.onCommand({ requestId: 'request-1', fn: FUNCTION, method, path: `/ari${path}`, status, at: 0, ms: 1 });
  };

  test('a call that is answered', async () => {
    serve(RULES.slice(0, 1), async (id) => {
      trace.onInvocationStart(invocation());
      await command('POST', `/channels/${id}/answer`);
    });
    expect(await place(DIALPLAN)).toBe('Handled calls: 1 of 1.');
    expect(said).toEqual(['900 → Sales,eu: IntroIvr answered and sent 1 command; the caller hung up']);
    expect(asterisk.channels).toEqual([]);
  });

  test('a call that the app ends, with a refused command', async () => {
    serve(RULES.slice(0, 1), async (id) => {
      trace.onInvocationStart(invocation());
      await command('DELETE', `/channels/${id}`);
      await command('POST', `/channels/${id}/answer`);
    });
    await place(DIALPLAN);
    expect(said).toEqual([
      '900 → Sales,eu: IntroIvr did not answer and sent 2 commands; refused: 1; the app ended the call',
    ]);
  });

  test.each([
    [[], 'the app has no call handler: no rule sends its StasisStart to a function'],
    // Its only target is no function.
    [RULES.slice(1), 'the app has no call handler: no rule sends its StasisStart to a function'],
    [RULES.slice(0, 1), 'no function was invoked within 0.2 s'],
  ])('a call without a handler: %#', async (rules, what) => {
    serve(rules);
    expect(await place(DIALPLAN)).toBe('Handled calls: 0 of 1.');
    expect(said).toEqual([`900 → Sales,eu: ${what}`]);
    expect(asterisk.channels).toEqual([]);
  });

  test.each([
    [{ ms: 5, error: 'TypeError: no' }, 'IntroIvr failed: TypeError: no'],
    [{ ms: 5 }, 'IntroIvr was invoked and sent no command'],
  ])('a function that ends with %j', async (outcome, what) => {
    serve(RULES.slice(0, 1), () => {
      trace.onInvocationStart(invocation());
      trace.onInvocationEnd(invocation(), outcome);
    });
    await place(DIALPLAN);
    expect(said).toEqual([`900 → Sales,eu: ${what}`]);
  });

  test('a call to an app that no connector is subscribed to', async () => {
    start(DIALPLAN);
    await place(DIALPLAN);
    expect(said).toEqual(['900 → Sales,eu: Asterisk rejected the call: no WebSocket is connected for its app']);
  });
});
