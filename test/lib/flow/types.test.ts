/** What the compiler knows of flows: `tsc` looks at these lines, they run for the sake of no command. */
import type { Outcomes } from 'ari-eventbridge';
import { callFlow, type FlowCall } from 'ari-eventbridge/flow';
import { expect, expectTypeOf, test } from 'vitest';

/** Never run: what is in it is for the compiler. */
const compiled = (_: (call: FlowCall) => unknown): void => {};

test('an outcome has the type of its verb, wherever it stands in a list', () => {
  compiled(async (call) => {
    expectTypeOf(await call.gather({ maxDigits: 4 })).toEqualTypeOf<Outcomes['gathered']>();
    expectTypeOf(await call.answer().play('sound:a').gather({ maxDigits: 4 })).toEqualTypeOf<Outcomes['gathered']>();
    expectTypeOf(await call.record()).toEqualTypeOf<Outcomes['recorded']>();
    expectTypeOf(await call.dial({ to: 'PJSIP/1001' })).toEqualTypeOf<Outcomes['dialled']>();
    expectTypeOf(await call.wait(1).queue({ queue: 'support' })).toEqualTypeOf<Outcomes['queued']>();
    expectTypeOf(await call.transfer({ to: 'PJSIP/1001' })).toEqualTypeOf<Outcomes['transferred']>();
    expectTypeOf(await call.detectMachine()).toEqualTypeOf<Outcomes['detected']>();
    expectTypeOf(await call.answer().play('sound:a').say({ number: 1 })).toEqualTypeOf<void>();
    expectTypeOf(await call.leave()).toEqualTypeOf<void>();
  });
});

test('a field or an outcome that the verb does not have does not compile', () => {
  compiled(async (call) => {
    // @ts-expect-error: digits are of gather
    (await call.record()).digits;
    // @ts-expect-error: nobody answers digits
    (await call.gather({ maxDigits: 1 })).outcome === 'answered';
    // @ts-expect-error: a list ends with its outcome
    call.gather({ maxDigits: 1 }).play('sound:a');
    // @ts-expect-error: nothing comes after it
    call.hangup().play('sound:a');
    // @ts-expect-error: media have a scheme
    call.play('hello-world');
  });
  expect(compiled).toBeDefined();
});

test('a value of others has the type that is asked for, and may be missing where there is a time-out', () => {
  compiled(async (call) => {
    expectTypeOf(await call.waitFor<boolean>('approval')).toEqualTypeOf<boolean>();
    expectTypeOf(await call.waitFor<boolean>('approval', { timeout: 10 })).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(await call.waitFor('approval')).toEqualTypeOf<unknown>();
  });
});

test('a race and all have the types of their members, by name', () => {
  compiled(async (call) => {
    const members = { digits: call.gather({ maxDigits: 1 }), approval: call.waitFor<boolean>('approval') };
    const won = await call.race(members, { timeout: 10 });
    if (won.first === 'digits') expectTypeOf(won.value).toEqualTypeOf<Outcomes['gathered']>();
    else if (won.first === 'approval') expectTypeOf(won.value).toEqualTypeOf<boolean>();
    else expectTypeOf(won).toEqualTypeOf<{ first: 'timeout'; value: undefined }>();
    const all = await call.all({ ...members, customer: call.step('look up', async () => ({ name: 'Alice' })) });
    expectTypeOf(all).toEqualTypeOf<{ digits: Outcomes['gathered']; approval: boolean; customer: { name: string } }>();
    // @ts-expect-error: it is not one of the members
    (await call.race(members)).first === 'timeout';
    // @ts-expect-error: a promise has begun already
    call.race({ approval: Promise.resolve(true) });
  });
});

test('a flow is an async function, and another function of the call is a part of it', () => {
  const login = async (call: FlowCall): Promise<string> => (await call.gather({ maxDigits: 4 })).digits;
  const flow = callFlow(async (call) => ({ user: await login(call) }));
  expect(flow.isFlow).toBe(true);
  // @ts-expect-error: it awaits its verbs
  expect(() => callFlow((call) => call.id)).not.toThrow();
});
