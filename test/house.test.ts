import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Which rooms each room may import from, beside itself, the public name `ari-eventbridge`, and what is open to all. */
const ARROWS: Record<string, string[]> = {
  'lib/ari': [],
  'lib/aws': [],
  'lib/events': ['lib/ari'],
  'lib/call-handler': ['lib/ari', 'lib/aws', 'lib/events'],
  'lib/flow': ['lib/ari', 'lib/aws', 'lib/call-handler', 'lib/events'],
  'lib/asterisk': ['lib/ari', 'lib/aws'],
  'lib/simulator': ['lib/ari'],
  'lib/tables': [],
  'lib/testing': [
    'lib/ari',
    'lib/asterisk',
    'lib/events',
    'lib/call-handler',
    'lib/durable-engine',
    'lib/flow',
    'lib/simulator',
    'lib/tables',
  ],
  'lib/cdk': ['lib/ari', 'lib/events', 'lib/flow'],
  'lib/local/template': ['lib/ari', 'lib/events'],
  'lib/local/aws': ['lib/local/template'],
  'lib/local/lambda': ['lib/durable-engine', 'lib/local/aws', 'lib/local/template'],
  'lib/local/bus': ['lib/events', 'lib/local/aws', 'lib/local/template'],
  'lib/local/reload': ['lib/local/template'],
  'lib/local/trace': ['lib/ari', 'lib/local/bus', 'lib/local/lambda', 'lib/local/template'],
  'lib/local/console': ['lib/events', 'lib/local/bus', 'lib/local/phone.ts', 'lib/local/template', 'lib/local/trace'],
  'lib/local/phone.ts': ['lib/simulator', 'lib/local/trace'],
  'lib/local': [
    'lib/ari',
    'lib/durable-engine',
    'lib/events',
    'lib/simulator',
    'lib/local/aws',
    'lib/local/bus',
    'lib/local/lambda',
    'lib/local/phone.ts',
    'lib/local/reload',
    'lib/local/template',
    'lib/local/trace',
    'lib/tables',
  ],
  'lib/durable-engine': [],
  'lib/cost': [],
  'lib/preflight': ['lib/ari', 'lib/aws'],
  'connector/asterisk': ['lib/ari', 'lib/events'],
  'connector/journal': ['lib/ari', 'lib/events'],
  connector: ['lib/ari', 'lib/aws', 'lib/events', 'connector/asterisk', 'connector/journal'],
  functions: [],
  'lib/index.ts': ['lib/ari', 'lib/events', 'lib/call-handler'],
  bin: [
    'lib/ari',
    'lib/asterisk',
    'lib/aws',
    'lib/cdk',
    'lib/cost',
    'lib/preflight',
    'lib/simulator',
    'lib/index.ts',
    'lib/local',
    'lib/local/console',
    'lib/local/phone.ts',
    'lib/local/template',
    'lib/local/trace',
  ],
};
/** Files that import nothing of ours but each other. */
const OPEN_TO_ALL = [
  'lib/json.ts',
  'lib/json-file.ts',
  'lib/log.ts',
  'lib/local/stop-child.ts',
  'connector/backoff.ts',
  'connector/fifo.ts',
];

/** Rooms that import from aws-cdk-lib. */
const WITH_CDK = ['lib/cdk', 'bin'];
/** AWS's reader of cloud assemblies, which constructs nothing, and the room that reads them. */
const ASSEMBLY_READER = { module: 'aws-cdk-lib/cx-api', room: 'lib/local/template' };

/** Of a room with a door: imported past it, by the console's page, whose bundle for the browser may hold nothing of Node. */
const BESIDE_THE_DOOR = ['lib/local/trace/step.ts', 'lib/local/phone.ts', 'lib/local/bus/bus-event.ts'];

type Imports = Map<string, string[]>;

function sourcesOf(...tops: string[]): string[] {
  return tops.flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => join(top, file)),
  );
}

function importsIn(text: string): string[] {
  const atTheTop = text.matchAll(/^(?:import|export|\})[^;]*?from '([^']+)'/gm);
  const late = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...atTheTop, ...late].map(([, name]) => name as string);
}

/** The room that a file is in, by the longest name. */
function roomOf(file: string): string {
  if (OPEN_TO_ALL.includes(file)) return 'open to all';
  const rooms = Object.keys(ARROWS).filter((name) => file === name || file.startsWith(`${name}/`));
  const [room] = rooms.toSorted((a, b) => b.length - a.length);
  if (room === undefined) throw new Error(`${file} is in no room of the house`);
  return room;
}

/** Imports of a file that its room may not have. */
function forbidden(file: string, imports: Imports): string[] {
  const room = roomOf(file);
  const allowed = [room, 'open to all', ...(ARROWS[room] ?? [])];
  return (imports.get(file) ?? []).filter((imported) =>
    imported.startsWith('.')
      ? !allowed.includes(roomOf(target(file, imported)))
      : /^(aws-cdk-lib|constructs)/.test(imported) &&
        !WITH_CDK.includes(room) &&
        !(imported === ASSEMBLY_READER.module && room === ASSEMBLY_READER.room),
  );
}

/** Imports of a file that lead into a room with an `index.ts`, and pass that by. */
function pastTheDoor(file: string, imports: Imports): string[] {
  return (imports.get(file) ?? [])
    .filter((imported) => imported.startsWith('.'))
    .filter((imported) => {
      const path = target(file, imported);
      const doors = [...imports.keys()].filter(
        (name) => name.endsWith('/index.ts') && /^lib\/local\/|^connector\//.test(name),
      );
      const door = doors.find((name) => path.startsWith(`${dirname(name)}/`));
      return (
        door !== undefined && door !== path && !file.startsWith(`${dirname(door)}/`) && !BESIDE_THE_DOOR.includes(path)
      );
    });
}

/** Files that import each other in a circle, each circle once; types count. */
function circles(imports: Imports): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push(path.slice(at));
    if (at >= 0 || done.has(file)) return;
    for (const imported of imports.get(file) ?? []) {
      if (imported.startsWith('.')) walk(target(file, imported), [...path, file]);
    }
    done.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  return found;
}

function target(file: string, imported: string): string {
  return normalize(join(dirname(file), imported));
}

const sources = sourcesOf('lib', 'connector', 'functions', 'bin');
const house: Imports = new Map(sources.map((file) => [file, importsIn(readFileSync(join(ROOT, file), 'utf8'))]));

test.each(sources)('%s imports only what its room may', (file) => {
  expect(forbidden(file, house)).toEqual([]);
});

test.each(sources)('%s enters other rooms by their doors', (file) => {
  expect(pastTheDoor(file, house)).toEqual([]);
});

test('no files import each other in a circle', () => {
  expect(circles(house)).toEqual([]);
});

test('each room of the list exists, and is not empty', () => {
  const inUse = new Set(sources.map(roomOf));
  expect([...inUse].toSorted()).toEqual([...Object.keys(ARROWS), 'open to all'].toSorted());
  expect(sources.length).toBeGreaterThan(200);
});

describe('what this test would find', () => {
  const planted = (file: string, ...texts: string[]): Imports =>
    new Map([...house, [file, importsIn(texts.join('\n'))]]);

  test('an import that is not allowed', () => {
    const file = 'lib/ari/channel.ts';
    const text = "import { callHandler } from '../call-handler/call-handler.ts';";
    expect(forbidden(file, planted(file, text))).toEqual(['../call-handler/call-handler.ts']);
  });

  test('the CDK where it does not belong', () => {
    const file = 'connector/main.ts';
    expect(forbidden(file, planted(file, "import { Stack } from 'aws-cdk-lib';"))).toEqual(['aws-cdk-lib']);
  });

  test('an import past a door', () => {
    const file = 'lib/local/local-system.ts';
    const text = "import { Wait } from './bus/target-input.ts';";
    expect(pastTheDoor(file, planted(file, text))).toEqual(['./bus/target-input.ts']);
  });

  test('a circle, of types alone too', () => {
    const file = 'lib/ari/errors.ts';
    const [circle] = circles(planted(file, "import type { AriClient } from './client.ts';"));
    expect(circle?.toSorted()).toEqual(['lib/ari/client.ts', 'lib/ari/errors.ts']);
  });
});
