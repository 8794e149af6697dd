import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConnectorProcess, type StartCommand } from '../support/connector-process.ts';
import { LocalAws } from '../support/local-aws.ts';
import type { AccountReport } from './account.ts';
import type { SourceMessage, SourceReport } from './event-source.ts';
import type { StubMessage, StubSettings } from './put-events-stub.ts';

export const USER = { username: 'connector', password: 'right-password' };
export const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:connector';
export const NODE = 'pbx-1';

/** A child process of the test that answers each message with one message. */
class Peer<Message extends { kind: string }> {
  readonly #child: ChildProcess;

  constructor(file: string, args: string[] = []) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), args, { stdio: 'inherit' });
  }

  /** Sends a command and waits for the answer; without a command, waits for the next message. */
  ask<K extends Message['kind']>(answer: K, command?: object): Promise<Extract<Message, { kind: K }>> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', (message) => {
        if ((message as Message).kind === answer) resolve(message as Extract<Message, { kind: K }>);
        else reject(new Error(`expected "${answer}", got ${JSON.stringify(message)}`));
      });
      if (command) this.#child.send(command);
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** A PutEvents stub, a Secrets Manager stub, and connectors between them and an Asterisk. */
export class FaultStage {
  readonly #stub: Peer<StubMessage>;
  readonly #stubUrl: string;
  readonly #aws: LocalAws;
  readonly #folder: string;
  readonly #connectors: ConnectorProcess[] = [];

  private constructor(stub: Peer<StubMessage>, stubUrl: string, aws: LocalAws, folder: string) {
    this.#stub = stub;
    this.#stubUrl = stubUrl;
    this.#aws = aws;
    this.#folder = folder;
  }

  static async open(): Promise<FaultStage> {
    const stub = new Peer<StubMessage>('./put-events-stub.ts');
    const { port } = await stub.ask('listening');
    const aws = await LocalAws.open({ [SECRET]: USER });
    const folder = await mkdtemp(join(tmpdir(), 'faults-'));
    return new FaultStage(stub, `http://127.0.0.1:${port}`, aws, folder);
  }

  /** @param disk the name of the journal's folder: connectors with the same name use the same folder */
  connect(
    asteriskUrl: string,
    disk = 'disk',
    environment: Record<string, string> = {},
    command?: StartCommand,
  ): ConnectorProcess {
    const nodes = [{ name: NODE, url: asteriskUrl, apps: ['Intro-IVR'], secretId: SECRET }];
    const variables = {
      ARI_NODES: JSON.stringify(nodes),
      EVENT_BUS_NAME: 'calls',
      AWS_ENDPOINT_URL_EVENTBRIDGE: this.#stubUrl,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.#aws.url,
      JOURNAL_FOLDER: this.diskPath(disk),
      ...environment,
    };
    const connector = new ConnectorProcess(variables, command);
    this.#connectors.push(connector);
    return connector;
  }

  diskPath(disk: string): string {
    return join(this.#folder, disk);
  }

  putSecret(user: { username: string; password: string }): void {
    this.#aws.putSecret(SECRET, user);
  }

  async set(settings: StubSettings): Promise<void> {
    await this.#stub.ask('done', { kind: 'set', settings });
  }

  async report(): Promise<AccountReport> {
    return (await this.#stub.ask('report', { kind: 'report' })).report;
  }

  async close(): Promise<void> {
    await Promise.all(this.#connectors.map((connector) => connector.kill()));
    this.#stub.stop();
    await this.#aws.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A simulated Asterisk with calls, in a process of its own. */
export class EventSource {
  readonly url: string;
  readonly #peer: Peer<SourceMessage>;

  private constructor(url: string, peer: Peer<SourceMessage>) {
    this.url = url;
    this.#peer = peer;
  }

  /** @param channels over how many channels the numbered events are spread */
  static async open(channels = 50): Promise<EventSource> {
    const peer = new Peer<SourceMessage>('./event-source.ts', [String(channels), USER.username, USER.password]);
    const { url } = await peer.ask('listening');
    return new EventSource(url, peer);
  }

  async run(eventsPerSecond: number, enteringPerSecond = 0): Promise<void> {
    await this.#peer.ask('done', { kind: 'run', eventsPerSecond, enteringPerSecond });
  }

  async pause(): Promise<void> {
    await this.#peer.ask('done', { kind: 'pause' });
  }

  async report(): Promise<SourceReport> {
    return (await this.#peer.ask('report', { kind: 'report' })).report;
  }

  close(): void {
    this.#peer.stop();
  }
}

/** How many different numbered events were delivered. */
export function numberedOf({ numbered }: AccountReport): number {
  return Object.values(numbered).reduce((sum, count) => sum + count, 0);
}

/** Prints the figures that a test measured under a fault. */
export function say(fault: string, figures: Record<string, number | string>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`\n  ${fault}\n    ${text.join(' · ')}\n`);
}
