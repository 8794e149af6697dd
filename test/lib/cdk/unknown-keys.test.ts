import { App } from 'aws-cdk-lib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asteriskFaults } from '../../../lib/asterisk/asterisk-node.ts';
import { readConfig } from '../../../lib/cdk/config.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const secret = (role: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${role}-AbCdEf`;
/** A context with every object that there can be. */
const CONTEXT: { [key: string]: Json } = {
  nodes: [
    {
      name: 'pbx-1',
      url: 'https://pbx-1.example.com:8089/ari',
      apps: ['Intro-IVR'],
      appSettings: { 'Intro-IVR': { subscriptions: ['endpoint:PJSIP'], disallowedEvents: ['ChannelVarset'] } },
      secrets: { connector: secret('connector'), handlers: secret('handlers') },
      asterisk: {
        http: { sessionlimit: 400 },
        ari: { pretty: false },
        users: { connector: { permit: ['192.0.2.1'] }, handlers: { read_only: false } },
        extensions: { ivr: { app: 'Intro-IVR', args: ['a'] } },
        rescue: { 'Intro-IVR': 6 },
      },
    },
  ],
  vpc: {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a'],
    subnetIds: ['subnet-0123456789abcdef0'],
  },
  eventFilter: [{ 'detail-type': ['StasisStart'], detail: { application: ['Intro-IVR'] } }],
  tags: { team: 'telephony' },
};

/** Their keys are names that the operator chooses, or fields of events, of which Asterisk adds more. */
const FREE = ['tags', 'eventFilter.0.detail', 'nodes.0.asterisk.extensions'];

/** Keys that there are, and that the context leaves out. */
const OTHERS = [
  'foreign',
  'proxy',
  'context',
  'fallback',
  'public',
  'source',
  'resources',
  'type',
  'pretty',
  'enabled',
];

/** The paths of all objects; an app's name may have a hyphen, but no full stop here. */
function objectsIn(value: Json, path: string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [];
  const below = Object.entries(value).flatMap(([key, each]) => objectsIn(each, [...path, key]));
  return Array.isArray(value) ? below : [path, ...below];
}

/** A copy with one more key in the object at a path. */
function withKey(path: readonly string[], key: string, value: Json): { [key: string]: Json } {
  const copy = structuredClone(CONTEXT);
  const at = path.reduce((object: Json, step) => (object as { [key: string]: Json })[step] as Json, copy);
  (at as { [key: string]: Json })[key] = value;
  return copy;
}

function faultsOf(context: { [key: string]: Json }): string {
  try {
    readConfig(new App({ context }), asteriskFaults);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const OBJECTS = objectsIn(CONTEXT).filter((path) => !FREE.includes(path.join('.')));

test('the context itself is right', () => {
  expect(faultsOf(CONTEXT)).toBe('');
  expect(OBJECTS).toHaveLength(15);
});

test.each(OBJECTS.map((path) => [path.join('.') || 'the context', path] as const))(
  'a key that nothing reads is refused in %s, and named',
  (_, path) => {
    const known = path.reduce((object: Json, step) => (object as { [key: string]: Json })[step] as Json, CONTEXT);
    // Misspelt ones, and any. Comments begin with two slashes; the CDK's own keys have a colon, an at sign or a slash.
    const misspelt = Object.keys(known as object).flatMap((key) => [
      `${key}s`,
      `${key.slice(0, -1)}`,
      `${key}_`,
      ` ${key}`,
    ]);
    const key = fc
      .oneof(fc.constantFrom(...misspelt, 'event-filter', 'x y'), fc.stringMatching(/^[a-zA-Z][\w .-]{0,12}$/))
      .filter((name) => name !== '' && !(name in (known as object)) && !OTHERS.includes(name));
    fc.assert(
      fc.property(key, fc.constantFrom<Json>('x', true, 1, {}, ['x']), (name, value) => {
        const faults = faultsOf(withKey(path, name, value));
        expect(faults).toContain(JSON.stringify(name).slice(1, -1));
      }),
      { numRuns: 40 },
    );
  },
);
