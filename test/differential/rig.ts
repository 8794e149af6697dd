import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import { type Comparison, compare } from './compare.ts';
import { Coverage } from './coverage.ts';
import { DEAF_ADDRESS, DEAF_PHONE, LONG_SOUND, LONG_SOUND_SECONDS, PHONE, type Program } from './program.ts';
import { context, realTarget, USER } from './real-target.ts';
import { type Observation, runProgram } from './run-program.ts';
import { simulatedTarget } from './simulated-target.ts';

/** Programs that run at the same time. */
const AT_ONCE = Number(process.env.AT_ONCE ?? 48);
/** In how many parts programs run again at one of which Asterisk has crashed. */
const PARTS = 4;
/** How often every program runs on Asterisk, and a doubtful one after that, by itself or with few others. */
const RUNS = { ofAll: 2, more: 4 };

export interface Outcome extends Comparison {
  program: Program;
  simulated: Observation;
  real: Observation[];
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
  compared(programs: readonly Program[]): Promise<(Outcome | undefined)[]> {
    return this.#inParts(programs, async (some) => {
      const simulated = await Promise.all(some.map((program) => this.simulated(program)));
      const outcomes = some.map((program, at) => outcomeOf(program, at_(simulated, at), []));
      return this.#comparedAgain(outcomes, RUNS.ofAll);
    });
  }

  /** Runs doubtful programs more often on Asterisk: what differs between any two of all runs is noise. */
  comparedAgain(doubtful: readonly Outcome[]): Promise<(Outcome | undefined)[]> {
    return this.#inParts(doubtful, (some) => this.#comparedAgain(some, RUNS.more));
  }

  async #comparedAgain(outcomes: readonly Outcome[], times: number): Promise<Outcome[]> {
    let compared = [...outcomes];
    for (let run = 0; run < times; run++) {
      const seen = await this.#real(compared.map(({ program }) => program));
      compared = compared.map(({ program, simulated, real }, at) =>
        outcomeOf(program, simulated, [...real, at_(seen, at)]),
      );
    }
    return compared;
  }

  /** Does something with all at once; where Asterisk crashes or hangs at that, with fewer, and with each alone. */
  async #inParts<T, R>(items: readonly T[], work: (items: readonly T[]) => Promise<R[]>): Promise<(R | undefined)[]> {
    try {
      return await work(items);
    } catch (error) {
      if (!LOST.test(`${(error as { code?: string }).code} ${(error as Error).message}`)) throw error;
      await this.#asterisk.stop('SIGKILL');
      await started(this.#asterisk);
    }
    if (items.length <= 1) return items.map(() => undefined);
    const part = Math.ceil(items.length / PARTS);
    const results: (R | undefined)[] = [];
    for (let from = 0; from < items.length; from += part) {
      results.push(...(await this.#inParts(items.slice(from, from + part), work)));
    }
    return results;
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

  /** @returns what was seen of each program */
  async #real(programs: readonly Program[]): Promise<Observation[]> {
    const runs = programs.map((program, at) => ({ program, at, prefix: this.#newPrefix() }));
    const contexts = runs.map(({ program, prefix }) => context(program, prefix));
    await this.#asterisk.loadDialplan([ANSWERING, ...contexts].join(''));
    const seen: Observation[] = [];
    const queue = [...runs];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        try {
          const target = await realTarget(this.#asterisk, next.prefix);
          const note = this.coverage.note.bind(this.coverage);
          seen[next.at] = await runProgram(next.program, target, next.prefix, note);
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

function outcomeOf(program: Program, simulated: Observation, real: Observation[]): Outcome {
  const [first, ...others] = real;
  const nothing: Comparison = { cells: 0, noise: 0, disagreements: [] };
  return { program, simulated, real, ...(first ? compare(simulated, [first, ...others]) : nothing) };
}

function at_<T>(list: readonly T[], at: number): T {
  return list[at] as T;
}
