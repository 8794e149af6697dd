import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { channelHandle } from '../../../../lib/ari/channel.ts';
import { operations } from '../../../../lib/ari/generated/operations.ts';

const source = readFileSync(new URL('../../../../lib/ari/generated/operations.ts', import.meta.url), 'utf8');

/** The methods of an interface by their names, with the docstring that an editor shows. */
function methodsOf(name: string): Map<string, string> {
  const body = new RegExp(`^export interface ${name} \\{\\n(.*?)^\\}`, 'ms').exec(source)?.[1] ?? '';
  const methods = body.matchAll(/^ {2}\/\*\* (.+) \*\/\n {2}(\w+)\(/gm);
  return new Map([...methods].map(([, docstring = '', method = '']) => [method, docstring]));
}

const capital = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
const commands = Object.entries(operations).flatMap(([resource, templates]) =>
  Object.entries(templates).map(([name, template]): [string, string, string] => [resource, name, template]),
);

test.each(commands)(
  'an editor shows of ari.%s.%s its method, its path and its statuses',
  (resource, name, template) => {
    const [method, path] = template.split(' ');
    const docstring = methodsOf(capital(resource)).get(name) ?? '';
    const [head, statuses] = docstring.split('. ');
    expect(head).toBe(`${method} ${path}`);
    if (statuses !== undefined) expect(statuses).toMatch(/^4\d\d: .+?(; 4\d\d: .+?)*$/);
  },
);

test('the command that answers a channel says what 404, 409 and 412 mean', () => {
  const docstring =
    'POST /channels/{channelId}/answer. 404: channel not found; 409: channel not in a Stasis application; ' +
    '412: channel in invalid state';
  expect(methodsOf('Channels').get('answer')).toBe(docstring);
  expect(methodsOf('OneChannel').get('answer')).toBe(docstring);
});

test('a channel has a method for each command whose path names a channel', () => {
  const { id, ari, ...handle } = channelHandle({ channels: {} } as Parameters<typeof channelHandle>[0], '1.0');
  expect([...methodsOf('OneChannel').keys()]).toEqual(Object.keys(handle));
});
