import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONNECTOR_BUNDLE } from '../../../lib/cdk/connector-image.ts';
import { HEAP_GROWTH } from '../../../lib/cdk/connector-memory.ts';
import { ConnectorProcess } from '../../support/connector-process.ts';
import { message } from '../connector/contestants.ts';
import type { BusReport } from './bus.ts';

/** Clock ticks of /proc in a second, on every Linux. */
const TICKS_PER_SECOND = 100;

/** Who reads the events, and where they are counted. */
export interface Contestant {
  pid: number;
  /** What has come: to the bus, or to its own listener where it has no bus. */
  report(): Promise<BusReport>;
  stop(): Promise<void>;
}

/** Where Asterisk and the app are. */
export interface Place {
  url: string;
  app: string;
  user: { username: string; password: string };
}

/** The bus, in a process of its own. */
export class BusProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async open(): Promise<BusProcess> {
    const child = fork(join(import.meta.dirname, 'bus.ts'));
    return new BusProcess(((await message(child)) as { url: string }).url, child);
  }

  async report(): Promise<BusReport> {
    return ((await this.#ask('report')) as { report: BusReport }).report;
  }

  /** It answers nothing, or answers again. */
  async set(state: 'down' | 'up'): Promise<void> {
    await this.#ask(state);
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(command: string): Promise<unknown> {
    const answer = message(this.#child);
    this.#child.send(command);
    return answer;
  }
}

/** A program on a client of others. @param bus where it puts events; without one it counts them itself */
export async function startProgram(
  client: string,
  folder: string,
  place: Place,
  bus?: BusProcess,
): Promise<Contestant> {
  const child = fork(join(import.meta.dirname, 'program.ts'), {
    env: {
      PATH: process.env.PATH,
      CLIENT: client,
      PACKAGE: folder,
      ARI_URL: place.url,
      ARI_APP: place.app,
      ARI_USER: place.user.username,
      ARI_PASSWORD: place.user.password,
      ...(bus && { BUS_URL: bus.url }),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
  await message(child);
  const ask = async (): Promise<BusReport> => {
    const answer = message(child);
    child.send('report');
    return ((await answer) as { report: BusReport }).report;
  };
  return {
    pid: child.pid as number,
    report: async () => {
      const own = await ask();
      return bus ? { ...(await bus.report()), disconnects: own.disconnects } : own;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

/** The connector's bundle in a folder. */
export async function startConnector(
  folder: string,
  secretsUrl: string,
  { url, app }: Place,
  bus: BusProcess,
): Promise<Contestant> {
  const connector = new ConnectorProcess(
    {
      ARI_NODES: JSON.stringify([{ name: 'pbx-1', url, apps: [app], secretId: 'connector' }]),
      EVENT_BUS_NAME: 'calls',
      EVENT_FILTER: JSON.stringify([{ source: ['asterisk.ari'] }]),
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
      JOURNAL_FOLDER: mkdtempSync(join(folder, 'journal-')),
    },
    () => [process.execPath, HEAP_GROWTH, join(folder, CONNECTOR_BUNDLE)],
  );
  await connector.isInStep();
  return { pid: connector.pid, report: () => bus.report(), stop: () => connector.kill() };
}

/** What a process has used since it started. */
export function usageOf(pid: number): { cpuMs: number; peakRssMib: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // "pid (command) state ppid …", and a command may hold anything, also ")".
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const [, peakKib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { cpuMs: (ticks / TICKS_PER_SECOND) * 1000, peakRssMib: Number(peakKib) / 1024 };
}
