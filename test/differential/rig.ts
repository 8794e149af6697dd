import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import type { Observations } from './compare.ts';
import { Coverage } from './coverage.ts';
import { afterBusyRuns, type Outcome, outcomeOf } from './outcome.ts';
import { DEAF_ADDRESS, DEAF_PHONE, LONG_SOUND, LONG_SOUND_SECONDS, PHONE, type Program, SHARED } from './program.ts';
import { context, QUIET_MS, realTarget, USER } from './real-target.ts';
import { type Observation, runProgram } from './run-program.ts';
import { simulatedTarget } from './simulated-target.ts';

/** Programs that run at the same time. */
export const AT_ONCE = Number(process.env.AT_ONCE ?? 48);
/** How often every program runs on Asterisk. */
const RUNS = 2;
/** What passes of the simulator's time where Asterisk is waited for: as long, and longer, as on a busy machine. */
const PACES_MS = [QUIET_MS, 2 * QUIET_MS, 4 * QUIET_MS] as const;
/** In how many parts programs run again that were under way when Asterisk crashed. */
const PARTS = 4;

/** How programs run again on Asterisk. */
export interface Again {
  /** How often each of them runs. */
  times: number;
  /** How many run at the same time. */
  together: number;
  /** Whether that keeps Asterisk as busy as can be. @default false */
  isBusy?: boolean;
}

/** Errors of a connection whose other end is gone, or hangs. */
const LOST =
  /ECONNRESET|ECONNREFUSED|EPIPE|UND_ERR_SOCKET|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|UND_ERR_CONNECT_TIMEOUT|socket hang up|other side closed|Unexpected server response/;

/** A real Asterisk beside the simulator. */
export class Rig {
  readonly coverage = new Coverage();
  readonly #asterisk: RealAsterisk;
  readonly #startedAt = (Date.now() % 2 ** 31).toString(36);
  #prefixes = 0;

  private constructor(asterisk: RealAsterisk) {
    this.#asterisk = asterisk;
  }

  static async start(): Promise<Rig> {
    const asterisk = await RealAsterisk.prepare();
    const more = { 'http.conf': 'sessionlimit = 2000\n', 'pjsip.conf': phones(asterisk.sipPort) };
    asterisk.configure([USER], '[default]\n', more);
    asterisk.addSilence(LONG_SOUND, LONG_SOUND_SECONDS);
    await started(asterisk);
    return new Rig(asterisk);
  }

  /** Compares programs; for one at which Asterisk itself crashes or hangs there is no outcome. */
  async compared(programs: readonly Program[]): Promise<(Outcome | undefined)[]> {
    const simulated = await Promise.all(programs.map((program) => this.#simulated(program)));
    let outcomes: (Outcome | undefined)[] = programs.map((program, at) => outcomeOf(program, at_(simulated, at), []));
    for (let run = 0; run < RUNS; run++) outcomes = await this.comparedAgain(outcomes, { times: 1, together: AT_ONCE });
    return outcomes;
  }

  /** Runs programs more often on Asterisk. */
  async comparedAgain(
    outcomes: readonly (Outcome | undefined)[],
    { times, together, isBusy = false }: Again,
  ): Promise<(Outcome | undefined)[]> {
    const left = outcomes.filter((outcome) => outcome !== undefined);
    const copies = Array.from({ length: times }, () => left.map(({ program }) => program)).flat();
    const seen = await this.#real(copies, together);
    return outcomes.map((outcome) => {
      if (!outcome) return undefined;
      const { program, simulated, real } = outcome;
      const runs = seen.filter((_, index) => index % left.length === left.indexOf(outcome));
      if (!runs.every((run) => run !== undefined)) return undefined;
      return isBusy ? afterBusyRuns(outcome, runs) : outcomeOf(program, simulated, [...real, ...runs]);
    });
  }

  /** Runs a program on the simulator at each pace: what depends on how long a step takes is noise. */
  async #simulated(program: Program): Promise<Observations> {
    const [first, ...others] = PACES_MS;
    const all: [Observation, ...Observation[]] = [await this.#simulatedAt(program, first)];
    for (const paceMs of others) all.push(await this.#simulatedAt(program, paceMs));
    return all;
  }

  async #simulatedAt(program: Program, quietMs: number): Promise<Observation> {
    const prefix = this.#newPrefix();
    const target = simulatedTarget(program, prefix, quietMs);
    try {
      return await runProgram(program, target, prefix);
    } finally {
      await target.close();
    }
  }

  async stop(): Promise<void> {
    await this.#asterisk.stop();
  }

  /** Asterisk keeps device states when it restarts: no name of an earlier run may come again. */
  #newPrefix(): string {
    return `d${this.#startedAt}n${++this.#prefixes}x`;
  }

  /** @returns what was seen of each program; nothing of one at which Asterisk crashes or hangs */
  async #real(programs: readonly Program[], together: number): Promise<(Observation | undefined)[]> {
    const seen: (Observation | undefined)[] = programs.map(() => undefined);
    const groups = [[...programs.keys()]];
    for (let group = groups.shift(); group; group = groups.shift()) {
      const loss = await this.#runTogether(programs, group, seen, together);
      if (loss === undefined) continue;
      if (!LOST.test(`${(loss as { code?: string }).code} ${(loss as Error).message}`)) throw loss;
      await this.#asterisk.stop('SIGKILL');
      await started(this.#asterisk);
      // Those that were under way run again, with fewer others: one of them did it.
      const suspects = group.filter((at) => seen[at] === undefined);
      const part = Math.ceil(suspects.length / PARTS);
      for (let from = 0; suspects.length > 1 && from < suspects.length; from += part) {
        groups.unshift(suspects.slice(from, from + part));
      }
    }
    return seen;
  }

  /**
   * @param group which of the programs run
   * @param seen what is seen of each
   * @param together how many run at the same time
   * @returns the error that kept some from their end, if there was one
   */
  async #runTogether(
    programs: readonly Program[],
    group: readonly number[],
    seen: (Observation | undefined)[],
    together: number,
  ): Promise<unknown> {
    const runs = group.map((at) => ({ program: at_(programs, at), at, prefix: this.#newPrefix() }));
    const contexts = runs.map(({ program, prefix }) => context(program, prefix));
    await this.#asterisk.loadDialplan([ANSWERING, SHARED, ...contexts].join(''));
    const queue = [...runs];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        try {
          const target = await realTarget(this.#asterisk, next.prefix);
          const note = this.coverage.note.bind(this.coverage);
          const observation = await runProgram(next.program, target, next.prefix, note);
          await target.close();
          seen[next.at] = observation;
        } catch (error) {
          queue.length = 0;
          throw error;
        }
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: together }, work));
    return workers.find((worker) => worker.status === 'rejected')?.reason;
  }
}

/** Debian's demonstration in Lua adds extensions to the context `default`, where a program's channels may go on. */
async function started(asterisk: RealAsterisk): Promise<void> {
  await asterisk.start();
  await asterisk.cli('module unload pbx_lua.so');
}

/** What answers as a phone: Asterisk itself. */
const ANSWERING = `[default]\nexten => the-${PHONE},1,Ringing()\n same => n,Answer()\n same => n,Wait(3600)\n\n`;

/** The phones of pjsip.conf. */
function phones(sipPort: number): string {
  const phone = (name: string, contact: string): string =>
    `[${name}]\ntype = endpoint\naors = ${name}\nallow = ulaw\n[${name}]\ntype = aor\ncontact = ${contact}\n`;
  return phone(DEAF_PHONE, DEAF_ADDRESS) + phone(PHONE, `sip:the-${PHONE}@127.0.0.1:${sipPort}`);
}

function at_<T>(list: readonly T[], at: number): T {
  return list[at] as T;
}
