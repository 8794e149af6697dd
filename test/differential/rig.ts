import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import { type Comparison, compare } from './compare.ts';
import { Coverage } from './coverage.ts';
import { LONG_SOUND, LONG_SOUND_SECONDS, type Program } from './program.ts';
import { context, realTarget, USER } from './real-target.ts';
import { type Observation, runProgram } from './run-program.ts';
import { simulatedTarget } from './simulated-target.ts';

/** Programs that run at the same time. */
const AT_ONCE = Number(process.env.AT_ONCE ?? 48);
/** In how many parts programs run again at one of which Asterisk has crashed. */
const PARTS = 4;
/** How often a program that disagrees runs on Asterisk, until the disagreement counts. */
const RUNS = 3;

export interface Outcome extends Comparison {
  program: Program;
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
    const more = { 'http.conf': 'sessionlimit = 2000\n' };
    asterisk.configure([USER], '[default]\n', more);
    asterisk.addSilence(LONG_SOUND, LONG_SOUND_SECONDS);
    await asterisk.start();
    return new Rig(asterisk);
  }

  /** Compares programs; for one at which Asterisk itself crashes or hangs there is no outcome. */
  async compared(programs: readonly Program[]): Promise<(Outcome | undefined)[]> {
    try {
      return await this.#comparedAtOnce(programs);
    } catch (error) {
      if (!LOST.test(`${(error as { code?: string }).code} ${(error as Error).message}`)) throw error;
      await this.#asterisk.stop('SIGKILL');
      await this.#asterisk.start();
    }
    if (programs.length <= 1) return programs.map(() => undefined);
    const part = Math.ceil(programs.length / PARTS);
    const outcomes: (Outcome | undefined)[] = [];
    for (let from = 0; from < programs.length; from += part) {
      outcomes.push(...(await this.compared(programs.slice(from, from + part))));
    }
    return outcomes;
  }

  /** Runs programs on both, those that disagree more often, and compares. */
  async #comparedAtOnce(programs: readonly Program[]): Promise<Outcome[]> {
    const simulated = await Promise.all(programs.map((program) => this.simulated(program)));
    const runs = [await this.#real(programs), await this.#real(programs)];
    const compareAll = (): Comparison[] =>
      programs.map((_, at) => compare(at_(simulated, at), runs.flatMap((run) => run.get(at) ?? []) as never));
    let compared = compareAll();
    for (let run = runs.length; run < RUNS; run++) {
      const doubtful = programs.filter((_, at) => at_(compared, at).disagreements.length > 0);
      if (doubtful.length === 0) break;
      runs.push(await this.#real(programs, (at) => at_(compared, at).disagreements.length > 0));
      compared = compareAll();
    }
    return programs.map((program, at) => ({ program, ...at_(compared, at) }));
  }

  async simulated(program: Program): Promise<Observation> {
    const prefix = this.#newPrefix();
    const target = simulatedTarget(program, prefix);
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

  /** @returns what was seen of each program, by its index */
  async #real(
    programs: readonly Program[],
    wanted = (_at: number): boolean => true,
  ): Promise<Map<number, Observation>> {
    const runs = programs
      .map((program, at) => ({ program, at, prefix: this.#newPrefix() }))
      .filter(({ at }) => wanted(at));
    await this.#asterisk.loadDialplan(runs.map(({ program, prefix }) => context(program, prefix)).join(''));
    const seen = new Map<number, Observation>();
    const queue = [...runs];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        try {
          const target = await realTarget(this.#asterisk, next.prefix);
          seen.set(
            next.at,
            await runProgram(next.program, target, next.prefix, (...one) => this.coverage.note(...one)),
          );
          await target.close();
        } catch (error) {
          queue.length = 0;
          throw error;
        }
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
    return seen;
  }
}

function at_<T>(list: readonly T[], at: number): T {
  return list[at] as T;
}
