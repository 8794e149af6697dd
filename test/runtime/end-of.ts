import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recording } from './recording.ts';

/** How long a case may take. */
const LIMIT_MS = 20_000;

/** Collects a process's output, and waits until it is over or the process has ended by itself. Then the process is killed. */
export async function endOf(child: ChildProcess, isOver: Promise<void>, recording: Recording): Promise<void> {
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      recording[name] += text;
    });
  }
  const closed = once(child, 'close');
  const limit = AbortSignal.timeout(LIMIT_MS);
  const ended = await Promise.race([
    isOver.then(() => 'over' as const),
    closed.then(([code]) => ({ code: code as number | null })),
    once(limit, 'abort').then(() => {
      child.kill('SIGKILL');
      throw new Error(`The function did not end within ${LIMIT_MS} ms: ${JSON.stringify(recording)}`);
    }),
  ]);
  if (ended !== 'over') {
    recording.sent.push({ kind: 'exit', code: ended.code });
    return;
  }
  // What it wrote before is on the way.
  await sleep(20);
  child.kill('SIGKILL');
  await closed;
}
