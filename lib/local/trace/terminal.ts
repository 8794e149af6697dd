import { styleText } from 'node:util';
import { pathBelowRoot } from './operation-of.ts';
import { plainLine } from './plain-line.ts';
import type { Step } from './step.ts';

type Style = Parameters<typeof styleText>[0];

/** The origins of a line in the terminal, and their colours. */
const LANES = {
  caller: 'magenta',
  asterisk: 'yellow',
  bus: 'cyan',
  function: 'green',
  connector: 'blue',
  console: 'white',
  local: 'dim',
} satisfies Record<string, Style>;

/** Events of no interest to a person who watches a call. */
const QUIET = new Set(['ChannelVarset', 'ChannelDialplan']);

/** Prints what happens to calls, one line for each step. */
export class Terminal {
  readonly #started = performance.now();
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`)) {
    this.#write = write;
  }

  say(lane: keyof typeof LANES, text: string): void {
    this.#print(lane, plainLine(text));
  }

  /** To be called whenever a step is new or has ended. */
  onStep(step: Step): void {
    const line = lineOf(plain(step));
    if (line) this.#print(...line);
  }

  /** @param text may contain colours; everything else in it is plain */
  #print(lane: keyof typeof LANES, text: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(3).padStart(8);
    this.#write(`${styleText('dim', seconds)}  ${styleText(LANES[lane], lane.padEnd(9))}  ${text}`);
  }
}

/** The step with all its texts as plain lines. */
function plain(step: Step): Step {
  const fields = Object.entries(step).map(([name, value]) => [
    name,
    typeof value === 'string' ? plainLine(value) : Array.isArray(value) ? value.map(plainLine) : value,
  ]);
  return Object.fromEntries(fields) as Step;
}

/** A step's origin and text; `undefined` for steps of no interest to a person who watches a call. */
function lineOf(step: Step): [keyof typeof LANES, string] | undefined {
  switch (step.kind) {
    case 'caller':
      return ['caller', step.text];
    case 'event': {
      if (QUIET.has(step.type)) return undefined;
      const route = step.matched.length > 0 ? styleText('dim', ` → ${step.matched.join(', ')}`) : '';
      return ['bus', `${styleText('bold', step.type)} ${step.about}${route}`];
    }
    case 'invocation': {
      if (step.ms === undefined) return undefined; // printed when it has ended
      const { fn, type, ms, cold, attempt, error, retryInMs, replay } = step;
      const took = styleText('dim', ` ${ms.toFixed(0)} ms${cold ? ', cold start' : ''}`);
      const tries = attempt > 1 ? styleText('dim', `, attempt ${attempt}`) : '';
      const did = replay === undefined ? 'handled' : `(replay ${replay}) went on after`;
      const again = retryInMs === undefined ? '' : `, again in ${(retryInMs / 1000).toFixed(0)} s`;
      const outcome = error === undefined ? '' : styleText('red', ` failed: ${error}${again}`);
      return ['function', `${fn} ${did} ${type}${took}${tries}${outcome}`];
    }
    case 'command': {
      if (step.operation.endsWith('ChannelVar')) return undefined;
      const verdict = step.status === undefined ? (step.error ?? 'no answer') : String(step.status);
      const shown = step.status !== undefined && step.status < 400 ? verdict : styleText('red', verdict);
      return ['asterisk', `${step.operation} ${styleText('dim', pathBelowRoot(step.path))} ${shown}`];
    }
    case 'log': {
      if (step.level === 'info') return undefined;
      const { origin, message } = step;
      // Local mode's own lines.
      if (origin === 'local') return ['local', message];
      if (origin === 'connector') return ['connector', styleText('red', message)];
      return ['function', `${origin}: ${styleText('red', message)}`];
    }
    case 'deadLetter':
      return ['bus', styleText('red', `dead letter in ${step.queue}: ${step.about}`)];
  }
}
