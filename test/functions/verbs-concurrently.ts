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

/**
 * A caller who hangs up at some time: nothing happens out of order, and nothing is left. Once the gather has begun, something
 * comes of it, and without a digit it is the hang-up.
 */
export async function hangsUpRight(
  way: 'dialplan' | 'events',
  seed: number,
  delivery: 'concurrently' | 'twice',
): Promise<void> {
  const seen: Seen[] = [];
  await inPbx(way, seed, seen, delivery, async (pbx) => {
    const call = await pbx.dial('Verbs');
    const at = (seed % 300) / 10;
    await pbx.wait(Math.min(at, 10));
    if (at > 10) await call.press('47');
    await pbx.wait(Math.max(0, at - 10));
    const begins = way === 'events' ? 'PlaybackStarted' : 'StasisEnd';
    const hasBegun = pbx.events.some(({ type }) => type === begins);
    if (!call.isOver) await call.hangUp();
    await pbx.wait(90);
    const outcomes = [...new Set(seen.map(({ outcome }) => outcome))];
    if (hasBegun && at <= 10) expect([seed, outcomes]).toEqual([seed, ['pin hungup  1']]);
    if (hasBegun) expect([seed, outcomes[0]]).toEqual([seed, expect.stringMatching(/^pin /)]);
    const names = [...new Set(outcomes.map((outcome) => outcome.split(' ')[0]))];
    expect([seed, names, call.isOver]).toEqual([seed, ['pin', 'message', 'end'].slice(0, names.length), true]);
  });
}

/** A caller whose last digit comes at about the end of the time for it: it counts, or it came too late. */
export async function pressesLateRight(way: 'dialplan' | 'events', seed: number): Promise<void> {
  const outcomes: string[] = [];
  const handler = callHandler({
    StasisStart: ({ call }) =>
      call.gather('pin', { prompt: 'sound:vm-password', maxDigits: 2, timeout: 20, interDigitTimeout: 3, way }),
    gathered: {
      pin: ({ call, digits, outcome }) => {
        outcomes.push(`${outcome} ${digits}`);
        call.hangup();
      },
    },
  });
  const pbx = await testCalls({ Verbs: handler }, { delivery: 'concurrently', cold: true, seed });
  try {
    const call = await pbx.dial('Verbs');
    await pbx.wait(10);
    await call.press('4');
    await pbx.wait(2.5 + (seed % 30) / 10);
    if (!call.isOver) await call.press('7');
    await pbx.wait(60);
    const expected = outcomes.length === 1 && /^(?:ok 47|timeout 4)$/.test(outcomes[0] ?? '');
    expect([seed, expected, outcomes, call.isOver]).toEqual([seed, true, outcomes, true]);
  } finally {
    await pbx.close();
  }
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

const PHONES = {
  'PJSIP/busy': 'busy',
  'PJSIP/agent1': { answersAfter: 3 },
  'PJSIP/agent2': { answersAfter: 4 },
} as const;
const QUEUES = { support: { members: ['PJSIP/agent1', 'PJSIP/agent2'] } };

/**
 * A caller who is connected with somebody, by `dial` and then by `queue`; one of the two hangs up at some time. Whatever comes
 * first, each outcome comes in its order, from one list, and nothing is left.
 */
export async function connectsRight(seed: number): Promise<void> {
  const seen: Seen[] = [];
  const note = (outcome: string, list: number | undefined) => void seen.push({ outcome, list: String(list) });
  const handler = callHandler({
    StasisStart: ({ call }) =>
      call.dial('desk', { to: ['PJSIP/busy', 'PJSIP/agent1'], strategy: 'one after the other', timeout: 10 }),
    dialled: {
      desk: ({ call, event, outcome }) => {
        note(`desk ${outcome}`, event.metadata.channelSequence);
        call.queue('line', { queue: 'support', timeout: 30 });
      },
    },
    queued: {
      line: ({ call, event, outcome }) => {
        note(`line ${outcome}`, event.metadata.channelSequence);
        call.play('sound:vm-goodbye').hangup();
      },
    },
  });
  const pbx = await testCalls(
    { Verbs: handler },
    { delivery: 'concurrently', cold: true, seed, phones: PHONES, queues: QUEUES },
  );
  try {
    const call = await pbx.dial('Verbs');
    for (let at = 0; at < 60 && !call.isOver; at++) {
      await pbx.wait(1);
      const agent = (await pbx.ari.channels.list()).find(({ name, state }) => /agent/.test(name) && state === 'Up');
      const decision = (seed + at * 7) % 23;
      if (!call.isOver && decision === 0) await call.hangUp();
      else if (agent && decision < 5) await pbx.call(agent.id).hangUp();
    }
    if (!call.isOver) await call.hangUp();
    await pbx.wait(60);
    const names = [...new Set(seen.map(({ outcome }) => outcome.split(' ')[0]))];
    expect([seed, names]).toEqual([seed, ['desk', 'line'].slice(0, names.length)]);
    expect([seed, pbx.deadLetters, await pbx.ari.channels.list()]).toEqual([seed, [], []]);
    for (const name of names) {
      const lists = seen.filter(({ outcome }) => outcome.startsWith(`${name} `)).map(({ list }) => list);
      expect([seed, name, new Set(lists).size]).toEqual([seed, name, 1]);
    }
  } finally {
    await pbx.close();
  }
}

/**
 * A called person of whom it is found out who answered, whose transfer fails, and who then is in a conference with others
 * of the same; they hang up at some time. Outcomes come in their order, each from one list, and nothing is left.
 */
export async function meetsRight(seed: number): Promise<void> {
  const seen: (Seen & { id: string })[] = [];
  const handler = callHandler({
    StasisStart: ({ call }) => call.detectMachine('who'),
    detected: {
      who: ({ call, event, outcome }) => {
        seen.push({ id: call.id, outcome: `who ${outcome}`, list: String(event.metadata.channelSequence) });
        call.transfer('away', { to: 'SIP/of-another-technology' });
      },
    },
    transferred: {
      away: ({ call, event, outcome }) => {
        seen.push({ id: call.id, outcome: `away ${outcome}`, list: String(event.metadata.channelSequence) });
        call.play('sound:vm-goodbye').conference('100').next('left');
      },
    },
    next: {
      left: ({ call, event, outcome }) => {
        seen.push({ id: call.id, outcome: `left ${outcome}`, list: String(event.metadata.channelSequence) });
        call.hangup();
      },
    },
  });
  const pbx = await testCalls({ Verbs: handler }, { delivery: 'concurrently', cold: true, seed, phones: PHONES });
  try {
    const caller = await pbx.dial('Verbs');
    // A leg that was called straight into its app.
    await pbx.ari.channels.originateWithId({ channelId: 'called', endpoint: 'PJSIP/agent1', app: 'Verbs' });
    await pbx.wait(5);
    const calls = [caller, pbx.call('called')];
    for (let at = 0; at < 40; at++) {
      await pbx.wait(1);
      for (const [index, call] of calls.entries()) {
        if (!call.isOver && (seed + at * 7 + index * 11) % 29 === 0) await call.hangUp();
      }
    }
    for (const call of calls) if (!call.isOver) await call.hangUp();
    await pbx.wait(60);
    for (const { id } of calls) {
      const outcomes = seen.filter((one) => one.id === id);
      const names = [...new Set(outcomes.map(({ outcome }) => outcome.split(' ')[0]))];
      expect([seed, names]).toEqual([seed, ['who', 'away', 'left'].slice(0, names.length)]);
      for (const name of names) {
        const lists = outcomes.filter(({ outcome }) => outcome.startsWith(`${name} `)).map(({ list }) => list);
        expect([seed, name, new Set(lists).size]).toEqual([seed, name, 1]);
      }
      // The caller's hang-up is the last outcome, unless it came before the first list ran.
      if (names.length > 0) expect([seed, outcomes.at(-1)?.outcome]).toEqual([seed, expect.stringMatching(/hungup$/)]);
    }
    expect([seed, pbx.deadLetters, pbx.bridges, await pbx.ari.channels.list()]).toEqual([seed, [], [], []]);
  } finally {
    await pbx.close();
  }
}
