import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LambdaHost } from '../../../lib/local/lambda-host.ts';
import { until } from '../../support/until.ts';

let code: string;
let host: LambdaHost | undefined;
const ends: { event: unknown; cold: boolean; error?: string }[] = [];
const lines: string[] = [];

beforeEach(() => {
  code = mkdtempSync(join(tmpdir(), 'function-'));
  ends.length = 0;
  lines.length = 0;
});
afterEach(async () => {
  await host?.stop();
  rmSync(code, { recursive: true });
});

/** Runs events through a function, one after the other has ended. */
async function run(source: string, events: unknown[], timeoutMs = 5000): Promise<void> {
  writeFileSync(join(code, 'index.mjs'), source);
  const fn = {
    arn: 'a',
    name: 'name',
    title: 'Title',
    code,
    handler: 'index.handler',
    environment: { OWN: 'yes' },
    timeoutMs,
    memoryMb: 128,
  };
  host = new LambdaHost(
    fn,
    { AWS_REGION: 'us-east-1' },
    {
      onLog: (_, line) => lines.push(line),
      onEnd: (_, event, { cold, error }) => ends.push({ event, cold, ...(error !== undefined && { error }) }),
    },
  );
  for (const [index, event] of events.entries()) {
    host.invoke(event);
    await until('the end of the invocation', () => ends.length > index);
  }
}

describe('a function runs', () => {
  test('in a process that is kept for the next event, and sees its own environment and nothing of ours', async () => {
    process.env.OURS = 'secret of the parent';
    await run(
      `let n = 0; export const handler = async (event, context) => {
      console.log(event.x, ++n, process.env.OWN, process.env.AWS_REGION, process.env.OURS, context.functionName);
    };`,
      [{ x: 'a' }, { x: 'b' }],
    );
    delete process.env.OURS;
    await until('its lines', () => lines.length === 2);
    expect(lines).toEqual(['a 1 yes us-east-1 undefined name', 'b 2 yes us-east-1 undefined name']);
    expect(ends.map(({ cold }) => cold)).toEqual([true, false]);
  });

  test('one event at a time in each process, several processes at once', async () => {
    await run('export const handler = () => new Promise((r) => setTimeout(r, 300));', []);
    const started = Date.now();
    for (let i = 0; i < 3; i++) host?.invoke(i);
    await until('three ends', () => ends.length === 3);
    expect(ends.map(({ cold }) => cold)).toEqual([true, true, true]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(300);
  });
});

describe('a function that fails is told of, and the next event is handled', () => {
  const next = [{ fail: true }, {}];

  test('when it throws', async () => {
    await run('export const handler = async (e) => { if (e.fail) throw new TypeError("no"); };', next);
    expect(ends.map(({ error }) => error)).toEqual(['TypeError: no', undefined]);
  });

  test('when it does not end', async () => {
    await run('export const handler = (e) => e.fail && new Promise((r) => setTimeout(r, 60000));', next, 500);
    expect(ends.map(({ error }) => error)).toEqual(['timed out after 0.5 s', undefined]);
  });

  test('when it ends its process', async () => {
    await run('export const handler = (e) => e.fail && process.exit(3);', next);
    expect(ends.map(({ error }) => error)).toEqual(["the function's process ended (exit code 3)", undefined]);
  });

  test('when it cannot be loaded, or exports no handler', async () => {
    await run('throw new Error("at import");', [{}]);
    expect(ends[0]?.error).toContain('at import');
    await host?.stop();
    ends.length = 0;
    await run('export const other = 1;', [{}]);
    expect(ends[0]?.error).toContain('exports no function named "handler"');
  });
});
