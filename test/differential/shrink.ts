import type { Program } from './program.ts';

/**
 * A smaller program that fails still: without steps and lines of the dialplan that do not matter.
 *
 * @param fails whether each of several programs fails, for all of them at once
 * @param rounds how often the programs may be tried
 */
export async function shrink(
  program: Program,
  fails: (programs: Program[]) => Promise<boolean[]>,
  rounds = 12,
): Promise<Program> {
  let smallest = program;
  for (let size = Math.ceil(program.steps.length / 2), round = 0; round < rounds; round++) {
    const candidates = smaller(smallest, size);
    const failing = await fails(candidates);
    const found = candidates.find((_, at) => failing[at]);
    if (found) smallest = found;
    else if (size === 1) break;
    size = Math.max(1, found ? Math.min(size, smallest.steps.length - 1) : Math.floor(size / 2));
  }
  return smallest;
}

/** The program without runs of steps of a size, and without single lines that are called. */
function smaller({ dialplan, steps }: Program, size: number): Program[] {
  const withoutSteps = Array.from({ length: Math.ceil(steps.length / size) }, (_, part) => ({
    dialplan,
    steps: steps.toSpliced(part * size, size),
  }));
  const { call = [], T: late, ...others } = dialplan;
  const withoutLine = call.map((_, at) => ({
    dialplan: { ...others, call: call.toSpliced(at, 1), ...(late && { T: late }) },
    steps,
  }));
  const withoutLate = late ? [{ dialplan: { ...others, call }, steps }] : [];
  return [...withoutSteps, ...(size === 1 ? [...withoutLine, ...withoutLate] : [])].filter(
    (program) => program.dialplan.call?.length !== 0,
  );
}
