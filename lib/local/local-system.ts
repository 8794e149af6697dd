import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Credentials, parseCredentials } from '../ari/credentials.ts';
import type { AriNode, AriNodeWithSecret } from '../ari/node.ts';
import { CONNECTOR_SOURCE } from '../events/entry.ts';
import { AwsEndpoint } from './aws-endpoint.ts';
import { Bus, type BusEvent } from './bus.ts';
import { readCloudAssembly } from './cloud-assembly.ts';
import {
  type LocalContainer,
  type LocalDeployment,
  type LocalFunction,
  type LocalRule,
  readDeployment,
} from './deployment.ts';
import { LambdaHost } from './lambda-host.ts';
import { Secrets } from './secrets.ts';
import { stopChild } from './stop-child.ts';
import { synthesize } from './synth.ts';
import { REGION } from './template-values.ts';

/** What happens in the local system, as it happens. */
export interface LocalObserver {
  onEvent(event: BusEvent, rules: LocalRule[]): void;
  onInvocation(fn: LocalFunction, event: BusEvent, outcome: { ms: number; cold: boolean; error?: string }): void;
  /** A line that a function or the connector wrote. */
  onLog(origin: string, line: string): void;
}

/** The two ARI users of a node. */
export interface NodeUsers {
  node: string;
  connector: Credentials;
  handlers: Credentials;
}

/** How long the connector may take to end: it drains first. */
const CONNECTOR_STOP_MS = 10_000;

/** The system that the templates describe, running on this machine: bus, rules, functions, secrets, connector. */
export class LocalSystem {
  readonly deployment: LocalDeployment;
  /** The folder of the cloud assembly. */
  readonly assembly: string;
  readonly #observer: LocalObserver;
  readonly #secrets: Secrets;
  readonly #hosts = new Map<string, LambdaHost>();
  readonly #connectors: ChildProcess[] = [];
  readonly #waitingFor = new Map<string, () => void>();
  #endpoint: AwsEndpoint | undefined;
  #stopping = false;

  private constructor(assembly: string, deployment: LocalDeployment, observer: LocalObserver) {
    this.assembly = assembly;
    this.deployment = deployment;
    this.#observer = observer;
    this.#secrets = new Secrets(deployment.secrets);
  }

  /**
   * Synthesizes the CDK app and reads what it would deploy.
   *
   * @param root the folder with cdk.json
   * @param nodes the Asterisk servers to use in place of those in cdk.json
   */
  static async prepare(root: string, nodes: readonly AriNode[], observer: LocalObserver): Promise<LocalSystem> {
    const folder = await synthesize(root, nodes);
    return new LocalSystem(folder, readDeployment(await readCloudAssembly(folder)), observer);
  }

  /** The ARI users of each node, with the passwords that were generated as Secrets Manager does at deploy. */
  get users(): NodeUsers[] {
    const read = (secretId: string): Credentials => parseCredentials(secretId, this.#secrets.get(secretId));
    const handlers = new Map(
      this.deployment.functions
        .flatMap(({ environment }) => nodesOf(environment))
        .map(({ name, secretId }) => [name, secretId]),
    );
    return this.deployment.containers
      .flatMap(({ environment }) => nodesOf(environment))
      .map(({ name, secretId }) => ({
        node: name,
        connector: read(secretId),
        handlers: read(handlers.get(name) ?? secretId),
      }));
  }

  /** Uses a node's existing ARI users in place of generated ones. */
  useUsers({ node, connector, handlers }: NodeUsers): void {
    for (const { environment } of this.deployment.containers) {
      for (const { name, secretId } of nodesOf(environment)) if (name === node) this.#secrets.put(secretId, connector);
    }
    for (const { environment } of this.deployment.functions) {
      for (const { name, secretId } of nodesOf(environment)) if (name === node) this.#secrets.put(secretId, handlers);
    }
  }

  /** @returns the URL of the endpoint that speaks AWS's wire */
  async start(): Promise<string> {
    const bus = new Bus(this.deployment.busNames, this.deployment.rules, {
      onEvent: (event, rules) => {
        this.#observer.onEvent(event, rules);
        if (event.source === CONNECTOR_SOURCE)
          this.#waitingFor.get(`${event['detail-type']} ${String(event.detail.node)}`)?.();
      },
      invoke: (target, event) => this.#invoke(target, event),
    });
    this.#endpoint = new AwsEndpoint(bus, this.#secrets);
    const url = await this.#endpoint.listen();

    // What AWS puts into every function and task, with credentials that open nothing.
    const environment = {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: url,
      PATH: process.env.PATH ?? '',
    };
    for (const fn of this.deployment.functions) {
      const host = new LambdaHost(fn, environment, {
        onLog: (origin, line) => this.#observer.onLog(origin.title, line),
        onEnd: (origin, event, outcome) => this.#observer.onInvocation(origin, event as BusEvent, outcome),
      });
      this.#hosts.set(fn.arn, host);
    }
    for (const container of this.deployment.containers)
      this.#connectors.push(this.#startConnector(container, environment));
    return url;
  }

  /** Resolves when the connector says on the bus that it listens to the node. */
  connected(node: string): Promise<void> {
    return new Promise((resolve) => this.#waitingFor.set(`NodeConnected ${node}`, resolve));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#connectors.map((child) => stopChild(child, CONNECTOR_STOP_MS)));
    await Promise.all([...this.#hosts.values()].map((host) => host.stop()));
    await this.#endpoint?.close();
    await rm(this.assembly, { recursive: true, force: true });
  }

  #invoke(target: string, event: BusEvent): void {
    const host = this.#hosts.get(target);
    if (host) host.invoke(event);
    else this.#observer.onLog('bus', `A rule's target does not exist: ${target}`);
  }

  #startConnector({ image, environment }: LocalContainer, aws: Record<string, string>): ChildProcess {
    const child = spawn(process.execPath, [join(image, 'connector.cjs')], {
      // A container has its ports to itself; here any free one will do.
      env: { ...aws, ...environment, HEALTH_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#observer.onLog('connector', line));
    }
    child.on('exit', (code, signal) => {
      if (!this.#stopping) this.#observer.onLog('connector', `The connector ended (${signal ?? `exit code ${code}`})`);
    });
    return child;
  }
}

function nodesOf({ ARI_NODES }: Record<string, string>): AriNodeWithSecret[] {
  return ARI_NODES === undefined ? [] : (JSON.parse(ARI_NODES) as AriNodeWithSecret[]);
}
