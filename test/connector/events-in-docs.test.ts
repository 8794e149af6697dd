import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connectorEventTypes } from '../../lib/events/connector-event.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The rows of the table that follows a line, each as its cells. */
function tableAfter(text: string, line: string): string[][] {
  const after = text.slice(text.indexOf(line) + line.length);
  const table = /^\|.*?(?=^(?!\|))/ms.exec(after)?.[0] ?? '';
  const rows = table.trimEnd().split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const named = connectorEventTypes.map((type) => `\`${type}\``);

test('docs/connector.md lists every event of the connector, what it means and what to do', () => {
  const rows = tableAfter(read('docs/connector.md'), '## Events of the connector');
  expect(rows.map(([type]) => type)).toEqual(named);
  for (const cells of rows) expect(cells.filter((cell) => cell !== '')).toHaveLength(3);
});

test('docs/contract.md lists every event of the connector with its fields', () => {
  const rows = tableAfter(read('docs/contract.md'), "The connector's own events have");
  expect(rows.map(([type]) => type)).toEqual(named);
});

test('the connector announces each of these events, and no other', () => {
  const sources = readdirSync(join(ROOT, 'connector'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(`connector/${file}`))
    .join('\n');
  const announced = [...sources.matchAll(/(?:#?announce\(|return \{\s+type: |return \{ type: )'(\w+)'/g)].map(
    ([, type]) => type,
  );
  expect([...new Set(announced)].toSorted()).toEqual([...connectorEventTypes].toSorted());
});
