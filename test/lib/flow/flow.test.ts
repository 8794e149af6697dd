import { callFlow, type FlowCall, HungUp } from 'ari-eventbridge/flow';
import { type TestCall, type TestCallsOptions, type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { afterEach, describe, expect, test } from 'vitest';

const MINUTE = 60;
const open: TestPbx[] = [];

afterEach(async () => {
  for (const pbx of open.splice(0)) await pbx.close();
});

async function pbxWith<T>(flow: (call: FlowCall) => PromiseLike<T>, options: TestCallsOptions = {}): Promise<TestPbx> {
  const pbx = await testCalls({ Ivr: callFlow(flow) }, options);
  open.push(pbx);
  return pbx;
}

describe('verbs', () => {
  test('a list is carried out at once, and its last verb has the outcome', async () => {
    const pbx = await pbxWith(async (call) => {
      const { digits, outcome } = await call.answer().play('sound:hello-world').gather({ maxDigits: 2 });
      await call.hangup();
      return { digits, outcome };
    });
    const caller = await pbx.dial('Ivr');
    await pbx.wait(3);
    await caller.press('42');
    await pbx.wait(1);
    expect(caller.heard).toEqual(['sound:hello-world']);
    expect(caller.isOver).toBe(true);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { digits: '42', outcome: 'ok' }, operations: 4 }]);
  });

  test('a list without an outcome is awaited until it is done', async () => {
    const done: number[] = [];
    const pbx = await pbxWith(async (call) => {
      await call.play('sound:hello-world');
      await call.step('note', () => void done.push(1));
      await call.hangup();
    });
    const caller = await pbx.dial('Ivr');
    expect(done).toEqual([]);
    await pbx.wait(10);
    expect(done).toEqual([1]);
    expect(caller.isOver).toBe(true);
  });

  test('answer alone is one command, without a way through the dialplan', async () => {
    const pbx = await pbxWith(async (call) => {
      await call.answer();
      await call.gather({ maxDigits: 1, timeout: 60 });
    });
    const caller = await pbx.dial('Ivr');
    expect(caller.isUp).toBe(true);
    await pbx.wait(30);
    expect(caller.isRescued).toBe(false);
    expect(pbx.flows).toMatchObject([{ operations: 4, invocations: 1 }]);
  });

  test('a call whose flow returns is hung up', async () => {
    const pbx = await pbxWith(async (call) => void (await call.answer()));
    const caller = await pbx.dial('Ivr');
    await pbx.wait(1);
    expect(caller.isOver).toBe(true);
  });

  test('leave lets the call go on in the dialplan', async () => {
    const pbx = await pbxWith(
      async (call) => void (await call.play('sound:hello-world').leave({ context: 'default', extension: 'inside' })),
      { dialplan: { inside: ['Answer()', 'Wait(3600)'] } },
    );
    const caller = await pbx.dial('Ivr');
    await pbx.wait(10);
    expect(caller.channel?.dialplan.exten).toBe('inside');
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  test('a URL is refused, as the dialplan does not play it', async () => {
    const pbx = await pbxWith(async (call) => void (await call.play('sound:https://example.com/a.wav').hangup()));
    await expect(pbx.dial('Ivr')).rejects.toThrow('Expected sounds and recordings in a flow');
  });

  test('another function of the call is part of the same execution', async () => {
    const login = async (call: FlowCall): Promise<string> => (await call.gather({ maxDigits: 2, timeout: 60 })).digits;
    const pbx = await pbxWith(async (call) => [await login(call), await login(call)]);
    const caller = await pbx.dial('Ivr');
    await caller.press('12');
    await pbx.wait(1);
    await caller.press('34');
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: ['12', '34'] }]);
  });

  test('a call that leaves and enters the app again is another execution', async () => {
    const pbx = await pbxWith(
      async (call) => {
        const { digits } = await call.gather({ maxDigits: 1, timeout: 60 });
        if (digits === '1') await call.leave({ context: 'default', extension: 'again' });
        else await call.hangup();
        return digits;
      },
      { dialplan: { again: ['Stasis(Ivr)'] } },
    );
    const caller = await pbx.dial('Ivr');
    await caller.press('1');
    await pbx.wait(1);
    await caller.press('2');
    await pbx.wait(1);
    expect(caller.isOver).toBe(true);
    expect(pbx.flows).toMatchObject([
      { status: 'SUCCEEDED', result: '1' },
      { status: 'SUCCEEDED', result: '2' },
    ]);
  });

  test('what is not awaited fails the flow, which names it', async () => {
    const pbx = await pbxWith(async (call) => {
      await call.answer();
      call.play('sound:hello-world').hangup();
    });
    await expect(pbx.dial('Ivr')).rejects.toThrow('did not await play, hangup');
  });

  test('two verbs at a time are refused without call.all', async () => {
    const pbx = await pbxWith(async (call) => {
      await Promise.all([call.gather({ maxDigits: 1 }), call.waitFor('approval')]);
    });
    await expect(pbx.dial('Ivr')).rejects.toThrow('one verb at a time, got wait for approval during gather');
  });
});

describe('where the caller hangs up', () => {
  test('the outcome under way says so, and the next verb throws HungUp', async () => {
    const seen: unknown[] = [];
    const pbx = await pbxWith(async (call) => {
      const { outcome, digits } = await call.gather({ maxDigits: 4, timeout: 60 });
      seen.push(outcome, digits, call.isOver);
      await call.play('sound:hello-world').then(undefined, (error) => {
        seen.push(error instanceof HungUp);
        throw error;
      });
    });
    const caller = await pbx.dial('Ivr');
    await caller.press('4');
    await caller.hangUp();
    await pbx.settled();
    expect(seen).toEqual(['hungup', '4', true, true]);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { ended: 'hung up' } }]);
  });

  test('finally runs, and so do its steps', async () => {
    const done: string[] = [];
    const pbx = await pbxWith(async (call) => {
      try {
        await call.play('sound:hello-world');
        done.push('never');
      } finally {
        await call.step('close the ticket', () => void done.push('closed'));
        await call.step('command', ({ channel }) => channel.setChannelVar({ variable: 'A', value: 'b' }));
      }
    });
    const caller = await pbx.dial('Ivr');
    await caller.hangUp();
    await pbx.settled();
    expect(done).toEqual(['closed']);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { ended: 'hung up' } }]);
  });

  test('a recording is there', async () => {
    const pbx = await pbxWith(async (call) => call.record({ name: 'message' }));
    const caller = await pbx.dial('Ivr');
    await pbx.wait(3);
    await caller.hangUp();
    await pbx.settled();
    expect(pbx.flows).toMatchObject([{ result: { outcome: 'hungup', recording: expect.stringMatching(/^message-/) } }]);
  });

  test('a wait ends with HungUp', async () => {
    const pbx = await pbxWith(async (call) => void (await call.waitFor('approval')));
    const caller = await pbx.dial('Ivr');
    await pbx.wait(30);
    expect(caller.isRescued).toBe(false);
    await caller.hangUp();
    await pbx.settled();
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { ended: 'hung up' } }]);
  });

  test('digits that were pressed before the hang-up are not lost where their event comes after it', async () => {
    const pbx = await pbxWith(
      async (call) => {
        const { digits } = await call.gather({ maxDigits: 1, timeout: 60 });
        return digits;
      },
      { delivery: (event, position) => (event.type === 'StasisStart' && position > 0 ? 'after the next' : 'once') },
    );
    const caller = await pbx.dial('Ivr');
    await caller.press('7');
    await caller.hangUp();
    await pbx.settled();
    await pbx.wait(2);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: '7' }]);
  });

  test('an outcome is not lost where Lambda stops after a list was sent, and the caller hangs up before it is sent again', async () => {
    let caller: TestCall | undefined;
    let isStopped = false;
    const pbx = await pbxWith(
      async (call) => {
        await call.gather({ maxDigits: 1, timeout: 60 });
        return call.gather({ prompt: 'sound:a', maxDigits: 4, timeout: 60 });
      },
      {
        delivery: ({ type }) => (type === 'ChannelDestroyed' ? 'held' : 'once'),
        crashes: ({ of, when }) => {
          if (isStopped || of !== 'command' || when !== 'after' || !caller?.heard.includes('sound:a')) return false;
          isStopped = true;
          void caller.hangUp();
          return true;
        },
      },
    );
    caller = await pbx.dial('Ivr');
    await caller.press('1');
    await pbx.wait(1);
    await pbx.release();
    await pbx.wait(3);
    expect(isStopped).toBe(true);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { outcome: 'hungup' } }]);
  });

  test('a flow whose first command finds the call gone ends', async () => {
    const pbx = await pbxWith(async (call) => void (await call.play('sound:hello-world')), {
      delivery: () => 'held',
    });
    const caller = await pbx.dial('Ivr');
    await caller.hangUp();
    await pbx.release();
    await pbx.wait(5);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { ended: 'hung up' } }]);
  });
});

describe('values that others give', () => {
  test('the flow goes on with the value, and music stops', async () => {
    const pbx = await pbxWith(async (call) => {
      const { by } = await call.waitFor<{ by: string }>('approval', { music: 'default' });
      await call.play('sound:auth-thankyou').hangup();
      return by;
    });
    const caller = await pbx.dial('Ivr');
    await pbx.wait(2 * MINUTE);
    await pbx.completeWait(caller, 'approval', { by: 'alice' });
    await pbx.wait(10);
    expect(caller.heard.at(-1)).toBe('sound:auth-thankyou');
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: 'alice' }]);
  });

  test('a value that comes before the flow waits is there, and the first one counts', async () => {
    const pbx = await pbxWith(async (call) => {
      await call.gather({ maxDigits: 1, timeout: 60 });
      return [await call.waitFor('approval'), await call.waitFor('approval')];
    });
    const caller = await pbx.dial('Ivr');
    await pbx.completeWait(caller, 'approval', 'yes');
    await pbx.completeWait(caller, 'approval', 'no');
    await caller.press('1');
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: ['yes', 'yes'] }]);
  });

  test('a wait with a time-out ends without a value', async () => {
    const pbx = await pbxWith(async (call) => ({ value: (await call.waitFor('approval', { timeout: 30 })) ?? 'none' }));
    await pbx.dial('Ivr');
    await pbx.wait(29);
    expect(pbx.flows).toMatchObject([{ status: 'RUNNING' }]);
    await pbx.wait(2);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { value: 'none' } }]);
  });
});

describe('race and all', () => {
  const race = (call: FlowCall) =>
    call.race(
      { digits: call.gather({ maxDigits: 1, timeout: 120 }), approval: call.waitFor<string>('approval') },
      { timeout: 60 },
    );

  test('the first of a race has its name and its value', async () => {
    const pbx = await pbxWith(race);
    const caller = await pbx.dial('Ivr');
    await caller.press('5');
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([
      { status: 'SUCCEEDED', result: { first: 'digits', value: { outcome: 'ok', digits: '5' } } },
    ]);
  });

  test('a list that has lost goes on to its end, and the next one begins then', async () => {
    const pbx = await pbxWith(async (call) => {
      const won = await race(call);
      await call.play('sound:auth-thankyou').hangup();
      return won;
    });
    const caller = await pbx.dial('Ivr');
    await pbx.completeWait(caller, 'approval', 'yes');
    await pbx.wait(5);
    expect(caller.heard).toEqual([]);
    await caller.press('5');
    await pbx.wait(5);
    expect(caller.heard).toEqual(['sound:auth-thankyou']);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { first: 'approval', value: 'yes' } }]);
  });

  test('a hang-up does not wait for a list that has lost', async () => {
    const pbx = await pbxWith(async (call) => {
      await race(call);
      await call.hangup(17);
    });
    const caller = await pbx.dial('Ivr');
    await pbx.completeWait(caller, 'approval', 'yes');
    expect(caller.isOver).toBe(true);
    await pbx.settled();
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  test('a race that nobody wins ends with its time', async () => {
    const pbx = await pbxWith(race);
    const caller = await pbx.dial('Ivr');
    await pbx.wait(61);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { first: 'timeout' } }]);
    expect(caller.isOver).toBe(true);
  });

  test('all waits for a verb, a value and a step', async () => {
    const pbx = await pbxWith((call) =>
      call.all({
        digits: call.gather({ maxDigits: 1, timeout: 120 }),
        approval: call.waitFor<string>('approval'),
        customer: call.step('look up', () => ({ name: 'Alice' })),
      }),
    );
    const caller = await pbx.dial('Ivr');
    await caller.press('5');
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([{ status: 'RUNNING' }]);
    await pbx.completeWait(caller, 'approval', 'yes');
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([
      {
        status: 'SUCCEEDED',
        result: { digits: { outcome: 'ok', digits: '5' }, approval: 'yes', customer: { name: 'Alice' } },
      },
    ]);
  });

  test('all ends with HungUp where a member never comes', async () => {
    const pbx = await pbxWith((call) =>
      call.all({ digits: call.gather({ maxDigits: 1, timeout: 120 }), approval: call.waitFor('approval') }),
    );
    const caller = await pbx.dial('Ivr');
    await caller.hangUp();
    await pbx.wait(2);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: { ended: 'hung up' } }]);
  });

  test('two lists at a time are refused', async () => {
    const pbx = await pbxWith((call) => call.all({ a: call.gather({ maxDigits: 1 }), b: call.record() }));
    await expect(pbx.dial('Ivr')).rejects.toThrow('one list of verbs at a time');
  });
});

describe('a flow that stays awake', () => {
  const flow = callFlow(async (call) => (await call.gather({ maxDigits: 1, timeout: 60 })).digits, {
    awakeSeconds: 2,
  });

  test('has the outcome of a caller who answers soon in the same invocation, with one operation', async () => {
    const pbx = await testCalls({ Ivr: flow });
    open.push(pbx);
    const caller = await pbx.dial('Ivr');
    await pbx.wait(1);
    await caller.press('4');
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: '4', invocations: 1, operations: 3 }]);
  });

  test('sleeps where the caller takes longer', async () => {
    const pbx = await testCalls({ Ivr: flow });
    open.push(pbx);
    const caller = await pbx.dial('Ivr');
    await pbx.wait(4);
    await caller.press('4');
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: '4', invocations: 2, operations: 5 }]);
  });

  test('ends where the caller hangs up', async () => {
    const pbx = await testCalls({ Ivr: flow });
    open.push(pbx);
    const caller = await pbx.dial('Ivr');
    await caller.hangUp();
    await pbx.wait(1);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: '', invocations: 1 }]);
  });

  test('is refused for longer than a function may run', () => {
    expect(() => callFlow(async () => {}, { awakeSeconds: 61 })).toThrow(
      'awakeSeconds: expected a whole number from 0 to 60, got 61',
    );
  });
});

describe('steps', () => {
  test('a step that fails is tried again, and not one that is final', async () => {
    let tries = 0;
    const pbx = await pbxWith(async (call) =>
      call.step('look up', ({ attempt }) => {
        tries += 1;
        if (attempt < 3) throw new Error('busy');
        return attempt;
      }),
    );
    await pbx.dial('Ivr');
    await pbx.wait(5);
    expect(tries).toBe(3);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED', result: 3 }]);
  });

  test('a step has an id of its own, the same at each attempt', async () => {
    const ids: string[] = [];
    const pbx = await pbxWith(async (call) => {
      for (const name of ['a', 'b']) {
        await call.step(name, ({ id, attempt }) => {
          ids.push(id);
          if (attempt === 1) throw new Error('busy');
        });
      }
    });
    await pbx.dial('Ivr');
    await pbx.wait(5);
    expect(ids.length).toBe(4);
    expect(new Set(ids).size).toBe(2);
  });

  test('a step may have any name, and a list may be long', async () => {
    const pbx = await pbxWith(async (call) => {
      await call.step('Prüfe die Bestellung – Müller', () => 1);
      await call.step('', () => 2);
      let list = call.answer();
      for (let times = 0; times < 60; times++) list = list.wait(0);
      await list.hangup();
    });
    const caller = await pbx.dial('Ivr');
    await pbx.wait(1);
    expect(caller.isOver).toBe(true);
    expect(pbx.flows).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  test('a flow that throws fails, and the call goes to the fallback', async () => {
    const pbx = await pbxWith(async (call) => {
      await call.answer();
      throw new Error('a defect');
    });
    await expect(pbx.dial('Ivr')).rejects.toThrow('a defect');
    await pbx.wait(1.5);
    expect(pbx.events.find(({ metadata }) => metadata.channelId)?.metadata.channelId).toBeDefined();
    expect(pbx.call(pbx.flows[0]?.channelId ?? '').isRescued).toBe(true);
    expect(pbx.flows).toMatchObject([{ status: 'FAILED', error: 'a defect' }]);
  });

  test('a log line is written once, however often the flow is replayed', async () => {
    const lines: string[] = [];
    const pbx = await pbxWith(
      async (call) => {
        call.log.info('Begun');
        await call.gather({ maxDigits: 1, timeout: 60 });
        call.log.info('Gathered');
      },
      { onLog: (line) => lines.push(JSON.parse(line).message) },
    );
    const caller = await pbx.dial('Ivr');
    await caller.press('1');
    await pbx.wait(1);
    expect(lines.filter((line) => line === 'Begun')).toHaveLength(1);
    expect(lines.filter((line) => line === 'Gathered')).toHaveLength(1);
  });
});

describe('what is not the same at each replay', () => {
  test.each([
    ['Date.now()', () => Date.now()],
    ['new Date()', () => new Date()],
    ['Math.random()', () => Math.random()],
    ['crypto.randomUUID()', () => crypto.randomUUID()],
  ])('%s outside a step fails the flow, and the error names the line', async (said, read) => {
    const pbx = await pbxWith(async (call) => {
      await call.answer();
      read();
    });
    const line = /flow\.test\.ts:\d+/;
    const failure = await pbx.dial('Ivr').then(undefined, (error: Error) => error);
    expect(failure).toMatchObject({ message: expect.stringContaining(`${said} is another value at each replay`) });
    expect(failure).toMatchObject({ message: expect.stringMatching(line) });
  });

  test('all of it may be read in a step, and by the test', async () => {
    const pbx = await pbxWith((call) =>
      call.step('now', () => [typeof Date.now(), typeof Math.random(), crypto.randomUUID().length, typeof new Date()]),
    );
    await pbx.dial('Ivr');
    await pbx.settled();
    expect(typeof Date.now()).toBe('number');
    expect(pbx.flows).toMatchObject([{ result: ['number', 'number', 36, 'object'] }]);
  });

  test('a given time may be made a date', async () => {
    const pbx = await pbxWith(async (call) => new Date(call.event.timestamp).getFullYear());
    await pbx.dial('Ivr');
    await pbx.settled();
    expect(pbx.flows).toMatchObject([{ result: 2026 }]);
  });
});
