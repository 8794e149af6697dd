import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../../lib/events/pattern/index.ts';
import { fitsWildcard, parseWildcard } from '../../lib/events/pattern/wildcard.ts';

const RULES = 300;
const SECONDS = 3;
const ORACLE = fileURLToPath(new URL('../oracle/', import.meta.url));

const TYPES = [
  'StasisStart',
  'StasisEnd',
  'ChannelDtmfReceived',
  'PlaybackFinished',
  'ChannelDestroyed',
  'ChannelHold',
];
const APPLICATIONS = ['Intro-IVR', 'Super-Conference', 'Voicemail', 'Queue', 'Survey'];
const NODES = ['pbx-1', 'pbx-2', 'pbx-3', 'pbx-4'];

/** Rules as operators write them: most by literals, and each operator among them. */
function ruleNumber(i: number): object {
  const pick = <T>(all: readonly T[], by: number) => all[Math.floor(i / by) % all.length] as T;
  const application = pick(APPLICATIONS, 1);
  const base = { source: ['asterisk.ari'], 'detail-type': [pick(TYPES, 5)] };
  const extras: object[] = [
    { application: [application] },
    { application: [application], metadata: { node: [pick(NODES, 30)] } },
    { application: [{ prefix: application.slice(0, 3) }] },
    { application: [{ 'anything-but': application }] },
    { channel: { name: [{ wildcard: `PJSIP/*-${i % 10}*` }] } },
    { channel: { caller: { number: [{ suffix: String(i % 100) }] } } },
    { cause: [{ numeric: ['>=', i % 20, '<', (i % 20) + 3] }] },
    { digit: [{ exists: true }], 'replay-name': [{ exists: false }] },
    { channel: { state: [{ 'equals-ignore-case': 'UP' }] }, application: [application] },
    { $or: [{ digit: ['#', '*'] }, { cause: [16, 17] }] },
  ];
  return { ...base, detail: extras[i % extras.length] };
}

function eventNumber(i: number): object {
  const pick = <T>(all: readonly T[], by: number) => all[Math.floor(i / by) % all.length] as T;
  const type = pick(TYPES, 1);
  const id = `1795403597.${i}`;
  return {
    version: '0',
    id: `5d4a0d5f-1f7e-4b8b-9a57-${String(i).padStart(12, '0')}`,
    'detail-type': type,
    source: 'asterisk.ari',
    account: '123456789012',
    time: '2026-11-23T12:00:00Z',
    region: 'eu-west-1',
    resources: [`pbx-1/channel/${id}`],
    detail: {
      type,
      timestamp: '2026-11-23T12:00:00.000+0000',
      application: pick(APPLICATIONS, 2),
      asterisk_id: '00:16:3e:aa:bb:cc',
      ...(type === 'ChannelDtmfReceived' && { digit: String(i % 10), duration_ms: 120 }),
      ...(type === 'ChannelDestroyed' && { cause: 16, cause_txt: 'Normal Clearing' }),
      channel: {
        id,
        name: `PJSIP/alice-0000000${i % 10}`,
        state: i % 2 ? 'Up' : 'Ring',
        protocol_id: '',
        caller: { name: 'Alice', number: String(1000 + i) },
        connected: { name: '', number: '' },
        accountcode: '',
        dialplan: { context: 'default', exten: '100', priority: 3, app_name: 'Stasis', app_data: 'Intro-IVR' },
        creationtime: '2026-11-23T12:00:00.000+0000',
        language: 'en',
        channelvars: { 'CHANNEL(linkedid)': id },
      },
      metadata: {
        id: `pbx-1/${i}`,
        node: pick(NODES, 3),
        connection: 'c1',
        sequence: i,
        channelId: id,
        channelSequence: i,
        callId: id,
        receivedAt: '2026-11-23T12:00:00.001Z',
      },
    },
  };
}

/**
 * Repeats the work for a while.
 *
 * @returns how often it was done in a second of this thread's CPU time: other work on the machine takes none of it
 */
function perSecond(work: () => void, seconds: number): number {
  const before = process.threadCpuUsage();
  let times = 0;
  for (;;) {
    for (let i = 0; i < 10; i++) work();
    times += 10;
    const { user, system } = process.threadCpuUsage(before);
    const elapsed = (user + system) / 1e6;
    if (elapsed >= seconds) return Math.round(times / elapsed);
  }
}

/** Steps of a pattern that makes other matchers go back and forth, for each character of the value. */
function wildcardSteps(length: number): number {
  const work = { steps: 0 };
  fitsWildcard(`"${'a'.repeat(length)}"`, parseWildcard(`"${'*a'.repeat(500)}*aaaab*c*"`), work);
  return Math.round((work.steps / length) * 100) / 100;
}

/** The rules, compiled by the matcher of another checkout. */
async function compiledBy(checkout: string, rules: readonly object[]): Promise<ReturnType<typeof compile>> {
  const pattern = (await import(join(checkout, 'lib/events/pattern/index.ts'))) as { compile: typeof compile };
  return pattern.compile(rules as Parameters<typeof compile>[0]);
}

export async function bench({ before }: { before?: string }): Promise<object> {
  const rules = Array.from({ length: RULES }, (_, i) => ruleNumber(i));
  const events = Array.from({ length: 120 }, (_, i) => eventNumber(i));
  const texts = events.map((event) => JSON.stringify(event));

  const install = spawnSync(`${ORACLE}install-ruler.sh`, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (install.status !== 0) throw new Error(`install-ruler.sh ended with ${install.status}`);
  const input = JSON.stringify({ rules: rules.map((rule) => JSON.stringify(rule)), events: texts, seconds: SECONDS });
  const java = spawnSync('java', ['-cp', `${ORACLE}.ruler/*`, `${ORACLE}Bench.java`], { input, encoding: 'utf8' });
  if (java.status !== 0) throw new Error(`Bench.java ended with ${java.status}: ${java.stderr}`);
  const ruler = JSON.parse(java.stdout) as { rounds: number; matches: number };

  const patterns = compile(rules as Parameters<typeof compile>[0]);
  let matched = 0;
  for (const event of events) matched += patterns.matching(event).length;
  if (matched !== ruler.matches)
    throw new Error(`Expected ${ruler.matches} matches as event-ruler finds, got ${matched}`);

  const one = compile([
    { source: ['asterisk.ari'], 'detail-type': ['StasisStart'], detail: { application: ['Queue'] } },
  ]);
  const measure = (work: () => void) => {
    perSecond(work, SECONDS / 2); // until it is compiled
    return perSecond(work, SECONDS);
  };
  const parsed = measure(() => events.forEach((event) => void patterns.matching(event))) * events.length;
  const text = measure(() => texts.forEach((event) => void patterns.matching(event))) * events.length;
  const json = measure(() => texts.forEach((event) => void patterns.matching(JSON.parse(event)))) * events.length;
  const single = measure(() => events.forEach((event) => void one.matches(event))) * events.length;
  const earlier = before === undefined ? undefined : await compiledBy(before, rules);
  const textBefore = earlier && measure(() => texts.forEach((event) => void earlier.matching(event))) * events.length;
  const perEvent = (count: number) => Math.round((count / events.length) * 10) / 10;
  return {
    rules: RULES,
    events: events.length,
    'rules matched per event': perEvent(matched),
    'events a second of CPU time: parsed events': parsed,
    'events a second of CPU time: JSON.parse and match': json,
    'events a second of CPU time: JSON text': text,
    'events a second of CPU time: JSON text, event-ruler 2.1.0': ruler.rounds * events.length,
    ...(textBefore !== undefined && {
      'events a second of CPU time: JSON text, before': textBefore,
      'JSON text, to before': Number((text / textBefore).toFixed(2)),
    }),
    'JSON text, to event-ruler': Number((text / (ruler.rounds * events.length)).toFixed(2)),
    'one pattern, parsed event, microseconds': Math.round((1e6 / single) * 1000) / 1000,
    'worst wildcard, steps per character of 1,000': wildcardSteps(1_000),
    'worst wildcard, steps per character of 100,000': wildcardSteps(100_000),
  };
}
