import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { operations } from '../../../lib/ari/generated/operations.ts';
import { commands } from '../../../lib/simulator/commands/commands.ts';

const all = Object.entries(operations).flatMap(([resource, byName]) =>
  Object.keys(byName).map((name) => `${resource}.${name}`),
);

test('the simulator has 96 of the 108 commands, and the documentation names the others', () => {
  const docs = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8');
  const lacking = all.filter((operation) => !(operation in commands));
  expect(Object.keys(commands).filter((operation) => !all.includes(operation))).toEqual([]);
  expect([Object.keys(commands).length, lacking.length]).toEqual([96, 12]);
  for (const operation of lacking) expect(docs).toContain(operation.replace('asterisk.', ''));
});
