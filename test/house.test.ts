import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Which rooms each room may import from, beside itself and the public face `ari-eventbridge`, whose own imports are
 * held to the same. `lib/log.ts`, which imports nothing, is open to all.
 */
const ARROWS: Record<string, string[]> = {
  'lib/ari': [],
  'lib/events': ['lib/ari'],
  'lib/call-handler': ['lib/ari', 'lib/events'],
  'lib/asterisk': ['lib/ari'],
  'lib/simulator': ['lib/ari'],
  'lib/testing': ['lib/ari', 'lib/events', 'lib/call-handler', 'lib/simulator'],
  'lib/cdk': ['lib/ari', 'lib/events'],
  'lib/local': ['lib/ari', 'lib/events', 'lib/simulator'],
  'lib/cost': [],
  connector: ['lib/ari', 'lib/events'],
  functions: [],
  'lib/index.ts': ['lib/ari', 'lib/events', 'lib/call-handler'],
  'lib/log.ts': [],
  bin: ['lib/ari', 'lib/asterisk', 'lib/cdk', 'lib/cost', 'lib/local', 'lib/index.ts'],
};
const NO_CDK = [
  'lib/ari',
  'lib/events',
  'lib/call-handler',
  'lib/asterisk',
  'lib/simulator',
  'lib/testing',
  'lib/local',
  'lib/cost',
  'connector',
  'functions',
];

const sources = ['lib', 'connector', 'functions', 'bin'].flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(top, file)),
);

function roomOf(file: string): string {
  const room = Object.keys(ARROWS).find((name) => file === name || file.startsWith(`${name}/`));
  if (!room) throw new Error(`${file} stands in no room of the house`);
  return room;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const whole = text.matchAll(/^(?:import|export|\})[^;]*?from '([^']+)'/gm);
  const late = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...whole, ...late].map(([, name]) => name as string);
}

test.each(sources)('%s imports only what its room may', (file) => {
  const room = roomOf(file);
  for (const imported of importsOf(file)) {
    if (imported.startsWith('.')) {
      const target = roomOf(normalize(join(dirname(file), imported)));
      expect([room, 'lib/log.ts', ...(ARROWS[room] ?? [])], `${file} imports ${imported}`).toContain(target);
    } else if (NO_CDK.includes(room)) {
      expect(imported).not.toMatch(/^(aws-cdk-lib|constructs)/);
    }
  }
});

test('there are sources to look at', () => {
  expect(sources.length).toBeGreaterThan(40);
});
