import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RESOURCE_TYPES } from '../../lib/local/template/values/resource-types.ts';

interface Schema {
  attributes: string[];
  properties: string[];
  /** The properties that identify a resource: the only one, if there is one, is what `Ref` gives. */
  identifier: string[];
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const { stdout, stderr } = spawnSync(here('.venv/bin/python'), [here('resource-types.py')], {
  input: JSON.stringify(Object.keys(RESOURCE_TYPES)),
  encoding: 'utf8',
});
const schemas = JSON.parse(stdout || `"${stderr}"`) as Record<string, Schema>;

test.each(Object.entries(RESOURCE_TYPES))('%s has the attributes and the name that AWS’s schema has', (type, own) => {
  const { attributes, properties } = schemas[type] as Schema;
  expect(attributes).toEqual(expect.arrayContaining(Object.keys(own.attributes ?? {})));
  if (own.name !== undefined) expect(properties).toContain(own.name);
});

test.each(Object.entries(RESOURCE_TYPES))('Ref of %s gives what identifies it', (type, own) => {
  const { identifier } = schemas[type] as Schema;
  const [only, ...others] = identifier;
  if (only === undefined || others.length > 0) return;
  const { name, ref = '{name}', attributes = {} } = own;
  if (only === name) expect(ref).toBe('{name}');
  else if (attributes[only] !== undefined) expect(ref).toBe(attributes[only]);
});

test('a wrong attribute would be found', () => {
  expect(schemas['AWS::SQS::Queue']?.attributes).not.toContain('QueueArn');
});
