import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type * as Sdk from '@aws/durable-execution-sdk-js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from './durable/outcome.ts';
import { programs, run } from './durable/program.ts';
import { runOurs } from './durable/run-ours.ts';
import { DURABLE_SDK } from './install.ts';

/** `DURABLE_PROGRAMS=1000 DURABLE_SEED=7` for more, and others. */
const COUNT = Number(process.env.DURABLE_PROGRAMS ?? 40);
const SEED = Number(process.env.DURABLE_SEED ?? 1);
/** For one program in AWS's testing package, on a busy machine. */
const EACH_MS = 3000;

const { withDurableExecution } = createRequire(import.meta.url)(DURABLE_SDK) as typeof Sdk;
const all = programs(COUNT, SEED);
let theirs: Outcome[] = [];

beforeAll(async () => {
  const script = join(import.meta.dirname, 'durable/run-theirs.ts');
  const options = { maxBuffer: 2 ** 30, timeout: COUNT * EACH_MS };
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(COUNT), String(SEED)], options);
  theirs = JSON.parse(stdout) as Outcome[];
}, COUNT * EACH_MS);

describe('a random durable program has the same result, operations and history as in AWS’s testing package', () => {
  test.each(all.map((program, at) => [at, JSON.stringify(program).slice(0, 100)] as const))('%i: %s', async (at) => {
    const ours = await runOurs((engine) =>
      withDurableExecution((_, context) => run(context, all[at] ?? []), {
        durableExecutionClient: {
          checkpoint: async (request) => engine.checkpoint(request),
          getExecutionState: async (request) => engine.getState(request),
        },
      }),
    );
    // As JSON, as theirs is.
    expect(JSON.parse(JSON.stringify(ours))).toEqual(theirs[at]);
  });
});
