import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LocalFunction } from '../../lib/local/template/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { differences } from './differences.ts';
import { type Case, FUNCTION_ARN } from './recording.ts';
import { runOurs } from './run-ours.ts';
import { runReal } from './run-real.ts';

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder().path; // removed at the end of the run
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function functionOf({ files, layers = [], handler, environment = {}, logging }: Case, runtime: string): LocalFunction {
  return {
    arn: FUNCTION_ARN,
    name: 'name',
    title: 'Title',
    code: folderWith(files),
    handler: handler ?? 'index.handler',
    environment,
    timeoutMs: 5000,
    memoryMb: 128,
    runtime,
    logging,
    layers: layers.map(folderWith),
  };
}

/** Runs each function under AWS's runtime and under local mode's, and compares all that they do. */
export function compare(cases: readonly Case[]): void {
  describe.each(['nodejs24.x', 'nodejs22.x'])(
    'in %s, local mode does what AWS’s runtime does with a function that',
    (runtime) => {
      const examples = cases.filter(({ runtimes = [runtime] }) => runtimes.includes(runtime));

      test.concurrent.each(examples)('$name', async (example) => {
        const fn = functionOf(example, runtime);
        const { events = [{}] } = example;
        const [real, ours] = await Promise.all([runReal(fn, events), runOurs(fn, events)]);
        expect(differences(real, ours, fn.code)).toEqual([]);
      });
    },
  );
}
