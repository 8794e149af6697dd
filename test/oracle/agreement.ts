import { compile, InvalidEventException, InvalidEventPatternException } from '../../lib/events/pattern/index.ts';
import type { Verdict } from './judge.ts';

/** The result of our matcher. */
export function ourVerdict(pattern: string, event: unknown): Verdict {
  try {
    return { matches: compile([pattern]).matches(event) };
  } catch (error) {
    if (error instanceof InvalidEventPatternException) return { refused: error.reason };
    if (error instanceof InvalidEventException) return { eventRefused: error.reason };
    throw error;
  }
}

/** Java failing by itself, where the reference has no words for what is wrong. */
const NO_WORDS = new Set(['NullPointerException', 'ArrayIndexOutOfBoundsException']);

/**
 * Whether both results agree. Messages are compared except for two kinds of refusal: where Java itself fails, and of text
 * that is no JSON, as the JSON readers word that differently and may see it before or after another fault.
 */
export function isAgreement(reference: Verdict, ours: Verdict, texts: { pattern: string; event: string }): boolean {
  if (reference.matches !== undefined) return reference.matches === ours.matches;
  if (reference.eventRefused !== undefined) {
    if (ours.eventRefused === undefined) return false;
    return !isJson(texts.event) || reference.eventRefused === ours.eventRefused;
  }
  if (ours.refused === undefined) return false;
  if (!isJson(texts.pattern) || NO_WORDS.has(reference.by ?? '')) return true;
  return reference.refused?.replace("Size of rule 'rule'", 'Size of rule') === ours.refused;
}

/** Whether one field may have a wildcard and text without regard to case, which disturb each other in the reference. */
export function mixesWildcardAndCase(pattern: string): boolean {
  return pattern.includes('"wildcard"') && pattern.includes('"equals-ignore-case"');
}

/** The pattern with each list of alternatives cut down to one, in every combination: any of them has to match. */
export function oneByOne(pattern: string): string[] {
  return combinations(JSON.parse(pattern)).map((one) => JSON.stringify(one));
}

const MAX_COMBINATIONS = 3000;

function combinations(pattern: unknown): unknown[] {
  if (Array.isArray(pattern)) return pattern.map((alternative) => [alternative]);
  let all: object[] = [{}];
  for (const [key, value] of Object.entries(pattern as object)) {
    const inner = key === '$or' ? [...orBranches(value)] : combinations(value).map((one) => ({ [key]: one }));
    all = all.flatMap((before) => inner.map((after) => merge(before, after)));
    if (all.length > MAX_COMBINATIONS) throw new Error(`More than ${MAX_COMBINATIONS} combinations`);
  }
  return all;
}

/** A single branch needs no `$or`: its fields are added to the others, and the last one written wins. */
function orBranches(branches: unknown[]): object[] {
  return branches.flatMap((branch) => combinations(branch) as object[]);
}

function merge(a: object, b: object): object {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = merged[key];
    const isBoth = [before, value].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    // A key that is written again comes last again.
    delete merged[key];
    merged[key] = isBoth ? merge(before as object, value) : value;
  }
  return merged;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
