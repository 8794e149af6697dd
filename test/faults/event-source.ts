/**
 * A simulated Asterisk with many calls, in a process of its own: channels enter and leave Stasis, and Asterisk sends
 * numbered user events of them at a given rate.
 */
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';

export type SourceCommand =
  | { kind: 'run'; eventsPerSecond: number; enteringPerSecond: number }
  | { kind: 'pause' }
  | { kind: 'report' };

export interface SourceReport {
  /** Numbered events that were sent to a connector. */
  sent: number;
  /** Channels that entered Stasis. */
  entered: string[];
  /** Channels that are in Stasis now. */
  inStasis: string[];
}

export type SourceMessage =
  | { kind: 'listening'; url: string }
  | { kind: 'done' }
  | { kind: 'report'; report: SourceReport };

const [CHANNELS = '50', USER = '', PASSWORD = ''] = process.argv.slice(2);
const TICK_MS = 5;
/** How long a channel that enters and leaves is in Stasis. */
const STAY_MS = 3000;

const asterisk = await SimulatedAsterisk.start({ users: [{ username: USER, password: PASSWORD, readOnly: true }] });
const entered: string[] = [];
const steady: string[] = [];
const visiting: { id: string; until: number }[] = [];
const numbered: Record<string, number> = {};
let sent = 0;
let running: NodeJS.Timeout | undefined;

function tell(message: SourceMessage): void {
  process.send?.(message);
}

function enter(): string | undefined {
  const id = asterisk.dial('ivr');
  if (id !== undefined) entered.push(id);
  return id;
}

function run(eventsPerSecond: number, enteringPerSecond: number): void {
  clearInterval(running);
  while (steady.length < Number(CHANNELS)) {
    const id = enter();
    if (id === undefined) throw new Error('expected a connector that holds the app, got none');
    steady.push(id);
  }
  const began = performance.now();
  let emitted = 0;
  let came = 0;
  let turn = 0;
  running = setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    for (; came < seconds * enteringPerSecond; came++) {
      const id = enter();
      if (id !== undefined) visiting.push({ id, until: Date.now() + STAY_MS });
    }
    while (visiting[0] && visiting[0].until < Date.now()) asterisk.hangUp((visiting.shift() as { id: string }).id);
    for (; emitted < seconds * eventsPerSecond; emitted++) {
      const id = steady[turn++ % steady.length] as string;
      const n = numbered[id] ?? 0;
      if (asterisk.userEvent('numbered', id, { n })) sent += 1;
      numbered[id] = n + 1;
    }
  }, TICK_MS);
}

process.on('message', (command: SourceCommand) => {
  switch (command.kind) {
    case 'run':
      run(command.eventsPerSecond, command.enteringPerSecond);
      tell({ kind: 'done' });
      break;
    case 'pause':
      clearInterval(running);
      tell({ kind: 'done' });
      break;
    case 'report':
      tell({ kind: 'report', report: { sent, entered, inStasis: asterisk.channels.map(({ id }) => id) } });
      break;
  }
});
process.on('disconnect', () => process.exit());
tell({ kind: 'listening', url: asterisk.url });
