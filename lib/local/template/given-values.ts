import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../../json.ts';

/** The file beside cdk.json with values for local mode. */
export const LOCAL_VALUES_FILE = 'cdk.local.json';

/**
 * Values that the templates refer to and do not contain.
 *
 * @example
 * const given: GivenValues = { parameters: { Line: '4711' }, exports: { 'Shared:BusName': 'corporate' } };
 */
export interface GivenValues {
  /** Parameters of the templates, by `Name` or `Stack:Name`, as `cdk deploy --parameters` takes them. */
  parameters?: Readonly<Record<string, string>>;
  /** Parameters of Systems Manager that no stack of the app has, by name. */
  ssm?: Readonly<Record<string, string>>;
  /** Secrets of Secrets Manager that no stack of the app has, by name or ARN. */
  secrets?: Readonly<Record<string, string>>;
  /** Exports of stacks of other apps, by name. */
  exports?: Readonly<Record<string, string>>;
  /** What `Ref` (`Stack.LogicalId`) and `Fn::GetAtt` (`Stack.LogicalId.Attribute`) give where local mode cannot know it. */
  resources?: Readonly<Record<string, string>>;
}

const KEYS: readonly (keyof GivenValues)[] = ['parameters', 'ssm', 'secrets', 'exports', 'resources'];

/**
 * Reads cdk.local.json. An object as a value is given as JSON text.
 *
 * @param root the folder with cdk.json
 * @param file another file, relative to the working directory
 * @returns nothing where there is no such file
 * @throws with the file's path, where it is not as described
 */
export async function readGivenValues(root: string, file = join(root, LOCAL_VALUES_FILE)): Promise<GivenValues> {
  if (!existsSync(file)) return {};
  let read: unknown;
  try {
    read = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw new Error(`${file}: expected JSON`); // the parser's message quotes the text, which may be a secret
  }
  if (!isJsonObject(read)) throw new Error(`${file}: expected a JSON object`);
  const unknown = Object.keys(read).find((key) => !KEYS.includes(key as keyof GivenValues));
  if (unknown !== undefined) throw new Error(`${file}: there is no key ${unknown}, expected ${KEYS.join(', ')}`);
  return Object.fromEntries(
    Object.entries(read).map(([key, values]) => {
      if (!isJsonObject(values)) throw new Error(`${file}: expected \`${key}\` to be an object`);
      return [key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]))];
    }),
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Both; of a value that both have, the second. */
export function mergedValues(first: GivenValues, second: GivenValues): GivenValues {
  return Object.fromEntries(KEYS.map((key) => [key, { ...first[key], ...second[key] }]));
}
