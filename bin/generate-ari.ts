/**
 * Writes `lib/ari/generated/` from the API description that a running Asterisk serves at
 * `/ari/api-docs`: names, types, and the statuses that each command is answered with.
 *
 *   npm run generate:ari -- --url http://127.0.0.1:8088/ari --user NAME --password-env NAME [--check]
 *
 * `--check` writes nothing and exits 1 when the checked-in files differ from the server's description.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

interface Parameter {
  name: string;
  paramType: 'path' | 'query' | 'body';
  dataType: string;
  required?: boolean;
  allowMultiple?: boolean;
  allowableValues?: { valueType: 'LIST' | 'RANGE'; values?: string[] };
}
interface Operation {
  httpMethod: string;
  nickname: string;
  responseClass: string;
  parameters?: Parameter[];
  errorResponses?: { code: number | string; reason: string }[];
  upgrade?: string;
}
interface Property {
  type: string;
  required?: boolean;
  allowableValues?: { valueType: 'LIST' | 'RANGE'; values?: string[] };
}
interface Model {
  id: string;
  properties: Record<string, Property>;
  subTypes?: string[];
}
interface Resource {
  name: string;
  apis: { path: string; operations: Operation[] }[];
  models: Record<string, Model>;
}

const HEADER = '// Written by `npm run generate:ari` from the API description of a running Asterisk. Do not edit.\n';

/** Described as optional, but Asterisk refuses requests without them: 400 "Direction is required". */
const REQUIRED_IN_FACT = ['mute direction', 'unmute direction'];

/** Described like all others, but read as the whole body: Asterisk refuses `{"variables":{…}}` with 400. */
const BARE_CONTAINERS = ['bridges.create variables'];
/** The one container that is a list; its description says it in prose only. */
const LIST_CONTAINERS: Record<string, string> = { fields: 'ConfigTuple[]' };

/** Parameters of types that the description knows in prose only, by operation and name; the first that fits. */
const TYPES_BY_HAND: [RegExp, string][] = [
  [/ media$/, 'Media'],
  [/^events\.\w+ variables$/, 'Record<string, unknown>'],
  [/^endpoints\.\w+ variables$/, 'Readonly<Record<string, string>>'],
  // The list of `getChannelVars` is one of names.
  [/^(channels|bridges)\.(?!get)\w+ variables$/, 'VariableValues'],
];

const PRIMITIVES: Record<string, string> = {
  string: 'string',
  Date: 'string',
  int: 'number',
  long: 'number',
  double: 'number',
  boolean: 'boolean',
  object: 'Record<string, unknown>',
  containers: 'Record<string, unknown>',
  void: 'void',
  binary: 'Uint8Array',
};

function typeOf(name: string, allowed?: Property['allowableValues']): string {
  if (allowed?.valueType === 'LIST') return (allowed.values ?? []).map((v) => `'${v}'`).join(' | ');
  const element = /^List\[(.+)\]$/.exec(name)?.[1];
  if (element) return `${typeOf(element)}[]`;
  return PRIMITIVES[name] ?? name;
}

function property(name: string, p: Property): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
  return `  ${key}${p.required ? '' : '?'}: ${typeOf(p.type, p.allowableValues)};`;
}

function renderModel(resources: Resource[]): string {
  const models = new Map<string, Model>();
  for (const resource of resources) for (const m of Object.values(resource.models)) models.set(m.id, m);
  const parentOf = new Map<string, string>();
  for (const m of models.values()) for (const child of m.subTypes ?? []) parentOf.set(child, m.id);

  // All subtypes of Event, without the models that only group them.
  const events = models.get('Event')?.subTypes?.toSorted() ?? [];
  const parts = [HEADER];
  for (const m of [...models.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const parent = parentOf.get(m.id);
    const lines = Object.entries(m.properties).map(([name, p]) => property(name, p));
    if (events.includes(m.id)) lines.unshift(`  type: '${m.id}';`);
    parts.push(`export interface ${m.id}${parent ? ` extends ${parent}` : ''} {\n${lines.join('\n')}\n}\n`);
  }
  const entries = events.map((id) => `  ${id}: ${id};`).join('\n');
  parts.push(`/** Each event type of the model by its name. */\nexport interface AriEventMap {\n${entries}\n}\n`);
  const names = events.map((id) => `  '${id}',`).join('\n');
  parts.push(
    `/** The same names, for use at run time. */\nexport const eventTypes: readonly (keyof AriEventMap)[] = [\n${names}\n];\n`,
  );
  return parts.join('\n');
}

/** The part of an OpenAPI 3.0 schema that the description provides. */
interface Schema {
  type?: string;
  enum?: string[];
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  $ref?: string;
}

const SCHEMA_TYPES: Record<string, string> = {
  string: 'string',
  Date: 'string',
  int: 'integer',
  long: 'integer',
  double: 'number',
  boolean: 'boolean',
  object: 'object',
  containers: 'object',
};

function schemaOf(name: string, allowed?: Property['allowableValues']): Schema {
  if (allowed?.valueType === 'LIST') return { type: 'string', enum: allowed.values ?? [] };
  const element = /^List\[(.+)\]$/.exec(name)?.[1];
  if (element) return { type: 'array', items: schemaOf(element) };
  const type = SCHEMA_TYPES[name];
  return type ? { type } : { $ref: `#/components/schemas/${name}` };
}

/** A schema for every event and the models that events use, with inherited properties written out. */
function renderSchemas(resources: Resource[]): string {
  const models = new Map<string, Model>();
  for (const resource of resources) for (const m of Object.values(resource.models)) models.set(m.id, m);
  const parentOf = new Map<string, Model>();
  for (const m of models.values()) for (const child of m.subTypes ?? []) parentOf.set(child, m);

  const events = models.get('Event')?.subTypes?.toSorted() ?? [];
  const schemas: Record<string, Schema> = {};
  const add = (id: string): void => {
    if (schemas[id]) return;
    const properties: [string, Property][] = [];
    for (let m = models.get(id); m; m = parentOf.get(m.id)) properties.unshift(...Object.entries(m.properties));
    const schema: Schema = {
      type: 'object',
      required: properties.filter(([, p]) => p.required).map(([name]) => name),
      properties: Object.fromEntries(properties.map(([name, p]) => [name, schemaOf(p.type, p.allowableValues)])),
    };
    if (events.includes(id)) schema.properties = { ...schema.properties, type: { type: 'string', enum: [id] } };
    if (schema.required?.length === 0) delete schema.required; // OpenAPI 3.0 allows no empty list
    schemas[id] = schema;
    for (const [, p] of properties) {
      const named = /^(?:List\[)?(\w+)\]?$/.exec(p.type)?.[1] ?? '';
      if (models.has(named)) add(named);
    }
  };
  for (const id of events) add(id);
  const lines = Object.entries(schemas)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, schema]) => `  ${id}: ${JSON.stringify(schema)},`);
  return [
    HEADER,
    '/** A schema as OpenAPI 3.0 has it. */',
    'export interface ModelSchema {\n  type?: string;\n  enum?: readonly string[];\n  items?: ModelSchema;\n  required?: readonly string[];\n  properties?: Readonly<Record<string, ModelSchema>>;\n  $ref?: string;\n}\n',
    '/** The schema of each event type, and of what events are made of, by name. */',
    `export const modelSchemas: Readonly<Record<string, ModelSchema>> = {\n${lines.join('\n')}\n};\n`,
  ].join('\n');
}

/** Names of parameters of a type, which has to be the same for every operation: JSON bodies are built by name. */
function parametersOf(resources: Resource[], isOfType: (dataType: string) => boolean): string[] {
  const all = resources.flatMap(({ apis }) =>
    apis.flatMap(({ operations }) => operations.flatMap((op) => op.parameters ?? [])),
  );
  const names = [...new Set(all.filter(({ dataType }) => isOfType(dataType)).map(({ name }) => name))].toSorted();
  const odd = all.find(({ name, dataType }) => names.includes(name) && !isOfType(dataType));
  if (odd) throw new Error(`The parameter ${odd.name} is of different types in different operations`);
  return names;
}

/** What an editor shows of a command: `POST /channels/{channelId}/answer. 404: channel not found; …`. */
function hover(path: string, { httpMethod, errorResponses = [] }: Operation): string {
  const failures = errorResponses
    .toSorted((a, b) => Number(a.code) - Number(b.code))
    .map(({ code, reason }) => `${code}: ${reason.split('; ').map(inSentence).join(', or ')}`);
  return `/** ${httpMethod} ${path}${failures.length > 0 ? `. ${failures.join('; ')}` : ''} */`;
}

/** `Channel not found.` as `channel not found`; `DTMF is required` stays. */
function inSentence(reason: string): string {
  return reason.replace(/\.$/, '').replace(/^[A-Z](?=[a-z]*\b)/, (first) => first.toLowerCase());
}

/** The first parameter of a command (`channels.play`): `params: { … }`; of the type `none` where there is nothing to give. */
function paramsOf(command: string, parameters: Parameter[], none: string): string {
  const fields = parameters.map((p) => {
    const listed = p.dataType === 'containers' ? LIST_CONTAINERS[p.name] : undefined;
    const byHand = TYPES_BY_HAND.find(([fits]) => fits.test(`${command} ${p.name}`))?.[1];
    const type = listed ?? byHand ?? typeOf(p.dataType, p.allowableValues);
    const many = p.allowMultiple ? `${type} | readonly (${type})[]` : type;
    return `${p.name}${p.required || p.paramType === 'path' ? '' : '?'}: ${many}`;
  });
  const optional = parameters.every((p) => !p.required && p.paramType !== 'path');
  return `params${optional ? '?' : ''}: ${fields.length > 0 ? `{ ${fields.join('; ')} }` : none}`;
}

function renderOperations(resources: Resource[]): string {
  const imports = new Set<string>();
  const table: string[] = [];
  const types: string[] = [];
  const ofOneChannel: string[] = [];
  for (const resource of resources) {
    const rows: string[] = [];
    const methods: string[] = [];
    for (const { path, operations } of resource.apis) {
      for (const op of operations) {
        if (op.upgrade) continue; // the event WebSocket belongs to the connector and is not a command
        const parameters = (op.parameters ?? []).map((p) =>
          REQUIRED_IN_FACT.includes(`${op.nickname} ${p.name}`) ? { ...p, required: true } : p,
        );
        const body = parameters.find((p) => p.paramType === 'body');
        // `containers` are sent under their own key, a plain `object` is the whole body.
        const keyed =
          body?.dataType === 'containers' && !BARE_CONTAINERS.includes(`${resource.name}.${op.nickname} ${body.name}`);
        const suffix = body ? (keyed ? ` {${body.name}}` : ` ${body.name}`) : '';
        rows.push(`    ${op.nickname}: '${op.httpMethod} ${path}${suffix}',`);

        const result = typeOf(op.responseClass);
        const named = result.replace('[]', '');
        if (/^[A-Z]/.test(named) && !Object.values(PRIMITIVES).includes(named)) imports.add(named);
        const method = (params: string): string =>
          `  ${hover(path, op)}\n  ${op.nickname}(${params}, options?: CallOptions): Promise<${result}>;`;
        methods.push(method(paramsOf(`${resource.name}.${op.nickname}`, parameters, '{}')));
        if (resource.name !== 'channels' || !path.includes('{channelId}')) continue;
        const others = parameters.filter(({ name }) => name !== 'channelId');
        ofOneChannel.push(method(paramsOf(`${resource.name}.${op.nickname}`, others, 'undefined')));
      }
    }
    const Name = resource.name[0]?.toUpperCase() + resource.name.slice(1);
    table.push(`  ${resource.name}: {\n${rows.join('\n')}\n  },`);
    types.push(`export interface ${Name} {\n${methods.join('\n')}\n}\n`);
  }
  const names = (isOfType: (dataType: string) => boolean): string =>
    `[${parametersOf(resources, isOfType)
      .map((name) => `'${name}'`)
      .join(', ')}]`;
  const resourcesType = resources
    .map(({ name }) => `  readonly ${name}: ${name[0]?.toUpperCase() + name.slice(1)};`)
    .join('\n');
  return [
    HEADER,
    `import type { CallOptions } from '../call-options.ts';`,
    `import type { Media } from '../media.ts';`,
    `import type { VariableValues } from '../variable-values.ts';`,
    `import type { ${[...imports].toSorted().join(', ')} } from './model.ts';\n`,
    '/** `METHOD path`, then the body parameter: `{name}` travels under its key, `name` is the whole body. */',
    `export const operations = {\n${table.join('\n')}\n} as const;\n`,
    '/** Parameters that are whole numbers, and such that are true or false: Asterisk reads them by their JSON type. */',
    `export const numberParameters: readonly string[] = ${names((type) => type === 'int' || type === 'long')};`,
    `export const booleanParameters: readonly string[] = ${names((type) => type === 'boolean')};\n`,
    ...types,
    '/** The commands that act on one channel, with its id filled in. Written out, so that editors show what each is answered with. */',
    `export interface OneChannel {\n${ofOneChannel.join('\n')}\n}\n`,
    `/**
 * Every command of ARI, by resource, in the API's own words. Beside the statuses that a command names, any may be
 * answered with 401 (user or password), 403 (the user is read-only), 500, and 503 (Asterisk is booting).
 */\nexport interface AriResources {\n${resourcesType}\n}\n`,
  ].join('\n');
}

/** The description that the simulator serves to clients that are made from it: names and types, without the texts. */
function renderApiDocs(apiVersion: string, resources: Resource[]): string {
  const described = resources.map(({ name, apis, models }) => ({
    name,
    apis: apis.map(({ path, operations }) => ({
      path,
      operations: operations.map(({ httpMethod, upgrade, nickname, responseClass, parameters = [] }) => ({
        httpMethod,
        ...(upgrade !== undefined && { upgrade, websocketProtocol: 'ari' }),
        nickname,
        responseClass,
        parameters: parameters.map(({ name: parameter, paramType, required = false, allowMultiple, dataType }) => ({
          name: parameter,
          paramType,
          required,
          allowMultiple: allowMultiple ?? false,
          dataType,
        })),
      })),
    })),
    models: Object.fromEntries(
      Object.entries(models).map(([id, { properties, subTypes }]) => [
        id,
        {
          id,
          ...(subTypes && { subTypes }),
          properties: Object.fromEntries(Object.entries(properties).map(([key, { type }]) => [key, { type }])),
        },
      ]),
    ),
  }));
  const lines = described.map((resource) => `  ${JSON.stringify(resource)},`);
  return [
    HEADER,
    `/** The version of ARI. */\nexport const API_VERSION = '${apiVersion}';\n`,
    '/** A resource in the terms of Swagger 1.1. */',
    'export interface ApiResource {\n  name: string;\n  apis: readonly object[];\n  models: Readonly<Record<string, object>>;\n}\n',
    '/** Every resource with its operations and models. */',
    `export const apiResources: readonly ApiResource[] = [\n${lines.join('\n')}\n];\n`,
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8088/ari' },
      user: { type: 'string', default: 'handlers' },
      'password-env': { type: 'string', default: 'ARI_PASSWORD' },
      check: { type: 'boolean', default: false },
    },
  });
  const password = process.env[values['password-env']];
  if (password === undefined) throw new Error(`Put the password of ${values.user} into $${values['password-env']}.`);
  const headers = { authorization: `Basic ${Buffer.from(`${values.user}:${password}`).toString('base64')}` };
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${values.url}${path}`, { headers });
    if (!response.ok) throw new Error(`GET ${values.url}${path} answered ${response.status} ${response.statusText}`);
    return response.json();
  };

  const listing = (await get('/api-docs/resources.json')) as { apiVersion: string; apis: { path: string }[] };
  const resources: Resource[] = [];
  for (const { path } of listing.apis) {
    const name = /^\/api-docs\/(\w+)\.\{format\}$/.exec(path)?.[1];
    if (!name) throw new Error(`resources.json lists ${path}; expected /api-docs/NAME.{format}`);
    const description = (await get(`/api-docs/${name}.json`)) as Omit<Resource, 'name'>;
    resources.push({ ...description, name });
  }

  const folder = new URL('../lib/ari/generated/', import.meta.url);
  const files = {
    'api-docs.ts': renderApiDocs(listing.apiVersion, resources),
    'model.ts': renderModel(resources),
    'operations.ts': renderOperations(resources),
    'schemas.ts': renderSchemas(resources),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const url = new URL(name, folder);
    if (!values.check) await writeFile(url, text);
    else if ((await readFile(url, 'utf8')) !== text) {
      console.error(`lib/ari/generated/${name} differs from what ${values.url} describes: run npm run generate:ari`);
      process.exitCode = 1;
    }
  }
}

await main();
