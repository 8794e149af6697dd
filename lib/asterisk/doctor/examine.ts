import { reasonOf } from '../../ari/errors.ts';
import type { Check } from './check.ts';
import { apps, events, roundTrip } from './events.ts';
import { Examination, type Patient, type Role } from './examination.ts';
import { error, type Finding, type Outcome, skipped, warning } from './finding.ts';
import { ari, http, prefix } from './http.ts';
import { modules } from './modules.ts';
import { name, port } from './network.ts';
import { channel, channelvars, passwordFormat, writeTimeout } from './options.ts';
import { rescue } from './rescue.ts';
import { clock, keepAlive, sessions, sounds } from './server.ts';
import { tls } from './tls.ts';
import { connector, connectorReadOnly, handlers, handlersMayWrite } from './users.ts';
import { verbs } from './verbs.ts';
import { knownBugs, version } from './version.ts';

/** In order: every check comes after the checks that it needs. */
export const CHECKS: readonly Check[] = [
  name,
  port,
  tls,
  http,
  prefix,
  ari,
  sessions,
  connector,
  handlers,
  connectorReadOnly,
  handlersMayWrite,
  version,
  knownBugs,
  modules,
  events,
  apps,
  channel,
  channelvars,
  writeTimeout,
  passwordFormat,
  rescue,
  verbs,
  keepAlive,
  sounds,
  clock,
  roundTrip,
];

/** Time limit for one check. */
const LIMIT_MS = 30_000;

/**
 * Examines an Asterisk server from the outside.
 *
 * @param more additional checks, run after all others
 * @param signal cancels the examination; what it has created is removed
 * @returns findings, one by one as they are made
 */
export async function* examine(
  patient: Patient,
  { more = [], signal }: { more?: readonly Check[]; signal?: AbortSignal } = {},
): AsyncGenerator<Finding, void> {
  const examination = new Examination(patient);
  /** What has to be fixed first, in words, by the check that found it or was skipped for it. */
  const hindrances = new Map<string, string>();
  try {
    for (const check of [...CHECKS, ...more]) {
      if (signal?.aborted) break;
      for (const outcome of await outcomesOf(check, examination, hindrances, signal)) {
        if (outcome.verdict === 'error') hindrances.set(check.name, `fix "${check.name}"`);
        yield { check: check.name, ...outcome };
      }
    }
    for (const left of await examination.end()) {
      yield { check: 'left-behind', ...warning(`could not remove ${left}`) };
    }
  } finally {
    await examination.end();
  }
}

async function outcomesOf(
  check: Check,
  examination: Examination,
  hindrances: Map<string, string>,
  signal: AbortSignal | undefined,
): Promise<Outcome[]> {
  const hindrance = hindranceOf(check, examination, hindrances);
  if (hindrance !== undefined) {
    hindrances.set(check.name, hindrance);
    return [skipped(`not examined: ${hindrance} first`)];
  }
  const { limitMs = LIMIT_MS } = check;
  const stop = new Promise<never>((_, reject) => {
    AbortSignal.timeout(limitMs).addEventListener('abort', () =>
      reject(new Error(`not finished within ${limitMs / 1000} s`)),
    );
    signal?.addEventListener('abort', () => reject(new Error('examination cancelled')), { once: true });
  });
  try {
    return [await Promise.race([check.look(examination), stop])].flat();
  } catch (cause) {
    const said = cause instanceof Error && 'code' in cause ? examination.explain(cause).says : reasonOf(cause);
    return [error(said)];
  }
}

/** Why a check cannot run: the first fault among the checks that it needs. */
function hindranceOf(
  { needs, as }: Check,
  examination: Examination,
  hindrances: ReadonlyMap<string, string>,
): string | undefined {
  const need = needs.find((name) => hindrances.has(name));
  if (need !== undefined) return hindrances.get(need);
  if (as === undefined || (as === 'reader' ? examination.reader !== undefined : examination.accepted.has(as)))
    return undefined;
  const roles: Role[] = as === 'reader' ? ['connector', 'handlers'] : [as];
  const refused = roles.find((role) => hindrances.has(role));
  if (refused !== undefined) return hindrances.get(refused);
  return `Asterisk must accept ${as === 'reader' ? 'a user' : `the user "${examination.sectionOf(as)}"`}`;
}
