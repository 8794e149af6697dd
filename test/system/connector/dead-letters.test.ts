import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DeadLetterQueue, DeadLetters } from '../../../connector/dead-letters.ts';
import { createLog } from '../../../lib/log.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const letter = (id: string, content = 'no json') => ({ id, node: 'pbx-1', type: 'Dial', reason: 'Why', content });

function lettersIn(folder: string, queue?: DeadLetterQueue) {
  const lines: string[] = [];
  const letters = new DeadLetters(
    folder,
    queue,
    createLog({}, (line) => lines.push(line)),
  );
  const file = join(folder, 'dead-letters.jsonl');
  const kept = () =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { letters, lines, kept, file };
}

/** A queue that fails this many times and then works. */
function queueFailing(times: number) {
  const sent: string[] = [];
  let attempts = 0;
  const queue: DeadLetterQueue = {
    send: async (line) => {
      attempts += 1;
      if (attempts <= times) throw new Error('QueueDoesNotExist');
      sent.push(line);
    },
  };
  return { queue, sent, attempts: () => attempts };
}

describe('a dead letter', () => {
  test('is one line of the file beside the journal, with time, id, reason and content', () => {
    const { letters, kept } = lettersIn(folderOfTest());
    letters.keep(letter('1', 'two\nlines'));
    letters.keep({ id: '2', node: 'pbx-1', reason: 'Why', content: '' });
    expect(kept()).toEqual([
      { time: expect.stringMatching(/^\d{4}-.*Z$/), ...letter('1', 'two\nlines') },
      { time: expect.any(String), id: '2', node: 'pbx-1', reason: 'Why', content: '' },
    ]);
  });

  test('is in a file that only the connector’s user may read', () => {
    const folder = join(folderOfTest(), 'journal');
    const { letters, file } = lettersIn(folder);
    letters.keep(letter('1'));
    expect([folder, file].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
  });

  test('is sent to the queue as well, with the same content and in order', async () => {
    const { queue, sent } = queueFailing(0);
    const { letters, kept } = lettersIn(folderOfTest(), queue);
    for (const id of ['1', '2', '3']) letters.keep(letter(id));
    await letters.idle();
    expect(sent.map((line) => JSON.parse(line))).toEqual(kept());
  });

  test('is sent again to a queue that fails for a while', async () => {
    const { queue, sent, attempts } = queueFailing(2);
    const { letters, lines } = lettersIn(folderOfTest(), queue);
    letters.keep(letter('1'));
    await letters.idle();
    expect([sent.length, attempts(), lines]).toEqual([1, 3, []]);
  });

  test('that cannot be sent to the queue is logged with its id, and the next one is sent', async () => {
    const { queue, sent, attempts } = queueFailing(5);
    const { letters, lines, kept } = lettersIn(folderOfTest(), queue);
    letters.keep(letter('1'));
    letters.keep(letter('2'));
    await letters.idle();
    expect(attempts()).toBe(6);
    expect(sent.map((line) => JSON.parse(line).id)).toEqual(['2']);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'error',
        id: '1',
        message: expect.stringContaining('could not be sent to the queue: QueueDoesNotExist'),
      },
    ]);
    expect(kept()).toHaveLength(2);
  });

  test('that is larger than a message of SQS is in the file only, which is logged', async () => {
    const { queue, attempts } = queueFailing(0);
    const { letters, lines, kept } = lettersIn(folderOfTest(), queue);
    letters.keep(letter('1', 'x'.repeat(1024 * 1024)));
    await letters.idle();
    expect([attempts(), kept().length]).toEqual([0, 1]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { id: '1', message: expect.stringContaining('too large for the queue') },
    ]);
  });

  test('is in the file only, which is logged, when too many letters wait for the queue', async () => {
    const answer = Promise.withResolvers<void>();
    const sent: string[] = [];
    const hangs: DeadLetterQueue = { send: (line) => answer.promise.then(() => void sent.push(line)) };
    const { letters, lines, kept } = lettersIn(folderOfTest(), hangs);
    const content = 'x'.repeat(1_000_000);
    for (let id = 1; id <= 17; id++) letters.keep(letter(String(id), content));
    expect(kept()).toHaveLength(17);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', id: '17', message: expect.stringContaining('Too many dead letters wait for the queue') },
    ]);
    answer.resolve();
    await letters.idle();
    letters.keep(letter('18'));
    await letters.idle();
    expect(sent.map((line) => JSON.parse(line).id).slice(-2)).toEqual(['16', '18']);
  });

  test('that cannot be written to the file is logged with its id and sent to the queue', async () => {
    const folder = join(folderOfTest(), 'a file');
    writeFileSync(folder, '');
    const { queue, sent } = queueFailing(0);
    const { letters, lines } = lettersIn(folder, queue);
    letters.keep(letter('1'));
    await letters.idle();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', id: '1', message: expect.stringContaining('cannot be written to') },
    ]);
    expect(sent).toHaveLength(1);
  });
});

test('a full file of dead letters is renamed to .old and replaces the earlier .old file, which is logged', () => {
  const { letters, lines, kept, file } = lettersIn(folderOfTest());
  writeFileSync(`${file}.old`, 'the one before');
  letters.keep(letter('1', 'x'.repeat(33 * 1024 * 1024)));
  expect(existsSync(file)).toBe(false);
  expect(readFileSync(`${file}.old`, 'utf8').slice(0, 60)).toContain('"id":"1"');
  letters.keep(letter('2'));
  expect(kept()).toMatchObject([{ id: '2' }]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'error', message: expect.stringContaining('it replaces the earlier dead letters') },
  ]);
});
