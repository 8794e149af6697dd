import { confLines } from './dialplan/conf.ts';
import { ExtensionPattern } from './dialplan/pattern.ts';

/**
 * What extensions do, by their names: in the context `default`, or in another as `exten@context`. Either what `Stasis()`
 * is given, after which the call is hung up (`Super-Conference,100`), or the applications one by one
 * (`['Answer()', 'Stasis(Intro-IVR)', 'Wait(60)']`). A name may be a pattern: `_9XXX`. The extension `T` of a context is
 * where a call goes on whose `TIMEOUT(absolute)` is over; `h` is run when a call ends there.
 *
 * Known are the applications of lib/simulator/dialplan/; `${…}` and `$[…]` are substituted.
 */
export type Extensions = Readonly<Record<string, string | readonly string[]>>;

/** The dialplan of the user's documents. */
export const DOCUMENTED_DIALPLAN: Extensions = { ivr: 'Intro-IVR', conference: 'Super-Conference,100' };

/** A line of an extension: `Read` and `DIGITS,,4`. */
export interface Line {
  application: string;
  data: string;
}

interface Extension {
  name: string;
  pattern: ExtensionPattern;
  lines: Map<number, Line>;
  labels: Map<string, number>;
}

/** extensions.conf, as much of it as a test of call handlers needs. */
export class Dialplan {
  readonly #contexts = new Map<string, Extension[]>();
  readonly #applications: readonly string[];

  /**
   * @param applications the names of all that are known
   * @param conf the text of extensions.conf, whose extensions come after the others
   * @throws where one of the extensions has an application that is not known
   */
  constructor(extensions: Extensions, applications: readonly string[], conf = '') {
    this.#applications = applications;
    for (const [name, steps] of Object.entries(extensions)) {
      const lines = typeof steps === 'string' ? [`Stasis(${steps})`, 'Hangup()'] : steps;
      const [exten = '', context = 'default'] = name.split(/@(.*)/s);
      for (const [at, text] of lines.entries()) {
        const line = this.#parsed(text);
        if (!applications.includes(line.application)) {
          throw new Error(`Expected ${applications.map((known) => `${known}()`).join(', ')}, got ${text}`);
        }
        this.#add(context, exten, at + 1, line);
      }
    }
    for (const { context, exten, priority, label, application } of confLines(conf)) {
      this.#add(context, exten, priority, this.#parsed(application), label);
    }
    for (const all of this.#contexts.values()) all.sort((a, b) => ExtensionPattern.compare(a.pattern, b.pattern));
  }

  /** The extensions of the context `default`. */
  get extensions(): string[] {
    return (this.#contexts.get('default') ?? []).map(({ name }) => name);
  }

  has(context: string, exten: string, priority = 1): boolean {
    return this.line(context, exten, priority) !== undefined;
  }

  line(context: string, exten: string, priority: number): Line | undefined {
    return this.#having(context, exten, ({ lines }) => lines.get(priority));
  }

  /** The priority that a number or a label names; undefined where there is no such label. */
  priority(context: string, exten: string, text: string): number | undefined {
    const number = Number.parseInt(text, 10);
    return Number.isNaN(number) ? this.#having(context, exten, ({ labels }) => labels.get(text)) : number;
  }

  /** From the first extension that matches and has it. */
  #having<T>(context: string, exten: string, find: (extension: Extension) => T | undefined): T | undefined {
    for (const extension of this.#contexts.get(context) ?? []) {
      const found = extension.pattern.matches(exten) ? find(extension) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Of two lines at the same place, the first stays. */
  #add(context: string, name: string, priority: number, line: Line, label?: string): void {
    const all = this.#contexts.get(context) ?? [];
    this.#contexts.set(context, all);
    let extension = all.find((known) => known.name === name);
    if (!extension) {
      extension = { name, pattern: new ExtensionPattern(name), lines: new Map(), labels: new Map() };
      all.push(extension);
    }
    if (extension.lines.has(priority)) return;
    extension.lines.set(priority, line);
    if (label !== undefined) extension.labels.set(label, priority);
  }

  #parsed(text: string): Line {
    const [, application = text, data = ''] = /^(\w+)\((.*)\)$/s.exec(text.trim()) ?? [];
    const known = this.#applications.find((name) => name.toLowerCase() === application.toLowerCase());
    return { application: known ?? application, data };
  }
}
