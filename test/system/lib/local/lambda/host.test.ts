import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AttemptOutcome, LambdaHost } from '../../../../../lib/local/lambda/host.ts';
import type { ObservedInvocation } from '../../../../../lib/local/lambda/observed.ts';
import { RTT_VARIABLE } from '../../../../../lib/local/lambda/runtime/rtt.ts';
import { folderOfTest } from '../../../../support/temporary-folder.ts';
import { until } from '../../../../support/until.ts';

let host: LambdaHost | undefined;
const ends: (ObservedInvocation & AttemptOutcome)[] = [];
const lines: { line: string; requestId: string | undefined }[] = [];

beforeEach(() => {
  ends.length = 0;
  lines.length = 0;
});
afterEach(() => host?.stop());

function functionOf(source: string, more: { timeoutMs?: number; memoryMb?: number; file?: string } = {}) {
  const { timeoutMs = 5000, memoryMb = 128, file = 'index.mjs' } = more;
  const code = folderOfTest();
  writeFileSync(join(code, file), source);
  return {
    arn: 'arn:fn',
    name: 'name',
    title: 'Title',
    code,
    handler: 'index.handler',
    environment: { OWN: 'yes' } as Record<string, string>,
    timeoutMs,
    memoryMb,
  };
}

let count = 0;
function invoke(payload: unknown): void {
  count += 1;
  const attempt = {
    requestId: `r${count}`,
    payload,
    eventId: 'e',
    attempt: 1,
    traceId: `Root=${count}`,
    functionArn: 'arn:fn:live',
  };
  host?.run(attempt, { ended: (invocation, outcome) => ends.push({ ...invocation, ...outcome }) });
}

function open(fn: ReturnType<typeof functionOf>, more: Record<string, string> = {}): void {
  host = new LambdaHost(
    fn,
    { AWS_REGION: 'us-east-1', ...more },
    { onStart: () => {}, onCommand: () => {}, onLog: (_, line, requestId) => lines.push({ line, requestId }) },
  );
}

/** Runs events through a function, one after the other has ended. */
async function run(source: string, events: unknown[], more: Parameters<typeof functionOf>[1] = {}): Promise<void> {
  open(functionOf(source, more));
  for (const [index, event] of events.entries()) {
    invoke(event);
    await until('the end of the invocation', () => ends.length > index);
  }
}

describe('a function runs', () => {
  test('in a process that is kept for the next event, with its own environment only', async () => {
    vi.stubEnv('OURS', 'secret of the parent');
    onTestFinished(() => void vi.unstubAllEnvs());
    await run(
      `let n = 0; export const handler = async (event, context) => {
      console.log(event.x, ++n, process.env.OWN, process.env.AWS_REGION, process.env.OURS, context.functionName);
    };`,
      [{ x: 'a' }, { x: 'b' }],
    );
    expect(lines.map(({ line }) => line)).toEqual([
      'a 1 yes us-east-1 undefined name',
      'b 2 yes us-east-1 undefined name',
    ]);
    expect(lines.map(({ requestId }) => requestId)).toEqual(ends.map(({ requestId }) => requestId));
    expect(ends.map(({ cold }) => cold)).toEqual([true, false]);
  });

  test('with the context and the variables of nodejs24.x', async () => {
    await run(
      `export const handler = async (event, context) => console.log(JSON.stringify({
        ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID,
        handler: process.env._HANDLER, memory: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, zone: process.env.TZ,
      }));`,
      [{}],
    );
    const seen = JSON.parse(lines[0]?.line ?? '');
    expect(seen).toEqual({
      awsRequestId: ends[0]?.requestId,
      functionName: 'name',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:fn:live',
      logGroupName: '/aws/lambda/name',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      memoryLimitInMB: '128',
      left: expect.any(Number),
      trace: `Root=${count}`,
      xRayTraceId: `Root=${count}`,
      handler: 'index.handler',
      memory: '128',
      zone: ':UTC',
    });
    expect(seen.left).toBeGreaterThan(0);
    expect(seen.left).toBeLessThanOrEqual(5000);
  });

  test('one event at a time in each process, several processes at once', async () => {
    const go = join(folderOfTest(), 'go');
    await run(
      `import { existsSync } from 'node:fs';
      export const handler = async () => {
        console.log('here');
        while (!existsSync(${JSON.stringify(go)})) await new Promise((r) => setTimeout(r, 20));
      };`,
      [],
      { timeoutMs: 25_000 },
    );
    for (let i = 0; i < 3; i++) invoke(i);
    await until('three at once', () => lines.length === 3);
    writeFileSync(go, '');
    await until('three ends', () => ends.length === 3);
    expect(ends.map(({ cold }) => cold)).toEqual([true, true, true]);
  });

  test('at most at its reserved concurrency; further events wait and are not lost', async () => {
    const fn = functionOf('let n = 0; export const handler = async () => { console.log(++n); };');
    open({ ...fn, reservedConcurrency: 1 } as typeof fn);
    for (let i = 0; i < 5; i++) invoke(i);
    await until('five ends', () => ends.length === 5);
    expect(lines.map(({ line }) => line)).toEqual(['1', '2', '3', '4', '5']);
  });

  test.each([
    ['index.js', 'exports.handler = async () => { console.log("here"); };'],
    ['index.cjs', 'module.exports = Object.fromEntries([["handler", async () => { console.log("here"); }]]);'],
  ])('as CommonJS, in %s', async (file, source) => {
    await run(source, [{}], { file });
    expect(lines.map(({ line }) => line)).toEqual(['here']);
  });

  test('with replaced code from the next event on, while running invocations end with the old code', async () => {
    await run(
      'export const handler = async (e) => { if (e.slow) await new Promise((r) => setTimeout(r, 300)); console.log("old"); };',
      [{}],
    );
    invoke({ slow: true });
    host?.replace(functionOf('export const handler = async () => { console.log("new"); };'));
    invoke({});
    await until('three ends', () => ends.length === 3);
    expect(lines.map(({ line }) => line).sort()).toEqual(['new', 'old', 'old']);
    expect(ends.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    invoke({});
    await until('four ends', () => ends.length === 4);
    expect(lines.at(-1)?.line).toBe('new');
  });
});

describe('its log', () => {
  test('shows what the function wrote without time, request and level, and the lines of the runtime with them', async () => {
    await run(
      'export const handler = async () => { console.log("a\\nb"); process.stdout.write("raw\\n"); console.error("c\\td"); throw new Error("no"); };',
      [{}],
    );
    expect(lines.map(({ line }) => line)).toEqual([
      'a',
      'b',
      'raw',
      'c\td',
      expect.stringMatching(/^\d{4}-.*\tr\d+\tERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"no"/),
    ]);
  });

  test('has the format and the levels of its LoggingConfig', async () => {
    open({
      ...functionOf('export const handler = async () => { console.info("no"); console.warn("yes", 1); };'),
      logging: { format: 'JSON', level: 'WARN' },
    } as ReturnType<typeof functionOf>);
    invoke({});
    await until('the end of the invocation', () => ends.length > 0);
    expect(lines.map(({ line }) => JSON.parse(line))).toEqual([
      { timestamp: expect.any(String), level: 'WARN', requestId: ends[0]?.requestId, message: 'yes 1' },
    ]);
  });
});

describe('a failing function is reported as Lambda reports it, and the next event is handled', () => {
  const next = [{ fail: true }, {}];
  const errors = () => ends.map(({ error }) => error && { type: error.errorType, message: error.errorMessage });
  const failed = (type: unknown, message: unknown) => [{ type, message }, undefined];

  test('when it throws', async () => {
    await run('export const handler = async (e) => { if (e.fail) throw new TypeError("no"); };', next);
    expect(errors()).toEqual(failed('TypeError', 'no'));
    expect(ends[0]?.error?.trace?.[0]).toBe('TypeError: no');
    expect(lines[0]?.line).toMatch(/ERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"no","stack":\[/);
  });

  test('when it throws a value that is not an Error', async () => {
    await run('export const handler = async (e) => { if (e.fail) throw "no"; };', next);
    expect(errors()).toEqual(failed('string', 'no'));
  });

  test('when it does not end', async () => {
    await run('export const handler = (e) => e.fail && new Promise((r) => setTimeout(r, 60000));', next, {
      timeoutMs: 500,
    });
    expect(errors()).toEqual(
      failed('Sandbox.Timedout', `RequestId: ${ends[0]?.requestId} Error: Task timed out after 0.50 seconds`),
    );
    expect(lines[0]?.line).toMatch(/^\d{4}-.*Z r\d+ Task timed out after 0\.50 seconds$/);
  });

  test('when it blocks the event loop', async () => {
    await run('export const handler = (e) => { while (e.fail); };', next, { timeoutMs: 500 });
    expect(errors()[0]?.type).toBe('Sandbox.Timedout');
    expect(errors()[1]).toBeUndefined();
  });

  test.each([
    [0, 'Runtime exited without providing a reason'],
    [3, 'Runtime exited with error: exit status 3'],
  ])('when it ends its process with exit code %i', async (code, words) => {
    await run(`export const handler = (e) => e.fail && process.exit(${code});`, next);
    expect(errors()).toEqual(failed('Runtime.ExitError', `RequestId: ${ends[0]?.requestId} Error: ${words}`));
  });

  test('when it exceeds its heap', async () => {
    await run(
      'const kept = []; export const handler = (e) => { while (e.fail) kept.push(new Array(10000).fill(Math.random())); };',
      next,
      { timeoutMs: 30_000 },
    );
    // Killed by V8 or by the host, whichever detects it first.
    const [type, message] = [
      expect.stringMatching(/^Runtime\.(ExitError|OutOfMemory)$/),
      expect.stringMatching(/signal: (aborted|killed)$/),
    ];
    expect(errors()).toEqual(failed(type, message));
  });

  test.runIf(process.platform === 'linux')('when it exceeds its memory outside the heap', async () => {
    await run(
      `const kept = [];
      export const handler = async (e) => {
        while (e.fail) {
          kept.push(Buffer.alloc(8_000_000, 1));
          await new Promise((r) => setTimeout(r, 10));
        }
      };`,
      next,
      { timeoutMs: 25_000 },
    );
    expect(errors()).toEqual(
      failed('Runtime.OutOfMemory', expect.stringMatching(/exited with error: signal: killed$/)),
    );
  });

  test('when a promise without a handler rejects', async () => {
    await run(
      'export const handler = async (e) => { if (e.fail) { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 1000)); } };',
      next,
    );
    expect(errors()).toEqual(
      failed('Runtime.ExitError', `RequestId: ${ends[0]?.requestId} Error: Runtime exited with error: exit status 1`),
    );
  });

  test.each([
    ['it fails while it is loaded', 'throw new RangeError("at import");', 'RangeError', 'at import'],
    [
      'it exports no handler',
      'export const other = 1;',
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
    [
      'it is not JavaScript',
      'export const = 1;',
      'Runtime.UserCodeSyntaxError',
      expect.stringContaining('SyntaxError: '),
    ],
    [
      'it imports a missing module',
      'import "./missing.mjs";',
      'Error', // as Lambda reports an ES module; `require` would give Runtime.ImportModuleError
      expect.stringMatching(/^Cannot find module '.*missing\.mjs' imported from /),
    ],
    [
      'it takes a callback',
      'export const handler = (event, context, callback) => callback(null);',
      'Runtime.CallbackHandlerDeprecated',
      expect.stringContaining('has removed support for callback-based function handlers'),
    ],
  ])('when %s', async (_, source, type, message) => {
    await run(source, [{}]);
    expect(errors()).toEqual([{ type, message }]);
  });

  test('when its response is larger than 6 MB', async () => {
    await run('export const handler = async (e) => e.fail && "x".repeat(6_300_000);', next);
    expect(errors()).toEqual(
      failed('Function.ResponseSizeTooLarge', expect.stringContaining('maximum allowed payload')),
    );
  });

  test('when its file is missing', async () => {
    await run('', [{}], { file: 'other.mjs' });
    expect(errors()).toEqual([
      { type: 'Runtime.ImportModuleError', message: expect.stringMatching(/^Error: Cannot find module 'index'\n/) },
    ]);
  });
});

describe('requests to an Asterisk that is far away', () => {
  const REQUESTS = `
    import http from 'node:http';
    const url = JSON.parse(process.env.ARI_NODES)[0].url;
    const byHttp = () => new Promise((resolve) => http.request(url + '/a', resolve).end());
    export const handler = async () => {
      for (const [name, ask] of [['http', byHttp], ['fetch', () => fetch(url + '/b')], ['elsewhere', () => fetch(process.env.OTHER)]]) {
        const begun = performance.now();
        await ask();
        console.log(name + ' ' + Math.round(performance.now() - begun));
      }
      console.log('variables ' + Object.keys(process.env).filter((name) => name.includes('RTT')));
    };`;

  test('take as much longer as was asked for, and none else do', async () => {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    const other = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await until('both servers', () => server.listening && other.listening);
    const urlOf = (of: typeof server) => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;
    const fn = functionOf(REQUESTS);
    open(
      {
        ...fn,
        environment: { ...fn.environment, ARI_NODES: JSON.stringify([{ url: urlOf(server) }]), OTHER: urlOf(other) },
      },
      { [RTT_VARIABLE]: '200' },
    );
    invoke({});
    await until('the end of the invocation', () => ends.length > 0);
    server.close();
    other.close();
    const ms = Object.fromEntries(lines.map(({ line }) => line.split(' ') as [string, string]));
    expect(Number(ms.http)).toBeGreaterThanOrEqual(200);
    expect(Number(ms.fetch)).toBeGreaterThanOrEqual(200);
    expect(Number(ms.elsewhere)).toBeLessThan(200);
    expect(ms.variables).toBe('');
  });
});
