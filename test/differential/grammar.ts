import fc, { type Arbitrary } from 'fast-check';
import { bridgeCommands } from './grammar/bridge-commands.ts';
import { channelCommands } from './grammar/channel-commands.ts';
import { dialplan } from './grammar/dialplan.ts';
import { otherCommands } from './grammar/other-commands.ts';
import { type Command, DIALLED, type Program, type Step } from './program.ts';

const acts: [number, Arbitrary<Step>][] = [
  [4, fc.constantFrom('1', '5', '#', '12', '4711', '*').map((digits) => ({ kind: 'press', digits }))],
  [1, fc.constant({ kind: 'hang up' })],
  [0.3, fc.constant({ kind: 'wait', seconds: 5 })],
];

const commands: [number, Arbitrary<Command>][] = [...channelCommands, ...bridgeCommands, ...otherCommands];

const step = fc.oneof(
  ...[...acts, ...commands].map(([weight, arbitrary]) => ({
    weight: Math.round(weight * 10),
    arbitrary: arbitrary as Arbitrary<Step>,
  })),
);

/** Every operation that occurs in programs. */
export const OPERATIONS: ReadonlySet<string> = new Set(
  commands.flatMap(([, arbitrary]) => fc.sample(arbitrary, { numRuns: 1, seed: 1 }).map(({ operation }) => operation)),
);

/** Random programs of 5 to 30 steps. */
export const programs: Arbitrary<Program> = fc
  .record({ dialplan, steps: fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }) })
  .map(timed)
  .map(withOwnIds)
  .map(withEndedRecordings);

function calls(taken: Step, endpoint: string): boolean {
  return taken.kind === 'command' && taken.params.endpoint === endpoint;
}

function calling(taken: Step, endpoint: string): Step {
  return taken.kind === 'command' ? { ...taken, params: { ...taken.params, endpoint } } : taken;
}

/** How many steps there are until a call's time is over: on Asterisk they take time, and must take less. */
const STEPS_IN_TIME = 5;

/** Waits for what ends a call that may last a few seconds alone. */
function timed({ dialplan, steps }: Program): Program {
  if (!JSON.stringify(dialplan).includes('TIMEOUT(absolute)')) return { dialplan, steps };
  const isShort = (taken: Step): boolean =>
    taken.kind === 'hang up' || (taken.kind === 'command' && !/record|DTMF|originate|play/i.test(taken.operation));
  const [before, after] = [steps.slice(0, STEPS_IN_TIME).filter(isShort), steps.slice(STEPS_IN_TIME)];
  // Another call that goes through the same would last as long, and nothing waits for its end.
  const others = after.map((taken) => (calls(taken, `Local/${DIALLED}@~`) ? calling(taken, 'Local/answers@~') : taken));
  return { dialplan, steps: [...before, { kind: 'wait', seconds: 5 }, ...others] };
}

/**
 * Two playbacks of the same id at the same time get mixed up in Asterisk, and a second media WebSocket of the same id makes
 * it crash: each has an id of its own.
 */
function withOwnIds({ dialplan, steps }: Program): Program {
  const used = new Map<string, number>();
  const own = (id: string): string => {
    const count = used.get(id) ?? 0;
    used.set(id, count + 1);
    return count === 0 ? id : `${id}${count + 1}`;
  };
  const renamed = steps.map((taken): Step => {
    if (taken.kind !== 'command') return taken;
    if (taken.operation === 'channels.externalMedia' && taken.params.transport === 'websocket') {
      return { ...taken, params: { ...taken.params, channelId: own('~socket') } };
    }
    if (!/\.play(WithId)?$/.test(taken.operation)) return taken;
    const inPath = /\/play\/(.*)$/.exec(taken.path)?.[1];
    if (inPath !== undefined) return { ...taken, path: taken.path.replace(/[^/]*$/, own(inPath)) };
    const { playbackId } = taken.params;
    return { ...taken, params: { ...taken.params, playbackId: own(String(playbackId)) } };
  });
  return { dialplan, steps: renamed };
}

/** After how many steps a recording ends, unless something else has ended it. */
const STEPS_OF_RECORDING = 4;

/**
 * Asterisk ends a recording by itself after four seconds without any sound, and there is none on these lines: each
 * recording that has no limit is stopped before. So is it before a recording with a limit, which takes four seconds for
 * want of sound; and none begins after one, as that may still wait for its turn.
 */
function withEndedRecordings({ dialplan, steps }: Program): Program {
  const ended: Step[] = [];
  let running: { name: string; left: number }[] = [];
  let takesSeconds = false;
  for (const taken of steps) {
    if (taken.kind === 'wait' && running.length > 0) continue;
    const isRecording = taken.kind === 'command' && taken.operation.endsWith('.record');
    const isLimited = isRecording && Number(taken.params.maxDurationSeconds) > 0;
    if (isLimited) {
      ended.push(...running.map(({ name }) => liveCommand(name, 'stop')));
      running = [];
      takesSeconds = true;
    } else if (isRecording && takesSeconds) continue;
    ended.push(taken);
    running = running.map(({ name, left }) => ({ name, left: left - 1 }));
    for (const { name } of running.filter(({ left }) => left === STEPS_OF_RECORDING / 2)) {
      ended.push(liveCommand(name, LIVE[ended.length % LIVE.length] ?? 'stop'));
    }
    for (const { name } of running.filter(({ left }) => left === 0)) ended.push(liveCommand(name, 'stop'));
    running = running.filter(({ left }) => left > 0);
    if (isRecording && !isLimited) running.push({ name: String(taken.params.name), left: STEPS_OF_RECORDING });
  }
  ended.push(...running.map(({ name }) => liveCommand(name, 'stop')));
  const last = steps.findLast((taken) => taken.kind === 'command' && taken.operation.endsWith('.record'));
  // Else its file is asked for by chance alone, and seldom found.
  if (last?.kind === 'command') ended.push(getStored(String(last.params.name)));
  return { dialplan, steps: ended };
}

/** What can be done to a recording meanwhile. */
const LIVE = ['pause', 'unpause', 'mute', 'unmute', 'cancel', 'getLive'] as const;
const METHODS = { unpause: 'DELETE', unmute: 'DELETE', cancel: 'DELETE', getLive: 'GET' } as const;

function liveCommand(name: string, action: (typeof LIVE)[number] | 'stop'): Command {
  const method = (METHODS as Partial<Record<string, string>>)[action] ?? 'POST';
  const word = action === 'cancel' || action === 'getLive' ? '' : `/${action.replace('un', '')}`;
  const path = `/recordings/live/${name}${word}`;
  return { kind: 'command', operation: `recordings.${action}`, method, path, params: {}, via: 'query' };
}

function getStored(name: string): Command {
  const path = `/recordings/stored/${name}`;
  return { kind: 'command', operation: 'recordings.getStored', method: 'GET', path, params: {}, via: 'query' };
}
