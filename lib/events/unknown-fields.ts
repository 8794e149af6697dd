import { eventTypes } from '../ari/generated/model.ts';
import { type ModelSchema, modelSchemas } from '../ari/generated/schemas.ts';
import { isJsonObject } from '../json.ts';
import { METADATA_FIELDS } from './event-schema.ts';

/**
 * Fields that a pattern's `detail` looks for and no event that is known has: misspelt ones, with which the pattern never
 * matches, or those of a newer version of Asterisk.
 *
 * @returns paths, such as `detail.chanel`
 * @example
 * unknownFields({ detail: { channel: { caller: { numbr: ['100'] } } } }); // ['detail.channel.caller.numbr']
 */
export function unknownFields(pattern: unknown): string[] {
  if (!isJsonObject(pattern)) return [];
  const events = eventTypes.map((type) => modelSchemas[type] ?? {});
  const metadata: ModelSchema = { properties: { metadata: { properties: METADATA_FIELDS } } };
  return Object.entries(pattern).flatMap(([field, expected]) => {
    if (field === '$or' && Array.isArray(expected)) return expected.flatMap(unknownFields);
    return field === 'detail' ? unknownBelow('detail', expected, [...events, metadata]) : [];
  });
}

/** @param known the schemas of all objects that there can be at this place */
function unknownBelow(path: string, pattern: unknown, known: readonly ModelSchema[]): string[] {
  if (!isJsonObject(pattern)) return [];
  return Object.entries(pattern).flatMap(([field, expected]) => {
    if (field === '$or' && Array.isArray(expected)) {
      return expected.flatMap((branch) => unknownBelow(path, branch, known));
    }
    const schemas = known.flatMap(({ properties }) => properties?.[field] ?? []).map(resolved);
    if (schemas.length === 0) return [`${path}.${field}`];
    // Any object: channel variables, the fields of a user event.
    const isOpen = schemas.some(({ type, properties }) => type === 'object' && properties === undefined);
    return isOpen ? [] : unknownBelow(`${path}.${field}`, expected, schemas);
  });
}

/** What a schema refers to, or a list has. */
function resolved(schema: ModelSchema): ModelSchema {
  if (schema.items) return resolved(schema.items);
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (modelSchemas[name] ?? {});
}
