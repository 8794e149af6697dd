import { stripVTControlCharacters, styleText } from 'node:util';
import type { ServedCommand } from '../simulator/ari-server.ts';
import type { BusEvent } from './bus.ts';
import type { LocalObserver } from './local-system.ts';

type Style = Parameters<typeof styleText>[0];

/** Who speaks in a line of the terminal. */
const LANES: Record<string, Style> = {
  caller: 'magenta',
  asterisk: 'yellow',
  bus: 'cyan',
  function: 'green',
  connector: 'blue',
};

/** Events that say nothing to a person who watches a call. */
const QUIET = new Set(['ChannelVarset', 'ChannelDialplan']);

/** Tells in the terminal what happens to calls, one line for each step. */
export class Terminal implements LocalObserver {
  readonly #started = performance.now();
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`)) {
    this.#write = write;
  }

  say(lane: keyof typeof LANES, text: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(3).padStart(8);
    this.#write(`${styleText('dim', seconds)}  ${styleText(LANES[lane] ?? 'white', lane.padEnd(9))}  ${text}`);
  }

  onEvent(event: BusEvent, rules: { title: string }[]): void {
    if (QUIET.has(event['detail-type'])) return;
    const route = rules.length > 0 ? styleText('dim', ` → ${rules.map(({ title }) => title).join(', ')}`) : '';
    this.say('bus', `${styleText('bold', event['detail-type'])} ${aboutOf(event)}${route}`);
  }

  onInvocation(
    fn: { title: string },
    event: BusEvent,
    { ms, cold, error }: { ms: number; cold: boolean; error?: string },
  ): void {
    const took = styleText('dim', ` ${ms.toFixed(0)} ms${cold ? ', cold start' : ''}`);
    const outcome = error ? styleText('red', ` failed: ${error}`) : '';
    this.say('function', `${fn.title} handled ${event['detail-type']}${took}${outcome}`);
  }

  onCommand({ operation, path, status }: ServedCommand): void {
    if (operation.endsWith('ChannelVar')) return;
    const verdict = status < 400 ? String(status) : styleText('red', String(status));
    this.say('asterisk', `${operation} ${styleText('dim', path)} ${verdict}`);
  }

  onLog(origin: string, line: string): void {
    const parsed = logLineOf(line);
    if (parsed?.level === 'info') return;
    const lane = origin === 'connector' ? 'connector' : 'function';
    this.say(lane, `${origin === 'connector' ? '' : `${origin}: `}${styleText('red', parsed?.message ?? line)}`);
  }
}

/** The few words that tell one event of a type from another. */
function aboutOf({ detail }: BusEvent): string {
  const { node, digit, args, playback, bridge, channel, reason } = detail as {
    node?: string;
    digit?: string;
    args?: string[];
    playback?: { media_uri: string };
    bridge?: { id: string; channels: string[] };
    channel?: { caller?: { name: string }; id: string };
    reason?: string;
  };
  const parts = [
    node,
    channel && (channel.caller?.name || channel.id),
    digit && `pressed ${digit}`,
    args && args.length > 0 && `(${args.join(',')})`,
    playback?.media_uri,
    bridge && `room ${bridge.id}, ${bridge.channels.length} in it`,
    reason,
  ];
  // A caller's name may hold anything, also what a terminal would obey.
  return stripVTControlCharacters(parts.filter(Boolean).join(' '));
}

function logLineOf(line: string): { level: string; message: string } | undefined {
  try {
    return JSON.parse(line) as { level: string; message: string };
  } catch {
    return undefined;
  }
}
