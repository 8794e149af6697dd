import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Segment } from '../../../connector/journal/segment.ts';
import { MAY_MOUNT, smallDisk } from '../../support/small-disk.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const line = (text: string): Buffer => Buffer.from(`${text}\n`);
const NAME = { node: 'pbx-1', number: 1 };
const FIRST = line('"pbx-1"');

/** A segment with these lines after its first one: lines 1, 2, 3… */
function segmentOf(folder: string, ...texts: string[]): Segment {
  const segment = Segment.create(folder, NAME);
  segment.append(texts.map(line));
  return segment;
}

/** Opens the segment as a later process would, and gives its lines, settled ones in brackets. */
function reopen(folder: string, readable: (text: string) => boolean = () => true) {
  const texts: string[] = [];
  const segment = Segment.open(folder, NAME, (read, index, settled) => {
    const text = read.toString().trimEnd();
    expect(index).toBe(texts.length);
    texts.push(settled ? `(${text})` : text);
    return readable(text);
  });
  return { segment, texts };
}

describe('a segment', () => {
  test('is recognized by the name of its file, and other files are not segments', () => {
    const folder = folderOfTest();
    segmentOf(folder, 'a').writeSettled();
    expect(readdirSync(folder).map(Segment.nameOf)).toEqual([NAME, undefined]);
    expect(Segment.nameOf('a.0000000002.0000000003.journal')).toEqual({ node: 'a.0000000002', number: 3 });
    expect(Segment.nameOf('0000000004.journal')).toEqual({ node: '', number: 4 });
    for (const other of ['dead-letters.jsonl', 'pbx-1.state', 'pbx-1.0000000001.journal.new', 'pbx-1.1.journal']) {
      expect(Segment.nameOf(other)).toBeUndefined();
    }
  });

  test('gives a later process its lines, and which of them are settled', () => {
    const folder = folderOfTest();
    const segment = segmentOf(folder, 'a', 'b', 'c');
    segment.settle(2);
    segment.writeSettled();
    segment.settle(3);
    segment.writeSettled();
    segment.close();
    const { texts, segment: later } = reopen(folder);
    expect(texts).toEqual(['("pbx-1")', 'a', '(b)', '(c)']);
    expect([later.lines, later.waiting, later.unsettled, later.bytes]).toEqual([4, 1, 1, segment.bytes]);
  });

  test('loses no line when its process is killed before it writes which lines are settled', () => {
    const folder = folderOfTest();
    segmentOf(folder, 'a', 'b').settle(1);
    expect(reopen(folder).texts).toEqual(['("pbx-1")', 'a', 'b']);
  });

  test('removes an incomplete last line: it was never published', () => {
    const folder = folderOfTest();
    const { bytes } = segmentOf(folder, 'a', 'b');
    appendFileSync(join(folder, 'pbx-1.0000000001.journal'), 'c, and then the pow');
    const { texts, segment } = reopen(folder);
    expect(texts).toEqual(['("pbx-1")', 'a', 'b']);
    expect(segment.bytes).toBe(bytes);
    expect(readFileSync(join(folder, 'pbx-1.0000000001.journal'), 'utf8')).toBe('"pbx-1"\na\nb\n');
  });

  test('removes an incomplete last number of a settled line, and appends later numbers after the complete ones', () => {
    const folder = folderOfTest();
    const segment = segmentOf(folder, 'a', 'b', 'c');
    segment.settle(1);
    segment.writeSettled();
    segment.close();
    appendFileSync(join(folder, 'pbx-1.0000000001.settled'), Buffer.from([3, 0]));
    const second = reopen(folder);
    expect(second.texts).toEqual(['("pbx-1")', '(a)', 'b', 'c']);
    second.segment.settle(2);
    second.segment.writeSettled();
    second.segment.close();
    expect(reopen(folder).texts).toEqual(['("pbx-1")', '(a)', '(b)', 'c']);
  });

  test('counts the lines that are on disk only and the lines that are not settled', () => {
    const segment = segmentOf(folderOfTest(), 'a', 'b', 'c');
    expect([segment.waiting, segment.unsettled]).toEqual([3, 3]);
    segment.take(1);
    segment.take(1);
    expect([segment.waiting, segment.unsettled, segment.isWaiting(1), segment.isWaiting(2)]).toEqual([
      2,
      3,
      false,
      true,
    ]);
    segment.settle(1);
    segment.settle(2);
    segment.settle(2);
    expect([segment.waiting, segment.unsettled]).toEqual([1, 1]);
    segment.take(2);
    expect(segment.isWaiting(2)).toBe(false);
    expect([segment.waiting, segment.unsettled]).toEqual([1, 1]);
  });

  test('counts thousands of lines', () => {
    const folder = folderOfTest();
    const texts = Array.from({ length: 5000 }, (_, i) => `${i}`);
    const segment = segmentOf(folder, ...texts);
    for (let i = 1; i <= 5000; i += 2) segment.settle(i);
    segment.writeSettled();
    expect(segment.unsettled).toBe(2500);
    expect(reopen(folder).segment.waiting).toBe(2500);
  });

  test('does not count a line that cannot be read as waiting', () => {
    const folder = folderOfTest();
    segmentOf(folder, 'a', 'damaged', 'c').close();
    const { segment } = reopen(folder, (text) => text !== 'damaged');
    expect([segment.lines, segment.waiting, segment.isWaiting(2), segment.isWaiting(3)]).toEqual([4, 2, false, true]);
  });

  test('reads whole lines from the start of any line, however long that line is', () => {
    const long = 'x'.repeat(1000);
    const segment = segmentOf(folderOfTest(), 'a', long, 'c');
    const read = (offset: number, length: number) =>
      segment.read(offset, length).map((bytes) => bytes.toString().trimEnd());
    expect(read(0, FIRST.length + 3)).toEqual(['"pbx-1"', 'a']);
    expect(read(FIRST.length + 2, 10)[0]).toBe(long);
    expect(read(0, 1e6)).toEqual(['"pbx-1"', 'a', long, 'c']);
    expect(read(segment.bytes, 100)).toEqual([]);
  });

  test('takes no line after it is sealed', () => {
    const segment = segmentOf(folderOfTest(), 'a');
    segment.seal();
    expect(() => segment.append([line('b')])).toThrow('closed');
  });

  test('leaves no file when it is removed', () => {
    const folder = folderOfTest();
    const segment = segmentOf(folder, 'a');
    segment.writeSettled();
    segment.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('replaces the files that a failed attempt left', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'pbx-1.0000000001.journal'), 'half a li');
    writeFileSync(join(folder, 'pbx-1.0000000001.settled'), Buffer.from([1, 0, 0, 0]));
    segmentOf(folder, 'a').close();
    expect(reopen(folder).texts).toEqual(['("pbx-1")', 'a']);
  });
});

describe('hollowing a segment', () => {
  test('removes the text of settled and dropped lines, and keeps the number of every other line', () => {
    const folder = folderOfTest();
    const segment = segmentOf(folder, 'a', 'settled', 'taken', 'dropped', 'e');
    segment.settle(2);
    segment.take(3);
    const shown: string[] = [];
    segment.hollow((bytes) => {
      shown.push(bytes.toString().trimEnd());
      return bytes.toString().startsWith('dropped');
    });
    // Neither settled lines nor lines in memory may be dropped.
    expect(shown).toEqual(['a', 'dropped', 'e']);
    expect(readFileSync(join(folder, 'pbx-1.0000000001.journal'), 'utf8')).toBe('"pbx-1"\na\n\ntaken\n\ne\n');
    expect([segment.lines, segment.waiting, segment.unsettled]).toEqual([6, 2, 3]);
    expect(segment.bytes).toBe('"pbx-1"\na\n\ntaken\n\ne\n'.length);
    segment.writeSettled();
    segment.close();
    const later = reopen(folder);
    expect(later.texts).toEqual(['("pbx-1")', 'a', '()', 'taken', '()', 'e']);
    expect([later.segment.isWaiting(3), later.segment.isWaiting(4), later.segment.isWaiting(5)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('settles dropped lines, even when its process ends before it writes which lines are settled', () => {
    const folder = folderOfTest();
    segmentOf(folder, 'a', 'dropped').hollow((bytes) => bytes.toString().startsWith('dropped'));
    expect(reopen(folder).texts).toEqual(['("pbx-1")', 'a', '()']);
    expect(existsSync(join(folder, 'pbx-1.0000000001.settled'))).toBe(false);
  });
});

describe.runIf(MAY_MOUNT)('on a full disk', () => {
  const half = 'x'.repeat(20_000);

  test('none of the lines is written when not all of them find room, and a smaller one after them is', () => {
    const disk = smallDisk(32);
    const segment = segmentOf(disk.path, half);
    const { bytes, lines } = segment;
    expect(() => segment.append([line('small'), line(half)])).toThrow('ENOSPC');
    expect([segment.bytes, segment.lines]).toEqual([bytes, lines]);
    expect(readFileSync(join(disk.path, 'pbx-1.0000000001.journal'), 'utf8')).toBe(`"pbx-1"\n${half}\n`);
    expect(segment.append([line('b')])).toBe(2);
    expect(reopen(disk.path).texts).toEqual(['("pbx-1")', half, 'b']);
  });

  test('settled lines that could not be written are written when there is room', () => {
    const disk = smallDisk(32);
    const segment = segmentOf(disk.path, 'a', 'b');
    writeFileSync(join(disk.path, 'other'), 'x'.repeat(24 * 1024));
    expect(() => writeFileSync(join(disk.path, 'more'), 'x'.repeat(24 * 1024))).toThrow('ENOSPC');
    segment.settle(2);
    expect(() => segment.writeSettled()).toThrow('ENOSPC');
    disk.grow(64);
    segment.writeSettled();
    expect(reopen(disk.path).texts).toEqual(['("pbx-1")', 'a', '(b)']);
  });

  test('segments that cannot be created leave no file open', () => {
    const disk = smallDisk(8);
    writeFileSync(join(disk.path, 'other'), 'x'.repeat(8 * 1024));
    const open = () => readdirSync('/proc/self/fd').length;
    expect(() => Segment.create(disk.path, NAME)).toThrow('ENOSPC');
    const before = open();
    for (let i = 0; i < 20; i++) expect(() => Segment.create(disk.path, NAME)).toThrow('ENOSPC');
    expect(open()).toBe(before);
  });
});
