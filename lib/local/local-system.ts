import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AriNode } from '../ari/node.ts';
import type { ExecutionDescription } from '../durable-engine/index.ts';
import { CONNECTOR_SOURCE } from '../events/entry.ts';
import { AppReader, type AppReaderOptions } from './app-reader.ts';
import {
  AwsEndpoint,
  AwsWaits,
  Parameters,
  type QueuedMessage,
  Queues,
  Secrets,
  SecretsService,
  SqsService,
} from './aws/index.ts';
import type { PutEntry, PutResult } from './bus/index.ts';
import { Archives, Bus, Deliveries, EventsService } from './bus/index.ts';
import { Containers } from './containers.ts';
import { Functions, LambdaService, RTT_VARIABLE } from './lambda/index.ts';
import { type MissingParts, missingParts } from './missing-parts.ts';
import { type NodeAddress, nodesOf, withAddresses } from './node-address.ts';
import { type NodeUsers, usersOf, useUsers } from './node-users.ts';
import { HotReload } from './reload/index.ts';
import { TablesService } from './tables-service.ts';
import { keepFailed, sendToTarget } from './target-services.ts';
import { changesBetween, type LocalDeployment, type LocalQueue, unsupportedLine } from './template/index.ts';
import type { LocalObserver } from './trace/index.ts';

export type { NodeUsers } from './node-users.ts';

export interface LocalSystemOptions extends AppReaderOptions {
  /** How many times shorter than AWS's the waits before another attempt are. @default 60: a second for a minute */
  hurry?: number;
  /** How long an event takes from the bus to a target, in milliseconds: half as much to half more. @default 0 */
  hopMs?: number;
  /** How much longer each request of a function to Asterisk takes, in milliseconds. @default 0 */
  rttMs?: number;
}

/** Without the table of connectors, as there is one: tables need a package that a newcomer does not have. */
function tablesInUse({ tables, containers }: LocalDeployment): LocalDeployment['tables'] {
  return tables.filter(({ name }) => !containers.some(({ environment }) => environment.STATE_TABLE_NAME === name));
}

/** The origin of local mode's own log lines. */
const LOCAL = 'local';

/** The system that the templates describe, running on this machine: bus, rules, functions, secrets, connector. */
export class LocalSystem {
  readonly #root: string;
  readonly #observer: LocalObserver;
  readonly #hurry: number;
  /** Where a node is reached, by its name. */
  #addressOf: (node: string) => NodeAddress | undefined;
  readonly #secrets = new Secrets();
  readonly #reader: AppReader;
  readonly #parameters = new Parameters();
  readonly #archives = new Archives();
  readonly #tables = new TablesService();
  readonly #queues: Queues;
  readonly #bus: Bus;
  readonly #waits: AwsWaits;
  readonly #deliveries: Deliveries;
  readonly #functions: Functions;
  readonly #containers: Containers;
  readonly #endpoint: AwsEndpoint;
  readonly #waitingFor = new Map<string, () => void>();
  /** All cloud assemblies of this run: a running function may still load files from an older one. */
  readonly #folders: string[] = [];
  #url = '';
  #hotReload: HotReload | undefined;
  #bundles = 0;
  #deployment: LocalDeployment | undefined;
  /** The stacks that run, by name. */
  #stacks: readonly string[] = [];
  readonly #said = new Set<string>();

  private constructor(root: string, nodes: readonly AriNode[], observer: LocalObserver, options: LocalSystemOptions) {
    this.#root = root;
    this.#reader = new AppReader(root, nodes, options, this.#secrets);
    this.#addressOf = (name) => nodes.find((node) => node.name === name);
    const { hurry = 60, hopMs = 0, rttMs = 0 } = options;
    this.#observer = observer;
    this.#hurry = hurry;
    this.#waits = new AwsWaits(hurry);
    this.#queues = new Queues((queue, message) => this.#onMessage(queue, message));
    this.#bus = new Bus({
      onEvent: (event, busName, matched, rules) => {
        this.#archives.keep(event, busName);
        observer.onEvent(event, matched, rules);
        if (event.source === CONNECTOR_SOURCE) {
          this.#waitingFor.get(`${event['detail-type']} ${String(event.detail.node)}`)?.();
        }
      },
      deliver: (delivery) => {
        if (hopMs === 0) this.#deliveries.deliver(delivery);
        else this.#waits.after(hopMs * (0.5 + Math.random()) * hurry, () => this.#deliveries.deliver(delivery));
      },
    });
    this.#deliveries = new Deliveries(this.#waits, {
      send: (delivery, input) =>
        sendToTarget(
          { functions: this.#functions, queues: this.#queues, bus: this.#bus, log: observer.onLog.bind(observer) },
          delivery,
          input,
        ),
      deadLetter: (arn, body, attributes) => this.#keep(arn, body, attributes),
      onDropped: ({ event, rule, target }, { code, message }) =>
        this.#say(
          `The rule ${rule.title} cannot deliver ${event['detail-type']} to ${target.arn}: ${code}: ${message} ` +
            'It has no dead-letter queue: the event is lost',
        ),
    });
    const far = rttMs > 0 ? { [RTT_VARIABLE]: String(rttMs) } : {};
    this.#functions = new Functions(() => ({ ...this.#environment, ...far }), this.#waits, {
      onStart: (invocation) => observer.onInvocationStart(invocation),
      onEnd: (invocation, outcome) => observer.onInvocationEnd(invocation, outcome),
      onCommand: (command) => observer.onCommand(command),
      onLog: (fn, line, requestId) => observer.onLog(fn.title, line, requestId),
      send: (arn, body, attributes) => this.#keep(arn, body, attributes),
      onDropped: ({ title }, { requestId, condition }) =>
        this.#say(`${title} lost the event of ${requestId} (${condition}): it has no on-failure destination`),
    });
    this.#containers = new Containers((line) => observer.onLog('connector', line));
    const services = {
      AWSEvents: new EventsService(this.#bus, this.#archives),
      secretsmanager: new SecretsService(this.#secrets),
      AmazonSQS: new SqsService(this.#queues),
      AmazonSSM: this.#parameters,
      DynamoDB_20120810: this.#tables,
    };
    this.#endpoint = new AwsEndpoint(services, [new LambdaService(this.#functions)]);
  }

  /**
   * Synthesizes the CDK app and reads what it would deploy.
   *
   * @param root the folder with cdk.json
   * @param nodes the Asterisk servers to use in place of those in cdk.json
   * @throws on resources that local mode cannot run as deployed
   */
  static async prepare(
    root: string,
    nodes: readonly AriNode[],
    observer: LocalObserver,
    options: LocalSystemOptions = {},
  ): Promise<LocalSystem> {
    const system = new LocalSystem(root, nodes, observer, options);
    // First of all: the URLs of the templates' queues are on this endpoint.
    system.#url = await system.#endpoint.listen();
    try {
      await system.#read();
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  /** What runs: rules, functions, queues and the rest of the templates. */
  get deployment(): LocalDeployment {
    if (!this.#deployment) throw new Error('Nothing is deployed yet');
    return this.#deployment;
  }

  /** The folder of the cloud assembly that runs. */
  get assembly(): string {
    return this.#folders.at(-1) ?? '';
  }

  /** The URL that serves AWS's JSON protocol, and the credentials for it. */
  get endpoint(): { url: string; credentials: { accessKeyId: string; secretAccessKey: string } } {
    const { accessKeyId, secretAccessKey } = this.#endpoint.credentials;
    return { url: this.#url, credentials: { accessKeyId, secretAccessKey } };
  }

  /** The queues and their messages, dead letters above all. */
  get queues(): { queue: LocalQueue; messages: readonly QueuedMessage[] }[] {
    return this.deployment.queues.map((queue) => ({ queue, messages: this.#queues.messages(queue.arn) }));
  }

  /** The executions of durable functions, the oldest first. */
  get executions(): ExecutionDescription[] {
    return this.#functions.engine.executions.map(({ description }) => description);
  }

  /** The ARI users of each node, with the passwords that were generated as Secrets Manager does at deploy. */
  get users(): NodeUsers[] {
    return usersOf(this.deployment, this.#secrets);
  }

  /** Uses a node's existing ARI users instead of generated ones. */
  useUsers(users: NodeUsers): void {
    useUsers(this.deployment, this.#secrets, users);
  }

  /** The nodes that the connector connects to. Without a connector in the templates there are none. */
  get nodes(): AriNode[] {
    const nodes = this.deployment.containers.flatMap(({ environment }) => nodesOf(environment));
    return nodes.map(({ secretId: _, ...node }) => node);
  }

  /** Lets all nodes be reached at one address, in whatever way they came into the templates. Before `start`. */
  async connectTo(address: NodeAddress): Promise<void> {
    this.#addressOf = () => address;
    this.#deployment = withAddresses(this.deployment, this.#addressOf);
    await this.#functions.apply(this.deployment.functions);
  }

  /** Why no call would be handled. */
  get missing(): MissingParts {
    return missingParts(this.deployment, this.#stacks);
  }

  /** @returns the URL of the endpoint that serves AWS's JSON protocol */
  async start(): Promise<string> {
    const { unsupported } = this.deployment;
    if (unsupported.size > 0) this.#say(`Not supported in local mode: ${unsupportedLine(unsupported)}`);
    if (this.#hurry !== 1) this.#say(`Waits between attempts are ${this.#hurry} times shorter here than on AWS`);
    const { bus, connector } = this.missing;
    const missing = bus ?? connector;
    if (missing !== undefined) this.#say(missing);
    this.#sayWarnings();
    await this.#startContainers();
    return this.#url;
  }

  /** Starts hot reload: a saved handler runs from the next event on, and a changed stack is synthesized again. */
  async watch(): Promise<void> {
    this.#hotReload = new HotReload({
      root: this.#root,
      functions: () => this.deployment.functions,
      newFolder: () => join(this.assembly, `hot-${++this.#bundles}`),
      replaceCode: (arn, folder) => this.#functions.replaceCode(arn, folder),
      synthesize: async () => {
        const before = this.deployment;
        await this.#read();
        await this.#startContainers();
        this.#sayWarnings();
        return changesBetween(before, this.deployment);
      },
      say: (line) => this.#say(line),
    });
    await this.#hotReload.start();
  }

  /** Resolves when the connector reports on the bus that it is connected to the node. */
  connected(node: string): Promise<void> {
    return new Promise((resolve) => this.#waitingFor.set(`NodeConnected ${node}`, resolve));
  }

  /**
   * Puts an event on a bus, as PutEvents does.
   *
   * @param entry without `EventBusName` it goes to the templates' first bus
   */
  putEvent(entry: PutEntry): PutResult {
    return this.#bus.put({ EventBusName: this.deployment.busNames[0] ?? 'default', ...entry });
  }

  async stop(): Promise<void> {
    await this.#hotReload?.stop();
    this.#waits.stop();
    await this.#containers.stop();
    await this.#functions.stop();
    await this.#endpoint.close();
    await this.#tables.close();
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  /** Synthesizes, and replaces what runs by the result. */
  async #read(): Promise<void> {
    const { deployment: read, stacks } = await this.#reader.read(this.#url, (folder) => this.#folders.push(folder));
    const deployment = withAddresses(read, this.#addressOf);
    this.#deployment = deployment;
    this.#stacks = stacks;
    this.#queues.apply(deployment.queues);
    this.#parameters.apply(deployment.parameters);
    this.#archives.apply(deployment.archives);
    await this.#tables.apply(tablesInUse(deployment));
    await this.#functions.apply(deployment.functions);
    this.#bus.apply(deployment.busNames, deployment.rules, deployment);
  }

  async #startContainers(): Promise<void> {
    const [folder = ''] = this.#folders;
    await this.#containers.apply(this.deployment.containers, this.#environment, join(folder, 'journal'));
  }

  /** The variables that AWS sets in every function and task, with credentials for this endpoint only. */
  get #environment(): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.#endpoint.credentials;
    return {
      AWS_REGION: this.deployment.region,
      AWS_DEFAULT_REGION: this.deployment.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_ENDPOINT_URL: this.#url,
      PATH: process.env.PATH ?? '',
    };
  }

  #keep(arn: string, body: string, attributes: Record<string, string>): void {
    if (!keepFailed({ functions: this.#functions, queues: this.#queues }, arn, body, attributes)) {
      this.#say(`Lost a failed event, as local mode has no ${arn}: ${body}`);
    }
  }

  #onMessage(queue: LocalQueue, { body, attributes }: QueuedMessage): void {
    const isTarget = this.deployment.rules.some(({ targets }) => targets.some(({ arn }) => arn === queue.arn));
    if (!isTarget) this.#observer.onDeadLetter(queue.name, { body, attributes });
  }

  /** Each once, also where the stacks are read again. */
  #sayWarnings(): void {
    for (const warning of this.deployment.warnings) {
      if (!this.#said.has(warning)) this.#say(warning);
      this.#said.add(warning);
    }
  }

  #say(line: string): void {
    this.#observer.onLog(LOCAL, line);
  }
}
