import { fork } from 'node:child_process';
import type { Invocation, Report } from '../../lib/local/lambda/runtime/messages.ts';
import { runtimeBundle } from '../../lib/local/lambda/runtime-bundle.ts';
import { nodeOptions, variablesOf } from '../../lib/local/lambda/variables.ts';
import { endOf } from './end-of.ts';
import {
  FUNCTION_ARN,
  type Recording,
  type Run,
  requestIdOf,
  type Sent,
  TIME_LIMIT_MS,
  traceIdOf,
} from './recording.ts';

/** Runs a function in local mode's runtime. */
export const runOurs: Run = async (fn, events) => {
  const child = fork(runtimeBundle(), [], {
    cwd: fn.code,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: nodeOptions(fn),
    env: variablesOf(fn, { PATH: process.env.PATH ?? '' }),
  });
  const recording: Recording = { sent: [], stdout: '', stderr: '' };
  let given = 0;
  let stop = (): void => {};
  const isOver = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const next = (): void => {
    recording.sent.push({ kind: 'next' });
    const index = given++;
    if (index >= events.length) stop();
    else {
      const invocation: Invocation = {
        requestId: requestIdOf(index),
        payload: events[index],
        deadline: Date.now() + TIME_LIMIT_MS,
        traceId: traceIdOf(index),
        functionArn: FUNCTION_ARN,
      };
      // A process that ends by itself may be gone by now: its exit is seen.
      child.send(invocation, () => {});
    }
  };
  child.on('message', (report: Report) => {
    if (report.kind === 'loaded') next();
    else if (report.kind !== 'command') {
      recording.sent.push(sentOf(report));
      // Of a process that cannot be used again the host asks nothing.
      if (report.kind === 'unloadable') stop();
      else if (!(report.kind === 'failed' && report.fatal)) next();
    }
  });
  await endOf(child, isOver, recording);
  return recording;
};

function sentOf(report: Exclude<Report, { kind: 'loaded' | 'command' }>): Sent {
  if (report.kind === 'unloadable') return { kind: 'init/error', error: report.error };
  const { requestId } = report;
  if (report.kind === 'failed') return { kind: 'error', requestId, error: report.error };
  if (report.kind === 'done') return { kind: 'response', requestId, body: report.response };
  const { contentType, body, error } = report;
  return { kind: 'streamed response', requestId, contentType, body, error };
}
