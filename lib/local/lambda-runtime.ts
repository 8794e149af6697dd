/**
 * What runs in a function's own process: loads the handler, and hands it one event at a time. Parent and child
 * speak over the process's IPC channel.
 */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';

/** From the host. */
export interface Invocation {
  event: unknown;
  deadline: number;
}

/** To the host: the handler is loaded, or an invocation has ended. */
export type Report = { kind: 'loaded' } | { kind: 'done' } | { kind: 'failed'; message: string };

type Handler = (event: unknown, context: object) => unknown;

const [file = '', exported = ''] = process.argv.slice(2);
const tell = (report: Report): void => void process.send?.(report);

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the host decides when this process ends.
process.on('SIGINT', () => {});

try {
  const module = (await import(pathToFileURL(file).href)) as Record<string, Handler | undefined>;
  const handler = module[exported];
  if (typeof handler !== 'function') throw new Error(`${file} exports no function named "${exported}"`);
  process.on('message', ({ event, deadline }: Invocation) => void invoke(handler, event, deadline));
  tell({ kind: 'loaded' });
} catch (error) {
  tell({ kind: 'failed', message: String(error) });
}

async function invoke(handler: Handler, event: unknown, deadline: number): Promise<void> {
  const context = {
    awsRequestId: randomUUID(),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    await handler(event, context);
    tell({ kind: 'done' });
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
}
