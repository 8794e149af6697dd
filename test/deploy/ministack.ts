import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { MINISTACK_ROOT } from './install.ts';

/** Below node_modules, so that functions, which it unpacks there, find the SDK that Lambda's runtime would bring. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/ari-eventbridge/', import.meta.url));
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** An AWS account on loopback: MiniStack, in a process of its own, with Lambda functions as its children. */
export class MiniStack {
  readonly url: string;
  readonly events: EventBridgeClient;
  readonly secrets: SecretsManagerClient;
  readonly queues: SQSClient;
  readonly #process: ChildProcess;
  readonly #folder: string;
  /** What it has logged, functions' output among it. */
  log = '';

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#process = child;
    this.#folder = folder;
    const config = {
      endpoint: url,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    this.events = new EventBridgeClient(config);
    this.secrets = new SecretsManagerClient(config);
    this.queues = new SQSClient(config);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString('utf8');
      });
    }
  }

  static async start(): Promise<MiniStack> {
    const port = await freePort();
    mkdirSync(CACHE, { recursive: true });
    const folder = mkdtempSync(join(CACHE, 'ministack-'));
    const child = spawn(join(MINISTACK_ROOT, 'bin/ministack'), {
      env: {
        // Functions run on this very Node, which is first on the path.
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        HOME: folder,
        TMPDIR: folder,
        BIND_HOST: '127.0.0.1',
        MINISTACK_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        LAMBDA_EXECUTOR: 'local',
      },
      // A group of its own: its functions end with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stack = new MiniStack(`http://127.0.0.1:${port}`, child, folder);
    await until(`MiniStack to listen`, () => stack.#isUp(), 60_000).catch((error: Error) => {
      throw new Error(`${error.message}:\n${stack.log}`);
    });
    return stack;
  }

  /** What the CDK's command line and every SDK have to be told to talk to it. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
  }

  /**
   * An answer of an API that no SDK is here for.
   *
   * @param target the operation, where the service has AWS's JSON protocol
   */
  async ask(service: string, path: string, target?: string): Promise<string> {
    // MiniStack reads from the signature which service is meant, and does not check it.
    const scope = `test/20260101/${REGION}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const json = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target ?? '' };
    const response = await fetch(`${this.url}${path}`, {
      ...(target === undefined
        ? { headers: { authorization } }
        : { method: 'POST', headers: { authorization, ...json }, body: '{}' }),
    });
    if (!response.ok) throw new Error(`${service} ${path}: HTTP ${response.status} ${await response.text()}`);
    return response.text();
  }

  async stop(): Promise<void> {
    for (const client of [this.events, this.secrets, this.queues]) client.destroy();
    const { pid, exitCode } = this.#process;
    if (pid !== undefined && exitCode === null) {
      const ended = once(this.#process, 'exit');
      process.kill(-pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isUp(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error(`MiniStack ended with ${this.#process.exitCode}`);
    try {
      return (await fetch(`${this.url}/_ministack/health`)).ok;
    } catch {
      return false;
    }
  }
}
