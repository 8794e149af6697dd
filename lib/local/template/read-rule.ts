import { type EventPattern, validate } from '../../events/pattern/index.ts';
import type { LocalArchive, LocalRule, LocalTarget, RetryPolicy, TargetInput } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';
import { busNameOf } from './values/resource-values.ts';

/** The supported properties of a rule's target. A target with others would behave differently than deployed. */
const TARGET_KEYS = [
  'SqsParameters',
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
  const pattern = readPattern(part, 'Rule');
  if (pattern === undefined || part.property('State') === 'DISABLED') return [];
  const targets = (part.raw('Targets') ?? []) as unknown[];
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

/** @returns nothing for a target that cannot run here: it is named with its rule */
function readTarget(part: TemplatePart, raw: unknown): LocalTarget[] {
  let target: Record<string, unknown> | undefined;
  try {
    target = part.property('Targets', raw) as Record<string, unknown> | undefined;
  } catch (error) {
    notRun(part, JSON.stringify((raw as { Arn?: unknown }).Arn), (error as Error).message);
    return [];
  }
  if (target === undefined) return [];
  const arn = String(target.Arn);
  const service = arn.split(':')[2] ?? '';
  const unknown = Object.keys(target).filter((key) => !TARGET_KEYS.includes(key));
  if (!TARGET_SERVICES.includes(service)) {
    notRun(part, arn, 'local mode runs functions, queues, other buses and log groups as targets');
    return [];
  }
  if (unknown.length > 0) {
    notRun(part, arn, `local mode does not support ${unknown.join(', ')}`);
    return [];
  }
  const { Input, InputPath, InputTransformer, SqsParameters } = target as {
    Input?: string;
    InputPath?: string;
    InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
    SqsParameters?: { MessageGroupId?: string };
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
      messageGroupId: SqsParameters?.MessageGroupId,
    },
  ];
}

function notRun(part: TemplatePart, arn: string, why: string): void {
  part.warn(`The rule ${part.title} sends events to ${arn}, which does not run here, so they do not arrive: ${why}`);
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
  const pattern = readPattern(part, 'Archive');
  return {
    arn: part.arn,
    name: part.name,
    busName: busNameOf(part.property('SourceArn')),
    pattern,
  };
}

/** A pattern is an object, or JSON text. @throws where EventBridge refuses it */
function readPattern(part: TemplatePart, what: string): EventPattern | undefined {
  const given = part.property('EventPattern') as EventPattern | string | undefined;
  const problem = given === undefined ? undefined : validate(given);
  if (problem !== undefined) throw new Error(`${what} ${part.title}: ${problem}`);
  return typeof given === 'string' ? (JSON.parse(given) as EventPattern) : given;
}
