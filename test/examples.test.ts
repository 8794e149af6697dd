import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What an example may use beside the package's own names: a reader knows what is meant. */
const GIVEN = `
import type { CallHandler as Handler } from 'ari-eventbridge';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Duration, type Stack } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { WebSocket } from 'ws';
import { expect } from 'vitest';

declare const ari: AriClient, channel: ChannelHandle, event: CallEvent<'StasisStart'>, error: unknown;
declare const handler: Handler, introIvr: Handler, pbx: TestPbx, call: TestCall;
declare const channelId: string, caller: string, email: string, agent: string, url: string, apps: string[], entry: string;
declare const credentials: CredentialsProvider, transport: WebSocketTransport, socket: WebSocket;
declare const readPassword: () => Promise<string>, handle: (event: object) => void;
declare const bus: IEventBus, vpc: IVpc, topic: ITopic, connector: ConnectorService, pattern: AriPattern;
declare const node: AriNode, nodes: AriNode[], user: NodeUser, users: NodeUser[];
`;

interface Entrance {
  name: string;
  /** Files with what it offers: itself, and those that it exports from. */
  files: string[];
  /** As an import has them: `callHandler`, `type CallContext`. */
  names: string[];
}

const modules = Object.entries(manifest.exports).filter(([, path]) => path.endsWith('.ts'));
const entrances = modules.map(([name, path]): Entrance => {
  const file = normalize(path);
  const text = read(file);
  const lists = [...text.matchAll(/^export (type )?\{([^}]+)\} from '(.+?)'/gm)];
  const namespaces = [...text.matchAll(/^export type \* as (\w+) from/gm)];
  const declared = [...text.matchAll(/^export (?:async )?(function|class|interface|type) (\w+)/gm)];
  return {
    name: name.replace('.', 'ari-eventbridge'),
    files: [file, ...lists.map(([, , , from = '']) => join(dirname(file), from))],
    names: [
      ...lists.flatMap(([, type = '', names = '']) => names.split(',').map((each) => type + each.trim())),
      ...namespaces.map(([, each]) => `type ${each}`),
      ...declared.map(([, kind, each]) => (/function|class/.test(kind ?? '') ? each : `type ${each}`)),
    ].filter((each) => each !== undefined && !/^(type )?$/.test(each)) as string[],
  };
});

/** An import of each entrance: all of one, and of the others what none before them offers by the same name. */
function importsOf(home: Entrance): string {
  const taken = new Set<string>();
  const lines = [home, ...entrances].map(({ name, names }) => {
    const more = names.filter((each) => !taken.has(each.replace('type ', '')));
    for (const each of more) taken.add(each.replace('type ', ''));
    return `import { ${more.join(', ')} } from '${name}';\n`;
  });
  return lines.join('');
}

const examples = [...new Set(entrances.flatMap(({ files }) => files))].flatMap((file) => {
  const imports = importsOf(entrances.find(({ files }) => files.includes(file)) as Entrance);
  const docstrings = [...read(file).matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(.+)/g)];
  return docstrings.flatMap(([, docstring = '', declaration = '']) => {
    const [, ...parts] = docstring.replace(/^ *\* ?/gm, '').split('@example');
    return parts.map((part) => ({ file, declaration, imports, code: part.replace(/^export /gm, '') }));
  });
});

// In the project, so that `ari-eventbridge` is found as its users find it.
const folder = mkdtempSync(join(ROOT, 'test/.examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Compiles all examples at once. @returns what the compiler says of each, by its number */
function compile(): Map<number, string[]> {
  const compilerOptions = { noUnusedLocals: false, noImplicitReturns: false };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] }),
  );
  for (const [number, { imports, code }] of examples.entries()) {
    const text = `${imports}${GIVEN}\nasync function example(this: Stack) {\n${code}\n}\n`;
    writeFileSync(join(folder, `${number}.ts`), text);
  }
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['-p', folder], { encoding: 'utf8', timeout: 60_000 });
  expect([0, 1, 2], 'tsc ended by itself').toContain(status);
  const said = new Map<number, string[]>();
  for (const line of stdout.split('\n')) {
    const [, number, message = ''] = /(\d+)\.ts\(.+?\): (error .+)/.exec(line) ?? [];
    if (number !== undefined) said.set(Number(number), [...(said.get(Number(number)) ?? []), message]);
    else expect(line).not.toContain('error');
  }
  return said;
}

const errors = compile();

test('there are examples of each entrance', () => {
  for (const { name, files } of entrances) {
    expect(examples.filter(({ file }) => files.includes(file)).length, name).toBeGreaterThan(1);
  }
});

test.each(examples.map(({ file, declaration, code }, number) => [file, declaration, number, code] as const))(
  'in %s, the example of `%s` compiles with what the package exports',
  (_, __, number, code) => {
    expect(errors.get(number), code).toBeUndefined();
  },
);
