import type { Schema } from './provider-schemas.ts';

// A schema of CloudFormation describes values after the deployment has resolved them. Here it becomes one for templates: in
// the place of a property or of an item there may be an intrinsic function.

/** Keywords of ours, which `property-validator.ts` implements. */
export const INTRINSIC = 'isIntrinsic';
export const GIVES = 'intrinsicGives';
export const COUNTED = 'counted';

/** How much of a property's value is checked: all of it, the type that an intrinsic function gives, or nothing. */
export type Depth = 'value' | 'type' | 'nothing';

const MAPS = ['properties', 'patternProperties'];
const LISTS = ['allOf', 'anyOf', 'oneOf'];
const CONDITIONS = ['if', 'then', 'else', 'not'];
/** With any of these, what else an object may hold is not known from its `properties`. */
const OPEN = ['additionalProperties', 'patternProperties', ...LISTS, '$ref', 'if'];

/** The schema of a resource's `Properties` in a template. */
export function templateSchema(schema: Schema): Schema {
  const { typeName: _, $schema: __, ...given } = structuredClone(schema);
  for (const pointer of schema.readOnlyProperties ?? []) removeProperty(given, pointer);
  const definitions = Object.entries(given.definitions ?? {}).map(([name, each]) => [
    name,
    rewritten(each, given, true),
  ]);
  return { ...rewritten(given, given, true), definitions: Object.fromEntries(definitions) };
}

/** Removes what a template cannot set, so that it is unknown. Pointers into definitions and arrays are left. */
function removeProperty(schema: Schema, pointer: string): void {
  const path = pointer.replace(/^\/properties\//, '').split('/');
  if (path.length === 1) delete schema.properties?.[path[0] as string];
}

/**
 * @param closed whether an object that lists its properties has no others. In conditions it lists some of them.
 */
function rewritten(schema: Schema, root: Schema, closed: boolean): Schema {
  const result: Schema = { ...schema };
  for (const key of MAPS) {
    const map = schema[key] as Record<string, Schema> | undefined;
    if (map === undefined) continue;
    const entries = Object.entries(map).map(([name, each]) => [name, placeOf(each, root, closed, true)]);
    result[key] = Object.fromEntries(entries);
  }
  for (const key of ['items', 'additionalProperties']) {
    const each = schema[key];
    if (isSchema(each)) result[key] = placeOf(each, root, closed, key !== 'items');
  }
  for (const key of LISTS) {
    const list = schema[key] as Schema[] | undefined;
    if (list) result[key] = list.map((each) => rewritten(each, root, false));
  }
  // `items` would be for the later elements only; CloudFormation means all of them.
  const first = schema.prefixItems as Schema[] | undefined;
  if (first) {
    delete result.prefixItems;
    result.allOf = [
      ...((result.allOf as Schema[] | undefined) ?? []),
      { prefixItems: first.map((each) => rewritten(each, root, false)) },
    ];
  }
  for (const key of CONDITIONS) {
    const condition = schema[key];
    if (isSchema(condition)) result[key] = rewritten(condition, root, false);
  }
  if (closed && schema.properties && !OPEN.some((key) => key in schema)) result.additionalProperties = false;
  return result;
}

/** A place for a value or an intrinsic function. */
function placeOf(schema: Schema, root: Schema, closed: boolean, property: boolean): Schema {
  if (!isSchema(schema)) return schema;
  const count = (depth: Depth): Schema => (property && closed ? { [COUNTED]: depth } : {});
  return {
    if: { [INTRINSIC]: true },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { [GIVES]: typesOf(schema, root), ...count('type') },
    else: { allOf: [rewritten(schema, root, closed), count(isFree(schema, root) ? 'nothing' : 'value')] },
  };
}

/** JSON types that a schema permits; empty where it permits all. */
function typesOf(schema: Schema, root: Schema): string[] {
  const { type, $ref } = schema;
  if (type !== undefined) return [type].flat();
  if ($ref !== undefined) return typesOf(definitionOf($ref, root), root);
  for (const key of ['oneOf', 'anyOf']) {
    const list = (schema[key] as Schema[] | undefined)?.map((each) => typesOf(each, root));
    if (list?.every((types) => types.length > 0)) return [...new Set(list.flat())];
  }
  return [];
}

/** Whether a schema says nothing of an object's content: JSON of another language, such as that of policies. */
function isFree(schema: Schema, root: Schema): boolean {
  if (schema.$ref !== undefined) return isFree(definitionOf(schema.$ref, root), root);
  const types = typesOf(schema, root);
  const described = ['properties', 'patternProperties', ...LISTS, 'enum', 'const'].some((key) => key in schema);
  return (types.length === 0 || types.includes('object')) && !described && !isSchema(schema.additionalProperties);
}

/** @throws where there is none */
function definitionOf($ref: string, root: Schema): Schema {
  const name = /^#\/definitions\/([^/]+)$/.exec($ref)?.[1];
  const found = name === undefined ? undefined : root.definitions?.[name];
  if (found === undefined) throw new Error(`${$ref}: expected the name of a definition of the same schema`);
  return found;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
