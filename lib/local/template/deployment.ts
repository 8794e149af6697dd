import type { EventPattern } from '../../events/pattern/index.ts';

/** A Lambda function of the templates. */
export interface LocalFunction {
  arn: string;
  /** Its name, as `Ref` gives it. */
  name: string;
  /** Its name for people: the construct's path, without the stack. */
  title: string;
  /** Folder of its code. */
  code: string;
  /** The file that its code was bundled from, where the template names it: hot reload watches it. */
  entry?: string | undefined;
  /** The arguments of esbuild by which it was bundled, without input and output. */
  esbuildArguments?: readonly string[] | undefined;
  /** `file.export` */
  handler: string;
  environment: Record<string, string>;
  timeoutMs: number;
  memoryMb: number;
  /** `ReservedConcurrentExecutions`: how many invocations may run at the same time. @default as many as local mode runs */
  reservedConcurrency?: number | undefined;
  /**
   * How events that it fails on are retried and kept.
   * @default Lambda's: two more attempts, six hours, no destination
   */
  asynchronous?: AsynchronousConfig | undefined;
  /** @default nodejs24.x */
  runtime?: string | undefined;
  /** Its `LoggingConfig`. @default text of all levels, in a log group of its own */
  logging?: LoggingConfig | undefined;
  /** Folders of its layers, in the template's order. @default none */
  layers?: readonly string[] | undefined;
  /** It has the layer of the Parameters and Secrets extension. @default false */
  secretsExtension?: boolean | undefined;
  /** Its `DeadLetterConfig`: a queue for events that it failed on at the last attempt. */
  deadLetterArn?: string | undefined;
  /** Versions and aliases by which it can be invoked, by what its ARN then ends with. @default none */
  qualifiers?: Record<string, LocalQualifier> | undefined;
  /** The version that runs in a process. @default $LATEST */
  version?: string | undefined;
  /** Its `DurableConfig`: it is a durable function. @default an ordinary one */
  durable?: DurableConfig | undefined;
}

/** How long the executions of a durable function may take, and how long they are kept after their end. */
export interface DurableConfig {
  timeoutSeconds: number;
  retentionDays?: number | undefined;
}

/** A version of a function, or an alias for one. */
export interface LocalQualifier {
  version: string;
  /** As `asynchronous` of the function, for events that come by this version or alias. */
  asynchronous?: AsynchronousConfig | undefined;
}

/** How a function's log is written. */
export interface LoggingConfig {
  format?: 'JSON' | 'Text' | undefined;
  /** The lowest level that is written, in the format JSON. @default INFO */
  level?: string | undefined;
  /** Name of the log group. */
  group?: string | undefined;
}

/** How Lambda handles an event that a function fails on (`AWS::Lambda::EventInvokeConfig`). */
export interface AsynchronousConfig {
  maxRetryAttempts?: number | undefined;
  maxEventAgeSeconds?: number | undefined;
  /** The on-failure destination. */
  onFailureArn?: string | undefined;
}

/** An enabled rule of the templates. */
export interface LocalRule {
  title: string;
  name: string;
  arn: string;
  busName: string;
  pattern: EventPattern;
  targets: LocalTarget[];
}

/** A target of a rule. */
export interface LocalTarget {
  arn: string;
  /** What the target receives instead of the event. @default the event */
  input?: TargetInput | undefined;
  /** How long, and how often, delivery is retried. @default 24 hours, 185 times */
  retryPolicy?: RetryPolicy | undefined;
  /** Queue for events that cannot be delivered. */
  deadLetterArn?: string | undefined;
  /** Of a FIFO queue: the group that the messages belong to. */
  messageGroupId?: string | undefined;
  /** A function that no `AWS::Lambda::Permission` lets EventBridge invoke for this rule. */
  forbidden?: boolean | undefined;
}

/** How long, in seconds, and how often a delivery is tried again. */
export interface RetryPolicy {
  maxEventAgeSeconds?: number | undefined;
  maxRetryAttempts?: number | undefined;
}

/** What a rule sends its target instead of the event: a constant, a part of the event, or a template filled from it. */
export type TargetInput =
  | { constant: string }
  | { path: string }
  | { template: string; paths: Readonly<Record<string, string>> };

/** An archive of a bus. */
export interface LocalArchive {
  arn: string;
  name: string;
  busName: string;
  /** @default all events */
  pattern?: EventPattern | undefined;
}

/** A queue of the templates. */
export interface LocalQueue {
  arn: string;
  name: string;
  /** The construct's path, without the stack. */
  title: string;
  url: string;
  visibilityTimeoutSeconds: number;
  /** A FIFO queue. @default a standard queue */
  fifo?: { contentBasedDeduplication: boolean } | undefined;
}

/** A DynamoDB table of the templates, its parts as CreateTable takes them. */
export interface LocalTable {
  /** The construct's path, without the stack. */
  title: string;
  name: string;
  keySchema: readonly object[];
  attributes: readonly object[];
  globalIndexes?: readonly object[] | undefined;
  localIndexes?: readonly object[] | undefined;
}

/** A secret of the templates. */
export interface LocalSecret {
  arn: string;
  name: string;
  /** Its initial value, or how to generate it. @default none until PutSecretValue */
  value?: string | SecretGeneration | undefined;
}

/** `GenerateSecretString` of CloudFormation. */
export interface SecretGeneration {
  SecretStringTemplate?: string;
  GenerateStringKey?: string;
  PasswordLength?: number;
  ExcludeCharacters?: string;
  ExcludeLowercase?: boolean;
  ExcludeNumbers?: boolean;
  ExcludePunctuation?: boolean;
  ExcludeUppercase?: boolean;
  IncludeSpace?: boolean;
}

/** A parameter of Systems Manager. */
export interface LocalParameter {
  arn: string;
  name: string;
  type: string;
  value: string;
}

/** A container of the templates, with the folder that its image is built from. */
export interface LocalContainer {
  name: string;
  image: string;
  environment: Record<string, string>;
}

/** What the templates would deploy, as far as local mode supports it. */
export interface LocalDeployment {
  /** The account and region of the buses. */
  account: string;
  region: string;
  /** The buses of the templates, then those of other apps that they refer to; `default` exists as well. */
  busNames: string[];
  functions: LocalFunction[];
  rules: LocalRule[];
  archives: LocalArchive[];
  queues: LocalQueue[];
  tables: LocalTable[];
  secrets: LocalSecret[];
  /** Those of the templates, then those that the developer gives. */
  parameters: LocalParameter[];
  containers: LocalContainer[];
  /**
   * How often the templates have what local mode does not support: `AWS::KMS::Key`, `AWS::Lambda::Function.VpcConfig`.
   */
  unsupported: ReadonlyMap<string, number>;
  /** What will behave differently than deployed, such as a target that local mode does not run: one sentence each. */
  warnings: readonly string[];
}
