import { spawn } from 'node:child_process';
import { nodeOptions, variablesOf } from '../../lib/local/lambda/variables.ts';
import { endOf } from './end-of.ts';
import { CURRENT_CLIENT, EARLIER_CLIENT } from './install.ts';
import type { Recording, Run } from './recording.ts';
import { RuntimeApi } from './runtime-api.ts';

/** Runs a function in AWS's runtime interface client. */
export const runReal: Run = async (fn, events) => {
  const recording: Recording = { sent: [], stdout: '', stderr: '' };
  const api = new RuntimeApi(events, recording);
  const address = await api.listen();
  const client = fn.runtime === 'nodejs24.x' ? CURRENT_CLIENT : EARLIER_CLIENT;
  const child = spawn(process.execPath, [...nodeOptions(fn), client], {
    cwd: fn.code,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...variablesOf(fn, { PATH: process.env.PATH ?? '' }), AWS_LAMBDA_RUNTIME_API: address },
  });
  try {
    await endOf(child, api.isOver, recording);
  } finally {
    api.close();
  }
  return recording;
};
