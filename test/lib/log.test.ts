import { expect, test } from 'vitest';
import { createLog } from '../../lib/log.ts';

test('a log writes one JSON line, its own fields and those of the call in it', () => {
  const lines: string[] = [];
  createLog({ node: 'pbx-1' }, (line) => lines.push(line))
    .with({ channel: '1.0' })
    .warn('Two\nlines', { attempt: 2 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    level: 'warn',
    message: 'Two\nlines',
    node: 'pbx-1',
    channel: '1.0',
    attempt: 2,
  });
});
