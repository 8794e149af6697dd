import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { stopChild } from '../../../lib/local/stop-child.ts';

/** How long a way may take to be ready: the local way synthesizes its CDK app first. */
const START_LIMIT_MS = 60_000;
/** The local way's connector drains before it ends. */
const STOP_LIMIT_MS = 15_000;

/** One way to answer calls, in a process of its own. */
export interface Way {
  name: string;
  /** The Stasis app whose calls it answers. */
  app: string;
  stop(): Promise<void>;
}

/** What a way's process finds in its environment. */
export interface WayEnvironment {
  ARI_URL: string;
  ARI_APP: string;
  ARI_USER: string;
  ARI_PASSWORD: string;
}

/**
 * Starts a way, and waits until it says over IPC that it listens.
 *
 * @param file of this folder, or with the whole path
 */
export async function startWay(name: string, file: string, environment: Omit<WayEnvironment, 'ARI_APP'>): Promise<Way> {
  const app = `bench-${name}`;
  const child = fork(resolve(import.meta.dirname, file), [], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment, ARI_APP: app },
    // Standard output is for the bench's result.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const stop = (): Promise<void> => stopChild(child, STOP_LIMIT_MS);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${file} ended with exit code ${code} before it listened`)));
      timer = setTimeout(
        () => reject(new Error(`${file} does not listen after ${START_LIMIT_MS / 1000} s`)),
        START_LIMIT_MS,
      );
    });
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { name, app, stop };
}

/** What a way's process is given, and how it says that it listens; it ends with the bench, however that ends. */
export function inWay(): { environment: WayEnvironment; listening(): void } {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Ctrl-C reaches the whole group; the bench's end is what ends this process, in order.
  process.on('SIGINT', () => {});
  return { environment: process.env as unknown as WayEnvironment, listening: () => void process.send?.('listening') };
}
