import { applicationFields } from '../../ari/arguments.ts';
import type { NewVariable } from '../outgoing-call.ts';
import { Refusal } from '../refusal.ts';

/** Status and body of an answer; no body for 204. */
export type CommandResult = [status: number, body?: unknown];

export const NO_CONTENT: CommandResult = [204];

/**
 * A command's parameters, as Asterisk reads them: those of the path; those of the query, which are texts; those of a
 * JSON body, which are of their own types and count more than the query's.
 */
export class Params {
  readonly #path: Readonly<Record<string, string>>;
  readonly #query: URLSearchParams;
  /** The parsed body; undefined where there is none. */
  readonly body: unknown;

  constructor(path: Readonly<Record<string, string>>, query: URLSearchParams, body: unknown) {
    this.#path = path;
    this.#query = query;
    this.body = body;
  }

  /** A part of the path. */
  id(name: string): string {
    return this.#path[name] ?? '';
  }

  /** A text; undefined where it was not given. Of several in a query, Asterisk takes the last. */
  text(name: string): string | undefined {
    const path = this.#path[name];
    if (path !== undefined) return path;
    const given = this.#given(name);
    if (given !== undefined) return typeof given === 'string' ? given : undefined;
    return this.#query.getAll(name).at(-1);
  }

  /** A whole number; what is none counts as 0. */
  number(name: string, missing = 0): number {
    const given = this.#given(name);
    if (given !== undefined) return Number.isInteger(given) ? Number(given) : 0;
    const text = this.#query.getAll(name).at(-1);
    return text === undefined ? missing : Number.parseInt(text, 10) || 0;
  }

  flag(name: string): boolean {
    const given = this.#given(name);
    return given !== undefined ? given === true : /^(yes|true|y|t|1|on)$/i.test(this.#query.getAll(name).at(-1) ?? '');
  }

  /** A list: in a body as such, or as a single text that is not parted; in a query parted as arguments are. */
  list(name: string): string[] {
    const given = this.#given(name);
    if (given !== undefined)
      return (Array.isArray(given) ? given : [given]).map((item) => (typeof item === 'string' ? item : ''));
    const text = this.#query.getAll(name).at(-1);
    if (text === undefined) return [];
    return text === '' ? [''] : applicationFields(text);
  }

  /** A field of the body. */
  field(name: string): unknown {
    return this.#given(name);
  }

  #given(name: string): unknown {
    return typeof this.body === 'object' && this.body !== null
      ? (this.body as Record<string, unknown>)[name]
      : undefined;
  }
}

/** Variables as a body names them: texts, or objects with a value. */
export function variablesOf(given: unknown): NewVariable[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => (name === '' ? [] : [variableOf(name, value)]));
}

function variableOf(name: string, given: unknown): NewVariable {
  if (typeof given === 'string') return { name, value: given, isReported: false };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Refusal(
      400,
      "Each value in 'variables' must be a string or an object with 'value' and optional 'report_events'",
    );
  }
  const { value, report_events = false } = given as { value?: unknown; report_events?: unknown };
  if (typeof value !== 'string') {
    throw new Refusal(400, "Each object value in 'variables' must include string field 'value'");
  }
  if (typeof report_events !== 'boolean') {
    throw new Refusal(400, "Field 'report_events' in 'variables' entries must be boolean");
  }
  return { name, value, isReported: report_events };
}
