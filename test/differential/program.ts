import { sharedContexts } from '../../lib/asterisk/armed-extensions.ts';

/**
 * A program: what a dialplan, a caller and an app do to one call. Names begin with `~`, which stands for a prefix that
 * no other program has; `~` alone is the program's own context of the dialplan.
 */
export interface Program {
  /** The extensions of the context: what each does, one application a line. */
  dialplan: Record<string, string[]>;
  steps: Step[];
}

export type Step =
  | { kind: 'press'; digits: string }
  | { kind: 'hang up' }
  | { kind: 'wait'; seconds: number }
  | Command;

export interface Command {
  kind: 'command';
  operation: string;
  method: string;
  path: string;
  params: Record<string, unknown>;
  /** Where the parameters travel. */
  via: 'query' | 'body';
}

/** The contexts that every program has: of the verbs and the rescue. */
export const SHARED = sharedContexts('busy');

/** A sound that plays for longer than a program lasts. */
export const LONG_SOUND = 'two-minutes-of-silence';
export const LONG_SOUND_SECONDS = 120;

/** A SIP phone that is registered at a port where nobody listens. */
export const DEAF_PHONE = 'deaf';
export const DEAF_ADDRESS = 'sip:deaf@127.0.0.1:9';
/** A SIP phone that rings and answers at once. */
export const PHONE = 'phone';

/** The numbers of a program's lists of verbs. */
export const LISTS = ['100', '101'] as const;

/** The extension that the caller dials. */
export const DIALLED = 'call';

/** A command as a request below the ARI root. */
export function requestOf(command: Command, prefix: string): { method: string; path: string; body?: object } {
  const path = command.path.replaceAll('~', prefix);
  const params = JSON.parse(JSON.stringify(command.params).replaceAll('~', prefix)) as Record<string, unknown>;
  if (command.via === 'body') return { method: command.method, path, body: params };
  // Objects have no form in a query: they stay in the body.
  const objects = Object.entries(params).filter(([, value]) => typeof value === 'object');
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (typeof value !== 'object') query.append(name, String(value));
  const body = objects.length > 0 ? { body: Object.fromEntries(objects) } : {};
  return { method: command.method, path: query.size > 0 ? `${path}?${query}` : path, ...body };
}

/** A program for people to read. */
export function printed({ dialplan, steps }: Program): string {
  const lines = Object.entries(dialplan).flatMap(([exten, applications]) =>
    applications.map((application, at) => `  exten => ${exten},${at + 1},${application}`),
  );
  return [...lines, ...steps.map((step, at) => `  ${String(at + 1).padStart(2)} ${printedStep(step)}`)].join('\n');
}

function printedStep(step: Step): string {
  if (step.kind === 'press') return `the caller presses ${step.digits}`;
  if (step.kind === 'hang up') return 'the caller hangs up';
  if (step.kind === 'wait') return `${step.seconds} s pass`;
  const { operation, method, path, params, via } = step;
  return `${operation}: ${method} ${path} ${via === 'body' ? 'body ' : ''}${JSON.stringify(params)}`;
}
