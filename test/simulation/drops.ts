import type { Ledger, LogLine } from './ledger.ts';

/** Dropped events that were announced on the bus. */
export interface DropAnnouncement {
  /** The process that has dropped them, and counted them by its metric; undefined where that is not known. */
  by: string | undefined;
  node: string;
  count: number;
}

/**
 * The announcements of dropped events, each once. A later process on a disk publishes what an earlier one has announced, and
 * one that reads the queue what a stopped one has: the log of the process that announces them has the same numbers.
 */
export function dropAnnouncements({ accepted, log, diskOf }: Ledger): DropAnnouncement[] {
  const lines = log.filter(({ message }) => message.includes(' events were dropped: '));
  const seen = new Set<string>();
  return accepted.flatMap(({ type, detail, from }) => {
    const { id, node } = detail.metadata;
    if (type !== 'EventsDropped' || seen.has(id)) return [];
    seen.add(id);
    const count = Number(detail.count);
    const same = ({ fields, message }: LogLine): boolean =>
      fields.node === node && fields.count === count && message.endsWith(`: ${detail.reason}`);
    const onDisk = ({ process }: LogLine): boolean => diskOf.get(process) === diskOf.get(from);
    const line =
      lines.find((one) => same(one) && one.process === from) ??
      lines.find((one) => same(one) && onDisk(one)) ??
      lines.find(same);
    if (line) lines.splice(lines.indexOf(line), 1);
    return [{ by: line?.process, node, count }];
  });
}
