import { Duration } from 'aws-cdk-lib';
import type { Connections, IConnectable, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { BundlingOptions, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AriPattern } from '../events/ari-pattern.ts';
import { applicationFaults } from './application-faults.ts';
import { ariFunction } from './ari-function.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { Monitoring } from './monitoring.ts';
import type { NodeUser } from './node-user.ts';

export interface CallHandlerProps {
  /** The TypeScript file that exports `handler`, relative to the working directory. */
  entry: string;
  /** Which call events reach the function: `ariPattern({ application: 'Intro-IVR', type: 'StasisStart' })`. */
  pattern: AriPattern;
  /**
   * Which of the connector's own events reach the function too: `connectorPattern({ type: ['NodeConnected', 'Gap'] })`.
   * @default none
   */
  connectorEvents?: AriPattern;
  /** The bus of call events. */
  bus: IEventBus;
  /** The ARI user of each Asterisk server that the function may command. */
  nodes: readonly NodeUser[];
  /**
   * How often Lambda repeats an event that the function failed on, from 0 to 2: after one minute, and after two more. A
   * caller does not wait that long in silence, so that a handler of `StasisStart` alone can do without.
   * @default 2
   */
  retryAttempts?: number;
  /**
   * Events that are not handled by then become dead letters, at least a minute: calls are over before the default.
   * @default 5 minutes
   */
  maxEventAge?: Duration;
  /** Must be longer than the function's slowest command; the caller waits for it. @default 10 seconds */
  timeout?: Duration;
  /** In MB. Lambda allocates CPU in proportion, which a cold start needs. @default 512 */
  memorySize?: number;
  /**
   * Maximum concurrent invocations, each with up to three connections to Asterisk at the same time. All handlers together
   * must stay below `sessionlimit` in http.conf, which also counts the connector's WebSockets: beyond it, Asterisk closes
   * connections without an answer. Further events wait. A number is taken from the account's quota, and the deployment
   * fails where less than AWS's minimum would be left unreserved: a new account has a quota of 10, all of it unreserved.
   * @default 'unreserved'
   */
  reservedConcurrency?: number | 'unreserved';
  /**
   * The network to run in, where Asterisk is reachable only from there: functions start more slowly in it.
   * @default none
   */
  vpc?: IVpc | undefined;
  /**
   * Subnets of the `vpc`, with a route to AWS (NAT, or endpoints for Secrets Manager and SQS).
   * @default its private ones
   */
  subnets?: SubnetSelection | undefined;
  /** IPv4 addresses of the resolvers that the DHCP options of the `vpc` name. @default Amazon's, which need no rule */
  resolvers?: readonly string[] | undefined;
  /** Whether X-Ray follows events through the function. @default Tracing.ACTIVE */
  tracing?: Tracing | undefined;
  /** @default 1 month */
  logRetention?: RetentionDays;
  /**
   * In addition to `ARI_NODES` and `DEAD_LETTERS_URL`. No secrets: it is visible to all who may view the function.
   * @default none
   */
  environment?: Readonly<Record<string, string>>;
  /**
   * Options of esbuild, as `NodejsFunction` takes them. Hot reload of local mode follows the same ones.
   * @default a minified ECMAScript module for Node 24, in which CommonJS packages work
   * @example
   * const bundling = { loader: { '.html': 'text' }, nodeModules: ['sharp'] };
   */
  bundling?: BundlingOptions;
  /** Encrypts environment, log and dead letters; see `CallDataKey`. @default keys that AWS owns */
  encryptionKey?: IKey | undefined;
  /** Adds alarms and a row on the dashboard. @default none */
  monitoring?: Monitoring;
}

/**
 * A Lambda function that reacts to call events: function, rule, permissions and dead letters in one.
 *
 * @example
 * new CallHandler(this, 'IntroIvr', {
 *   entry: 'functions/intro-ivr/index.ts',
 *   pattern: ariPattern({ application: 'Intro-IVR', type: ['StasisStart', 'PlaybackFinished'] }),
 *   bus,
 *   nodes: [user],
 * });
 */
export class CallHandler extends Construct implements IConnectable {
  readonly function: NodejsFunction;
  readonly rule: Rule;
  /** The rule for the connector's own events, where there is one. */
  readonly connectorRule: Rule | undefined;
  /** Events that could not be delivered, or that the function failed on at the last attempt. */
  readonly deadLetters: DeadLetterQueue;
  /** What the function may reach, where it runs in a `vpc`. */
  readonly connections: Connections;

  readonly #maxEventAge: Duration;

  constructor(scope: Construct, id: string, props: CallHandlerProps) {
    super(scope, id);
    const { maxEventAge = Duration.minutes(5) } = props;
    this.#maxEventAge = maxEventAge;
    const asked = props.pattern.detail?.application;
    const applications = Array.isArray(asked) ? asked : [];
    this.node.addValidation({ validate: () => applicationFaults(`CallHandler ${id}`, applications, props.nodes) });
    const { encryptionKey, reservedConcurrency = 'unreserved' } = props;
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { encryptionKey });
    const { entry, nodes, memorySize, vpc, subnets, resolvers, tracing, logRetention, environment, bundling } = props;
    const made = ariFunction(this, {
      ...{
        entry,
        nodes,
        memorySize,
        vpc,
        subnets,
        resolvers,
        tracing,
        logRetention,
        environment,
        encryptionKey,
        bundling,
      },
      timeout: props.timeout ?? Duration.seconds(10),
      ...(reservedConcurrency !== 'unreserved' && { reservedConcurrentExecutions: reservedConcurrency }),
      maxEventAge,
      retryAttempts: props.retryAttempts ?? 2,
      onFailure: new SqsDestination(this.deadLetters as IQueue),
    });
    this.function = made.function;
    this.connections = made.connections;
    // The function sends the events that it gives up itself here; as the destination above, its role may send to it.
    this.function.addEnvironment('DEAD_LETTERS_URL', this.deadLetters.queueUrl);
    this.rule = this.#rule('Rule', props.bus, props.pattern);
    this.connectorRule = props.connectorEvents && this.#rule('ConnectorRule', props.bus, props.connectorEvents);
    props.monitoring?.watchHandler(id, {
      function: this.function,
      deadLetters: this.deadLetters,
      rules: [this.rule, ...(this.connectorRule ? [this.connectorRule] : [])],
      bus: props.bus,
    });
  }

  #rule(id: string, eventBus: IEventBus, pattern: AriPattern): Rule {
    return new Rule(this, id, {
      eventBus,
      eventPattern: {
        source: pattern.source,
        ...(pattern['detail-type'] && { detailType: pattern['detail-type'] }),
        ...(pattern.detail && { detail: pattern.detail }),
      },
      targets: [
        new LambdaFunction(this.function, {
          deadLetterQueue: this.deadLetters as IQueue,
          maxEventAge: this.#maxEventAge,
        }),
      ],
    });
  }
}
