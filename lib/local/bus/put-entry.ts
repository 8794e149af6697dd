import { randomUUID } from 'node:crypto';
import { entrySize, MAX_DETAIL_TYPE } from '../../events/entry.ts';
import { parseJsonObject } from '../../json.ts';
import { ServiceError, shapeError } from '../aws/index.ts';
import { type BusEvent, keepDetailText, type PutEntry } from './bus-event.ts';

/** Maximum entries of one request. */
const MAX_ENTRIES = 10;
/** Maximum total size of a request's entries (EventBridge endpoints and quotas, January 2026). */
const MAX_REQUEST_BYTES = 1024 * 1024;
const REQUIRED = ['Source', 'DetailType', 'Detail'] as const;
const TEXTS = ['Source', 'DetailType', 'Detail', 'EventBusName', 'TraceHeader'] as const;

/** Why an entry failed; other entries of the request are unaffected. */
export interface EntryFault {
  ErrorCode: string;
  ErrorMessage: string;
}

/**
 * Reads the entries of a PutEvents request.
 *
 * @throws ServiceError where the whole request is refused
 */
export function readEntries(entries: unknown): PutEntry[] {
  if (entries === undefined || entries === null) {
    throw new ServiceError(
      'ValidationException',
      "1 validation error detected: Value null at 'entries' failed to satisfy constraint: Member must not be null",
    );
  }
  if (!Array.isArray(entries)) throw shapeError();
  if (entries.length < 1 || entries.length > MAX_ENTRIES) {
    const limit = entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${MAX_ENTRIES}`;
    const value = `[${entries.map(() => 'PutEventsRequestEntry').join(', ')}]`;
    throw new ServiceError(
      'ValidationException',
      `1 validation error detected: Value '${value}' at 'entries' failed to satisfy constraint: Member must have length ${limit}`,
    );
  }
  for (const entry of entries as Record<string, unknown>[]) checkShape(entry);
  if ((entries as PutEntry[]).reduce((sum, entry) => sum + entrySize(entry), 0) > MAX_REQUEST_BYTES) {
    throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  return entries as PutEntry[];
}

/** Refuses an entry that AWS's JSON protocol cannot read. */
function checkShape(entry: Record<string, unknown>): void {
  if (typeof entry !== 'object' || entry === null) throw shapeError();
  for (const name of TEXTS)
    if (!['undefined', 'string'].includes(typeof (entry[name] ?? undefined))) throw shapeError();
  const { Time, Resources } = entry;
  if (!['undefined', 'number'].includes(typeof (Time ?? undefined))) throw shapeError();
  if (Resources && !(Array.isArray(Resources) && Resources.every((one) => typeof one === 'string'))) throw shapeError();
}

/**
 * The event made from an entry, or why the entry fails.
 *
 * @param place of the bus
 */
export function eventOf(
  entry: PutEntry,
  { account, region }: { account: string; region: string },
): BusEvent | EntryFault {
  const missing = REQUIRED.find((name) => !entry[name]);
  if (missing) return invalid(missing, `${missing} is a required argument.`);
  const { Source = '', DetailType = '', Detail = '' } = entry;
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (DetailType.length > MAX_DETAIL_TYPE) {
    return invalid('DetailType', `DetailType must have at most ${MAX_DETAIL_TYPE} characters.`);
  }
  const detail = parseJsonObject(Detail);
  if (!detail) return malformed();
  const time = new Date((entry.Time ?? Date.now() / 1000) * 1000);
  if (Number.isNaN(time.getTime())) return invalid('Time', 'Time is out of the range of dates.');
  const event: BusEvent = {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account,
    time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: entry.Resources ?? [],
    detail,
  };
  return keepDetailText(event, Detail);
}

export function malformed(): EntryFault {
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

function invalid(parameter: string, reason: string): EntryFault {
  return { ErrorCode: 'InvalidArgument', ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${reason}` };
}
