import { matches } from '../../events/pattern/index.ts';
import { parseJson } from '../../json.ts';
import { required, ServiceError } from '../aws/index.ts';
import type { Archives } from './archives.ts';
import type { Bus } from './bus.ts';
import { readEntries } from './put-entry.ts';

/** The fields that TestEventPattern requires of an event. */
const EVENT_FIELDS = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

/** The operations of EventBridge that local mode supports. */
export class EventsService {
  readonly #bus: Bus;
  readonly #archives: Archives;

  constructor(bus: Bus, archives: Archives) {
    this.#bus = bus;
    this.#archives = archives;
  }

  /** @returns nothing where the operation is not served */
  call(operation: string, input: Record<string, unknown>, traceHeader: string): object | undefined {
    switch (operation) {
      case 'PutEvents': {
        const results = readEntries(input.Entries).map((entry) => this.#bus.put(entry, traceHeader));
        return { Entries: results, FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length };
      }
      case 'TestEventPattern':
        return { Result: testEventPattern(required(input, 'EventPattern'), required(input, 'Event')) };
      case 'StartReplay':
        return this.#archives.start(input, this.#bus);
      case 'DescribeReplay':
        return this.#archives.describe(input);
      default:
        return undefined;
    }
  }
}

function testEventPattern(pattern: string, event: string): boolean {
  const parsed = parseJson(event);
  const missing = typeof parsed === 'object' && parsed !== null ? EVENT_FIELDS.find((name) => !(name in parsed)) : '';
  if (missing !== undefined) {
    const reason = missing === '' ? 'Event is not a JSON object.' : `Event is missing the field ${missing}.`;
    throw new ServiceError('ValidationException', `Parameter Event is not valid. Reason: ${reason}`);
  }
  try {
    return matches(pattern, event);
  } catch (error) {
    throw new ServiceError((error as Error).name, (error as Error).message);
  }
}
