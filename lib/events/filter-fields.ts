import { isJsonObject } from '../json.ts';
import type { EventPattern } from './pattern/index.ts';

/** The fields of an entry that the connector compares with its filter, before EventBridge adds its own. */
const FIELDS = ['source', 'detail-type', 'resources', 'detail'];

/**
 * The faults of a pattern of the connector's filter that EventBridge would accept: a field that no event has, such as a
 * misspelt one, would drop every event.
 *
 * @returns one sentence for each field; none for a pattern that can match
 * @example
 * filterFaults({ 'detail_type': ['StasisStart'] });
 * // ['"detail_type" is not a field that the filter can read: expected source, detail-type, resources or detail']
 */
export function filterFaults(pattern: EventPattern): string[] {
  return Object.entries(pattern).flatMap(([field, expected]) => {
    if (field === '$or' && Array.isArray(expected))
      return expected.flatMap((branch: unknown) => (isJsonObject(branch) ? filterFaults(branch as EventPattern) : []));
    if (FIELDS.includes(field)) return [];
    return [`${JSON.stringify(field)} is not a field that the filter can read: expected ${list(FIELDS)}`];
  });
}

function list(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
