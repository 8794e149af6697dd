import { type EventPattern, validate } from '../../events/pattern/index.ts';
import type { LocalArchive, LocalRule, LocalTarget, RetryPolicy, TargetInput } from './deployment.ts';
import { busNameOf } from './intrinsics.ts';
import type { TemplatePart } from './template-part.ts';

/** The supported properties of a rule's target. A target with others would behave differently than deployed. */
const TARGET_KEYS = [
  'Arn',
  'Id',
  'RoleArn',
  'DeadLetterConfig',
  'RetryPolicy',
  'Input',
  'InputPath',
  'InputTransformer',
];
/** Services whose resources can be targets here. */
const TARGET_SERVICES = ['lambda', 'sqs', 'events', 'logs'];

/** @returns nothing for a rule that matches no event here: it is disabled, or has a schedule */
export function readRule(part: TemplatePart): LocalRule[] {
  const pattern = part.property('EventPattern') as EventPattern | undefined;
  if (pattern === undefined || part.property('State') === 'DISABLED') return [];
  const problem = validate(pattern);
  if (problem !== undefined) throw new Error(`Rule ${part.title}: ${problem}`);
  const targets = (part.property('Targets') ?? []) as Record<string, unknown>[];
  return [
    {
      title: part.title,
      name: part.name,
      arn: part.arn,
      busName: busNameOf(part.property('EventBusName') ?? 'default'),
      pattern,
      targets: targets.flatMap((target) => readTarget(part, target)),
    },
  ];
}

function readTarget(part: TemplatePart, target: Record<string, unknown>): LocalTarget[] {
  const unknown = Object.keys(target).filter((key) => !TARGET_KEYS.includes(key));
  for (const key of unknown) part.unsupported(`Targets.${key}`);
  const arn = String(target.Arn);
  const service = arn.split(':')[2] ?? '';
  if (!TARGET_SERVICES.includes(service)) part.unsupported(`Targets (${service})`);
  if (unknown.length > 0 || !TARGET_SERVICES.includes(service)) return [];
  const { Input, InputPath, InputTransformer } = target as {
    Input?: string;
    InputPath?: string;
    InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
  };
  const { Arn: deadLetterArn } = (target.DeadLetterConfig ?? {}) as { Arn?: string };
  let input: TargetInput | undefined;
  if (Input !== undefined) input = { constant: Input };
  else if (InputPath !== undefined) input = { path: InputPath };
  else if (InputTransformer) {
    input = { template: InputTransformer.InputTemplate, paths: InputTransformer.InputPathsMap ?? {} };
  }
  return [
    {
      arn,
      input,
      deadLetterArn,
      retryPolicy: readRetryPolicy(target.RetryPolicy as Record<string, unknown> | undefined),
    },
  ];
}

function readRetryPolicy(policy: Record<string, unknown> | undefined): RetryPolicy | undefined {
  if (policy === undefined) return undefined;
  const { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: attempts } = policy;
  return {
    maxEventAgeSeconds: age === undefined ? undefined : Number(age),
    maxRetryAttempts: attempts === undefined ? undefined : Number(attempts),
  };
}

export function readArchive(part: TemplatePart): LocalArchive {
  const pattern = part.property('EventPattern') as EventPattern | undefined;
  const problem = pattern && validate(pattern);
  if (problem !== undefined) throw new Error(`Archive ${part.title}: ${problem}`);
  return {
    arn: part.arn,
    name: part.name,
    busName: busNameOf(part.property('SourceArn')),
    pattern,
  };
}

/** An `AWS::Lambda::Permission`: who may invoke a function, and for what. */
export interface Permission {
  functionName: string;
  principal: string;
  /** @default any resource of the principal */
  sourceArn: string | undefined;
}

export function readPermission(part: TemplatePart): Permission {
  const sourceArn = part.property('SourceArn');
  return {
    functionName: String(part.property('FunctionName')),
    principal: String(part.property('Principal')),
    sourceArn: sourceArn === undefined ? undefined : String(sourceArn),
  };
}
