/** Each verb, whatever comes first, and a caller who hangs up at any point. */
import { callHandler } from 'ari-eventbridge';
import { type TestPbx, testCalls } from 'ari-eventbridge/testing';
import { expect } from 'vitest';

/** What each function of the handler was called for, in order. */
interface Seen {
  outcome: string;
  list: string;
}

const handlerOf = (way: 'dialplan' | 'events', seen: Seen[]) => {
  const note = (name: string, outcome: string, list: number | undefined) =>
    void seen.push({ outcome: `${name} ${outcome}`, list: String(list) });
  return callHandler({
    StasisStart: ({ call }) => {
      call.state = { steps: 1 };
      call.answer().gather('pin', { prompt: 'sound:vm-password', maxDigits: 2, timeout: 20, way });
    },
    gathered: {
      pin: ({ call, event, digits, outcome }) => {
        note('pin', `${outcome} ${digits} ${call.state.steps}`, event.metadata.channelSequence);
        call.state = { steps: 2 };
        call.record('message', { maxSilence: 0, maxDuration: 10 });
      },
    },
    recorded: {
      message: ({ call, event, outcome }) => {
        note('message', `${outcome} ${call.state.steps}`, event.metadata.channelSequence);
        call.wait(3).say({ number: 7 }).next('end');
      },
    },
    next: {
      end: ({ call, event, outcome }) => {
        note('end', `${outcome} ${call.state.steps}`, event.metadata.channelSequence);
        call.play('sound:vm-goodbye').hangup();
      },
    },
  });
};

/** The order in which a caller who stays meets them. */
const ALL = ['pin ok 47 1', 'message limit 2', 'end ok 2'];

/** A caller who presses two digits and stays. */
export async function staysRight(
  way: 'dialplan' | 'events',
  seed: number,
  delivery: 'concurrently' | 'twice',
): Promise<void> {
  const seen: Seen[] = [];
  await inPbx(way, seed, seen, delivery, async (pbx) => {
    const call = await pbx.dial('Verbs');
    await pbx.wait(10); // events and commands take up to a second each
    await call.press('47');
    await pbx.wait(90);
    expect([seed, [...new Set(seen.map(({ outcome }) => outcome))], call.isOver]).toEqual([seed, ALL, true]);
  });
}

/** A caller who hangs up at some time: nothing happens out of order, and nothing is left. */
export async function hangsUpRight(way: 'dialplan' | 'events', seed: number): Promise<void> {
  const seen: Seen[] = [];
  await inPbx(way, seed, seen, 'concurrently', async (pbx) => {
    const call = await pbx.dial('Verbs');
    const at = (seed % 300) / 10;
    await pbx.wait(Math.min(at, 10));
    if (at > 10) await call.press('47');
    await pbx.wait(Math.max(0, at - 10));
    if (!call.isOver) await call.hangUp();
    await pbx.wait(90);
    const names = [...new Set(seen.map(({ outcome }) => outcome.split(' ')[0]))];
    expect([seed, names, call.isOver]).toEqual([seed, ['pin', 'message', 'end'].slice(0, names.length), true]);
  });
}

async function inPbx(
  way: 'dialplan' | 'events',
  seed: number,
  seen: Seen[],
  delivery: 'concurrently' | 'twice',
  calls: (pbx: TestPbx) => Promise<void>,
): Promise<void> {
  const handler = handlerOf(way, seen);
  const given = delivery === 'twice' ? { delivery: () => 'twice' as const } : { delivery };
  const pbx = await testCalls({ Verbs: handler }, { ...given, cold: true, seed });
  try {
    await calls(pbx);
    expect([seed, pbx.deadLetters, pbx.bridges, await pbx.ari.channels.list()]).toEqual([seed, [], [], []]);
    // No list of verbs came of two events.
    const byOutcome = Map.groupBy(seen, ({ outcome }) => outcome.split(' ')[0]);
    for (const [name, times] of byOutcome)
      expect([name, new Set(times.map(({ list }) => list)).size]).toEqual([name, 1]);
  } finally {
    await pbx.close();
  }
}
