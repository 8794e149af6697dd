import { Duration } from 'aws-cdk-lib';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AriPattern } from '../events/ari-pattern.ts';
import { grantNodes, type NodeCredentials } from './node-credentials.ts';

export interface CallHandlerProps {
  /** The TypeScript file that exports `handler`, relative to the working directory. */
  entry: string;
  /** Which call events reach the function: `ariPattern({ application: 'Intro-IVR', type: 'StasisStart' })`. */
  pattern: AriPattern;
  /** The bus that call events travel on. */
  bus: IEventBus;
  /** The Asterisk servers that the function may command. */
  nodes: readonly NodeCredentials[];
  /** Longer than the slowest command of the function; a caller waits for it. @default 10 seconds */
  timeout?: Duration;
  /** In MB. Lambda gives CPU in proportion, and a cold start is CPU. @default 512 */
  memorySize?: number;
}

/** A call is over before this; events that could not be handled by then go to the dead letters. */
const MAX_EVENT_AGE = Duration.minutes(5);

/** A Lambda function that reacts to call events: function, rule, permissions and dead letters in one. */
export class CallHandler extends Construct {
  readonly function: NodejsFunction;
  readonly rule: Rule;
  /** Events that could not be delivered, or that the function failed on to the end. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: CallHandlerProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.function = new NodejsFunction(this, 'Function', {
      entry: props.entry,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout ?? Duration.seconds(10),
      memorySize: props.memorySize ?? 512,
      maxEventAge: MAX_EVENT_AGE,
      onFailure: new SqsDestination(this.deadLetters),
      logGroup: new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH }),
      bundling: { format: OutputFormat.ESM, minify: true, target: 'node24' },
    });
    this.function.addEnvironment('ARI_NODES', grantNodes(props.nodes, 'handlersUser', this.function));
    this.rule = new Rule(this, 'Rule', {
      eventBus: props.bus,
      eventPattern: {
        source: props.pattern.source,
        detailType: props.pattern['detail-type'] ?? [],
        detail: props.pattern.detail ?? {},
      },
      targets: [new LambdaFunction(this.function, { deadLetterQueue: this.deadLetters, maxEventAge: MAX_EVENT_AGE })],
    });
  }
}
