/**
 * What extensions do, by their names: in the context `default`, or in another as `exten@context`. Either what `Stasis()`
 * is given, after which the call is hung up (`Super-Conference,100`), or the applications one by one
 * (`['Answer()', 'Stasis(Intro-IVR)', 'Wait(60)']`). The extension `T` of a context is where a call goes on whose
 * `TIMEOUT(absolute)` is over.
 *
 * Known are Answer, Busy, Congestion, Goto, GotoIf, Hangup, NoOp, Playback, Progress, Read, Ringing, Set, Stasis,
 * UserEvent, Wait; `${…}` and `$[…]` are substituted.
 */
export type Extensions = Readonly<Record<string, string | readonly string[]>>;

/** The dialplan of the user's documents. */
export const DOCUMENTED_DIALPLAN: Extensions = { ivr: 'Intro-IVR', conference: 'Super-Conference,100' };

/** A line of an extension: `Read` and `DIGITS,,4`. */
export interface Line {
  application: string;
  data: string;
}

/** extensions.conf, as much of it as a test of call handlers needs. */
export class Dialplan {
  readonly #extensions = new Map<string, Line[]>();

  constructor(extensions: Extensions, applications: readonly string[]) {
    for (const [name, steps] of Object.entries(extensions)) {
      const lines = typeof steps === 'string' ? [`Stasis(${steps})`, 'Hangup()'] : steps;
      this.#extensions.set(
        name.includes('@') ? name : `${name}@default`,
        lines.map((line) => parsed(line, applications)),
      );
    }
  }

  /** The extensions of the context `default`. */
  get extensions(): string[] {
    return [...this.#extensions.keys()].flatMap((name) => (name.endsWith('@default') ? [name.slice(0, -8)] : []));
  }

  has(context: string, exten: string, priority = 1): boolean {
    return this.line(context, exten, priority) !== undefined;
  }

  line(context: string, exten: string, priority: number): Line | undefined {
    return this.#extensions.get(`${exten}@${context}`)?.[priority - 1];
  }
}

function parsed(line: string, applications: readonly string[]): Line {
  const [, application = '', data = ''] = /^(\w+)\((.*)\)$/s.exec(line.trim()) ?? [];
  const known = applications.find((name) => name.toLowerCase() === application.toLowerCase());
  if (known === undefined)
    throw new Error(`Expected ${applications.map((name) => `${name}()`).join(', ')}, got ${line}`);
  return { application: known, data };
}
