import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Connections, IConnectable, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type IGrantable, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Alias, type CfnFunction, type IVersion, type Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ariPattern } from '../events/ari-pattern.ts';
import { FLOW_EVENT_TYPES } from '../flow/event-types.ts';
import { acknowledge } from './acknowledge.ts';
import { applicationFaults } from './application-faults.ts';
import { ariFunction } from './ari-function.ts';
import type { CallHandlerProps } from './call-handler.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { FlowTable } from './flow-table.ts';

const DISPATCHER = fileURLToPath(new URL('../flow/dispatcher.ts', import.meta.url));
/** The alias by which the dispatcher starts executions. */
const ALIAS = 'live';

export interface CallFlowProps
  extends Pick<
    CallHandlerProps,
    | 'bus'
    | 'nodes'
    | 'memorySize'
    | 'reservedConcurrency'
    | 'maxEventAge'
    | 'vpc'
    | 'resolvers'
    | 'tracing'
    | 'logRetention'
    | 'bundling'
    | 'monitoring'
  > {
  /** The TypeScript file that exports `handler`, which `callFlow` made, relative to the working directory. */
  entry: string;
  /** The apps whose calls run the flow: each call leg that enters one of them. No other handler may answer these calls. */
  application: string | readonly string[];
  /** How long one call may take, 1 second to 366 days: then Lambda ends its flow. @default 1 day */
  executionTimeout?: Duration;
  /** How long Lambda keeps what a flow did, in days, 1 to 90. @default 7 days */
  executionRetention?: Duration;
  /** How long the flow's function may run at once, between two outcomes. Where it takes longer, Lambda runs it again. @default 30 seconds */
  timeout?: Duration;
  /** Subnets of the `vpc`, with a route to AWS (NAT, or endpoints for Lambda, DynamoDB and Secrets Manager). @default its private ones */
  subnets?: SubnetSelection | undefined;
  /** In addition to `ARI_NODES_FILE` and `FLOW_TABLE`. No secrets: it is visible to all who may view the function. @default none */
  environment?: Readonly<Record<string, string>>;
  /** Encrypts environment, log, inboxes and dead letters; see `CallDataKey`. @default keys that AWS owns */
  encryptionKey?: IKey | undefined;
}

/**
 * A call as one durable function (`callFlow` of `ari-eventbridge/flow`): function, alias and version, the dispatcher that
 * starts and wakes it, the table of inboxes, rule, permissions and dead letters in one. A call ends on the version that it
 * began with: versions are kept when a new one is deployed.
 *
 * @example
 * new CallFlow(this, 'Ivr', { entry: 'functions/ivr/index.ts', application: 'Intro-IVR', bus, nodes: [user] });
 */
export class CallFlow extends Construct implements IConnectable {
  /** The durable function that is the flow. */
  readonly function: NodejsFunction;
  /** By which new calls start the flow. */
  readonly alias: Alias;
  /** The function that receives the call events. */
  readonly dispatcher: NodejsFunction;
  readonly table: FlowTable;
  readonly rule: Rule;
  /** Events that the dispatcher did not handle, and what flows began with that failed. */
  readonly deadLetters: DeadLetterQueue;
  /** What the flow's function may reach, where it runs in a `vpc`. */
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: CallFlowProps) {
    super(scope, id);
    const applications = [props.application].flat();
    this.node.addValidation({ validate: () => applicationFaults(`CallFlow ${id}`, applications, props.nodes) });
    const { encryptionKey, maxEventAge = Duration.minutes(5) } = props;
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { encryptionKey });
    this.table = new FlowTable(this, 'Inboxes', { encryptionKey });
    const made = this.#flow(props);
    this.function = made.function;
    this.connections = made.connections;
    this.alias = new Alias(this, 'Live', { aliasName: ALIAS, version: this.function.currentVersion as IVersion });
    // The first call may come as soon as the alias exists.
    this.alias.node.addDependency(this.#allowed(this.function, 'Durable', [...EXECUTES, COMPLETES]));
    this.table.grantFlow(this.function);
    this.dispatcher = this.#dispatcher(props, maxEventAge);
    const {
      source,
      'detail-type': detailType = [],
      detail = {},
    } = ariPattern({
      application: applications,
      type: [...FLOW_EVENT_TYPES],
    });
    this.rule = new Rule(this, 'Rule', {
      eventBus: props.bus,
      eventPattern: { source, detailType, detail },
      targets: [new LambdaFunction(this.dispatcher, { deadLetterQueue: this.deadLetters as IQueue, maxEventAge })],
    });
    props.monitoring?.watchFlow(id, {
      flow: this.function,
      function: this.dispatcher,
      deadLetters: this.deadLetters,
      rules: [this.rule],
      bus: props.bus,
    });
  }

  /** Lets a function complete what a flow waits for, by `completeWait`. */
  grantCompleteWait(fn: LambdaFn): void {
    fn.addEnvironment('FLOW_TABLE', this.table.tableName);
    this.table.grantAppend(fn);
    this.#allowed(fn, `Completes-${fn.node.addr}`, [COMPLETES]);
  }

  #flow(props: CallFlowProps): ReturnType<typeof ariFunction> {
    const { entry, nodes, memorySize, vpc, subnets, resolvers, tracing, logRetention, bundling, encryptionKey } = props;
    const { reservedConcurrency = 'unreserved', environment } = props;
    return ariFunction(this, {
      ...{ entry, nodes, memorySize, vpc, subnets, resolvers, tracing, logRetention, bundling, encryptionKey },
      environment: { ...environment, FLOW_TABLE: this.table.tableName },
      timeout: props.timeout ?? Duration.seconds(30),
      ...(reservedConcurrency !== 'unreserved' && { reservedConcurrentExecutions: reservedConcurrency }),
      durableConfig: {
        executionTimeout: props.executionTimeout ?? Duration.days(1),
        retentionPeriod: props.executionRetention ?? Duration.days(7),
      },
      deadLetterQueue: this.deadLetters as IQueue,
      // Calls that run end on the version that they began with.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
  }

  #dispatcher({ tracing, logRetention, encryptionKey }: CallFlowProps, maxEventAge: Duration): NodejsFunction {
    const scope = new Construct(this, 'Dispatcher');
    const { function: fn } = ariFunction(scope, {
      ...{ entry: DISPATCHER, nodes: [], tracing, logRetention, encryptionKey, maxEventAge },
      description: 'Starts and wakes the flows of calls',
      environment: { FLOW_TABLE: this.table.tableName, FLOW_FUNCTION: this.alias.functionArn },
      timeout: Duration.seconds(10),
      retryAttempts: 2,
      onFailure: new SqsDestination(this.deadLetters as IQueue),
    });
    this.alias.grantInvoke(fn);
    this.table.grantAppend(fn);
    this.#allowed(fn, 'Wakes', [COMPLETES]);
    return fn;
  }

  /** A policy of its own: the role's is made before the function, whose ARN this one has. */
  #allowed(grantee: IGrantable & { role?: LambdaFn['role'] }, id: string, actions: readonly string[]): Policy {
    const statement = new PolicyStatement({ actions: [...actions], resources: [`${this.function.functionArn}:*`] });
    const policy = new Policy(this, id, { statements: [statement], ...(grantee.role && { roles: [grantee.role] }) });
    const logicalId = Stack.of(this).getLogicalId(this.function.node.defaultChild as CfnFunction);
    acknowledge(policy, {
      [`AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`]:
        'The executions of each version of this one function: their ARNs begin with that of the version, and have their own name behind it.',
    });
    return policy;
  }
}

/** What a durable function does with its own executions. */
const EXECUTES = ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'];
/** What wakes a flow that waits. */
const COMPLETES = 'lambda:SendDurableExecutionCallbackSuccess';
