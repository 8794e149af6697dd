import { basename } from 'node:path';
import type { DurableConfig, LocalDeployment, LocalFunction, LoggingConfig } from './deployment.ts';
import { withNodesOfFile } from './nodes-in-file.ts';
import type { TemplatePart } from './template-part.ts';

/** The metadata key under which the CDK app names the file that a function was bundled from. */
export const ENTRY_METADATA = 'ari-eventbridge:entry';

/** The metadata key under which the CDK app gives the arguments of esbuild. */
const ESBUILD_METADATA = 'ari-eventbridge:esbuild';

/** The layer of the extension that local mode's endpoint replaces. */
const SECRETS_EXTENSION = /Parameters-and-Secrets/;

/** Runtimes that local mode imitates, on the Node that it runs on itself. */
const RUNTIMES = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'];

/**
 * @param layers folders of the templates' layers, by ARN
 * @returns nothing where the function cannot run here: its runtime is not Node.js, or its code is not in a folder
 */
export function readFunction(part: TemplatePart, layers: ReadonlyMap<string, string>): LocalFunction[] {
  const runtime = String(part.property('Runtime') ?? 'nodejs24.x');
  if (!runtime.startsWith('nodejs')) {
    part.unsupported(`Runtime ${runtime}`);
    return [];
  }
  const code = codeOf(part);
  if (code === undefined) return [];
  if (!RUNTIMES.includes(runtime)) part.unsupported(`Runtime ${runtime}`);
  const { Variables = {} } = (part.property('Environment') ?? {}) as { Variables?: Record<string, unknown> };
  const { TargetArn } = (part.property('DeadLetterConfig') ?? {}) as { TargetArn?: string };
  const secretsExtension = SECRETS_EXTENSION.test(JSON.stringify(part.raw('Layers') ?? ''));
  const entry = part.metadata(ENTRY_METADATA);
  return [
    {
      arn: part.arn,
      name: part.name,
      title: part.title,
      code,
      handler: String(part.property('Handler')),
      environment: withNodesOfFile(textsOf(part, Variables), code),
      timeoutMs: Number(part.property('Timeout') ?? 3) * 1000,
      memoryMb: Number(part.property('MemorySize') ?? 128),
      entry: typeof entry === 'string' ? entry : undefined,
      esbuildArguments: part.metadata(ESBUILD_METADATA) as string[] | undefined,
      reservedConcurrency: numberOf(part.property('ReservedConcurrentExecutions')),
      secretsExtension,
      runtime,
      logging: readLogging(part),
      layers: readLayers(part, layers),
      deadLetterArn: TargetArn,
      durable: readDurable(part),
    },
  ];
}

/** The folder of a function's code: an asset, or one with the text in the template. */
function codeOf(part: TemplatePart): string | undefined {
  const { ZipFile, S3Key, ImageUri } = (part.property('Code') ?? {}) as Record<string, string | undefined>;
  const inline = ZipFile === undefined ? undefined : part.written('index.js', ZipFile);
  const folder = S3Key === undefined ? inline : part.asset(basename(S3Key, '.zip'));
  if (folder !== undefined && !folder.endsWith('.zip')) return folder;
  const what =
    ZipFile !== undefined ? 'ZipFile' : ImageUri !== undefined ? 'ImageUri' : 'that is no folder of this app';
  part.unsupported(what.startsWith('that') ? `Code ${what}` : `Code.${what}`);
  return undefined;
}

/** The folder of an `AWS::Lambda::LayerVersion`; `undefined` where it is not a folder. */
export function readLayer(part: TemplatePart): string | undefined {
  const { S3Key } = (part.property('Content') ?? {}) as { S3Key?: string };
  const folder = S3Key === undefined ? undefined : part.asset(basename(S3Key, '.zip'));
  if (folder !== undefined && !folder.endsWith('.zip')) return folder;
  part.unsupported('Content that is no folder');
  return undefined;
}

function readLayers(part: TemplatePart, layers: ReadonlyMap<string, string>): string[] {
  const wanted = (part.raw('Layers') ?? []) as unknown[];
  return wanted.flatMap((layer) => {
    // The ARN of AWS's own layers may depend on the region in ways that are not resolved here.
    if (SECRETS_EXTENSION.test(JSON.stringify(layer))) return [];
    const arn = String(part.property('Layers', layer));
    const folder = layers.get(arn);
    if (folder === undefined) part.unsupported(`Layers ${arn}`);
    return folder ?? [];
  });
}

function readLogging(part: TemplatePart): LoggingConfig {
  const { LogFormat, ApplicationLogLevel, LogGroup } = (part.property('LoggingConfig') ?? {}) as Record<string, string>;
  return { format: LogFormat === 'JSON' ? 'JSON' : 'Text', level: ApplicationLogLevel, group: LogGroup };
}

function readDurable(part: TemplatePart): DurableConfig | undefined {
  const config = part.property('DurableConfig') as Record<string, unknown> | undefined;
  if (config === undefined) return undefined;
  return {
    timeoutSeconds: Number(config.ExecutionTimeout),
    retentionDays: numberOf(config.RetentionPeriodInDays),
  };
}

/** Adds a version (`AWS::Lambda::Version`) or an alias (`AWS::Lambda::Alias`) to its function. */
export function readQualifier(part: TemplatePart, { functions }: LocalDeployment): void {
  const fn = functions.find(({ arn }) => part.arn.startsWith(`${arn}:`));
  if (!fn) return;
  const qualifier = part.arn.slice(fn.arn.length + 1);
  const version = part.type === 'AWS::Lambda::Version' ? qualifier : String(part.property('FunctionVersion'));
  fn.qualifiers = { ...fn.qualifiers, [qualifier]: { version } };
}

/** Applies an `AWS::Lambda::EventInvokeConfig` to its function, or to one of its versions and aliases. */
export function readInvokeConfig(part: TemplatePart, { functions }: LocalDeployment): void {
  // Given by its name, its ARN, or either with the alias at its end.
  const given = String(part.property('FunctionName'));
  const fn = functions.find(({ name, arn }) => [name, arn].some((one) => given === one || given.startsWith(`${one}:`)));
  if (!fn) return;
  const { OnFailure, OnSuccess } = (part.property('DestinationConfig') ?? {}) as Record<
    'OnFailure' | 'OnSuccess',
    { Destination: string } | undefined
  >;
  if (OnSuccess) part.unsupported('DestinationConfig.OnSuccess');
  const asynchronous = {
    maxRetryAttempts: numberOf(part.property('MaximumRetryAttempts')),
    maxEventAgeSeconds: numberOf(part.property('MaximumEventAgeInSeconds')),
    onFailureArn: OnFailure?.Destination,
  };
  const qualifier = String(part.property('Qualifier') ?? '$LATEST');
  const qualified = fn.qualifiers?.[qualifier];
  if (qualified) qualified.asynchronous = asynchronous;
  else if (qualifier === '$LATEST') fn.asynchronous = asynchronous;
}

/** CloudFormation makes text of numbers, `true` and `false`. @throws for lists and objects, as it does */
function textsOf(part: TemplatePart, variables: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      if (typeof value !== 'object') return [name, String(value)];
      throw new Error(
        `Stack ${part.stack}, ${part.id} (${part.type}): expected the variable ${name} to be text, got ${JSON.stringify(value).slice(0, 100)}`,
      );
    }),
  );
}

function numberOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}
