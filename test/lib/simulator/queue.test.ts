import { afterEach, expect, test } from 'vitest';
import { ManualClock } from '../../../lib/simulator/clock.ts';
import type { QueueOptions } from '../../../lib/simulator/dialplan/call-queue.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';

let asterisk: SimulatedAsterisk;
afterEach(() => asterisk.stop());

/** Callers of the queue `sales`, who go on after their talk. */
function queue(options: QueueOptions, seconds = 30) {
  const clock = new ManualClock();
  const lines = [`Queue(sales,c,,,${seconds})`, 'Set(WENT=on)', 'Wait(3600)'];
  const away = ['Queue(nowhere,c)', 'Wait(3600)'];
  asterisk = new SimulatedAsterisk({ clock, dialplan: { q: lines, away }, queues: { sales: options } });
  const leg = (member: string) => asterisk.channels.find(({ name }) => name.startsWith(`${member}-`));
  return {
    wait: (seconds: number) => clock.advance(1000 * seconds),
    dial: (extension = 'q') => asterisk.dial(extension) as string,
    pickUp: (member: string) => asterisk.pickUp(leg(member)?.id as string),
    hangUp: (member: string) => asterisk.hangUp(leg(member)?.id as string),
    ringing: () => asterisk.channels.filter(({ state }) => state === 'Ringing').map(({ name }) => name.slice(0, 7)),
    outcome: (id: string) => ['QUEUESTATUS', 'MEMBERINTERFACE', 'WENT'].map((name) => asterisk.variable(id, name)),
  };
}

test('all free members ring, who answers talks to the caller, and the caller goes on', () => {
  const { dial, ringing, pickUp, hangUp, outcome } = queue({ members: ['PJSIP/1', 'PJSIP/2'], setinterfacevar: true });
  const id = dial();
  expect(ringing()).toEqual(['PJSIP/1', 'PJSIP/2']);
  pickUp('PJSIP/2');
  expect(ringing()).toEqual([]);
  expect(asterisk.channels).toHaveLength(2);
  hangUp('PJSIP/2');
  expect(outcome(id)).toEqual(['CONTINUE', 'PJSIP/2', 'on']);
});

test('members ring one after the other with the strategy rrmemory, each caller’s at most once at a time', () => {
  const members = ['PJSIP/1', 'PJSIP/2', 'PJSIP/3'];
  const { dial, ringing, wait } = queue({ members, strategy: 'rrmemory', timeout: 4, retry: 1 });
  dial();
  expect(ringing()).toEqual(['PJSIP/1']);
  dial();
  expect(ringing()).toEqual(['PJSIP/1', 'PJSIP/2']);
  wait(5);
  expect(ringing()).toEqual(['PJSIP/3', 'PJSIP/1']);
});

test('callers are served in their order, and a member has time after a call', () => {
  const { dial, ringing, pickUp, hangUp, wait } = queue({ members: ['PJSIP/1'], wrapuptime: 10 });
  const [first, second, third] = [dial(), dial(), dial()];
  pickUp('PJSIP/1');
  expect(asterisk.variable(first, 'QUEUEPOSITION')).toBe('1');
  hangUp('PJSIP/1');
  wait(9.9);
  expect(ringing()).toEqual([]);
  wait(0.1);
  expect(ringing()).toEqual(['PJSIP/1']);
  pickUp('PJSIP/1');
  expect([second, third].map((id) => asterisk.variable(id, 'QUEUEPOSITION'))).toEqual(['1', undefined]);
});

test('a caller whom nobody answers goes on when the time is over', () => {
  const { dial, wait, outcome } = queue({ members: ['PJSIP/1'] }, 20);
  const id = dial();
  wait(20);
  expect(outcome(id)).toEqual(['TIMEOUT', undefined, 'on']);
  expect(asterisk.channels).toHaveLength(1);
});

test('the phones of a caller who hangs up ring for the next', () => {
  const { dial, ringing } = queue({ members: ['PJSIP/1'] });
  const first = dial();
  dial();
  asterisk.hangUp(first);
  expect(ringing()).toEqual(['PJSIP/1']);
  expect(asterisk.channels).toHaveLength(2);
});

test('a queue that is not there is unknown', () => {
  const { dial, outcome } = queue({ members: [] });
  expect(outcome(dial('away'))[0]).toBe('UNKNOWN');
});
