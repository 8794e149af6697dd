import { expect, test } from 'vitest';
import { Once } from '../../../lib/call-handler/once.ts';

test('once returns whether it ran the work, and drops the oldest of very many ids', async () => {
  const once = new Once();
  let runs = 0;
  const work = async (): Promise<void> => {
    runs += 1;
  };
  expect(await once.run('a', work)).toBe(true);
  expect(await once.run('a', work)).toBe(false);
  for (let i = 0; i < 5000; i++) await once.run(`other ${i}`, async () => {});
  expect(await once.run('a', work)).toBe(true);
  expect(runs).toBe(2);
});

test('a repeat that came while the work ran shares its failure', async () => {
  const once = new Once();
  const fail = (): Promise<void> => Promise.reject(new Error('no'));
  const outcomes = await Promise.allSettled([once.run('a', fail), once.run('a', async () => {})]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
