import type { TemplatePart } from './template-part.ts';

/** Properties that say what a thing is, and not what it does. */
const DESCRIPTIVE = ['Tags', 'Description', 'Name'];

/**
 * What local mode runs, with the properties that it follows, or that make no difference on one machine. A resource of
 * another type, and another property of these, is lacking.
 */
const RUN: Record<string, string[]> = {
  'AWS::ECS::Cluster': ['ClusterSettings', 'CapacityProviders', 'Configuration', 'DefaultCapacityProviderStrategy'],
  'AWS::ECS::Service': [
    'Cluster',
    'DeploymentConfiguration',
    'DeploymentController',
    'DesiredCount',
    'EnableECSManagedTags',
    'LaunchType',
    'NetworkConfiguration',
    'PropagateTags',
    'TaskDefinition',
  ],
  'AWS::ECS::TaskDefinition': [
    'ContainerDefinitions',
    'Cpu',
    'ExecutionRoleArn',
    'Family',
    'Memory',
    'NetworkMode',
    'RequiresCompatibilities',
    'RuntimePlatform',
    'TaskRoleArn',
    'Volumes',
  ],
  'AWS::Events::Archive': ['ArchiveName', 'EventPattern', 'RetentionDays', 'SourceArn'],
  'AWS::Events::EventBus': [],
  'AWS::Events::Rule': ['EventBusName', 'EventPattern', 'RoleArn', 'State', 'Targets'],
  'AWS::Lambda::EventInvokeConfig': [
    'DestinationConfig',
    'FunctionName',
    'MaximumEventAgeInSeconds',
    'MaximumRetryAttempts',
    'Qualifier',
  ],
  'AWS::Lambda::Function': [
    'Architectures',
    'Code',
    'DeadLetterConfig',
    'Environment',
    'FunctionName',
    'Handler',
    'Layers',
    'LoggingConfig',
    'MemorySize',
    'ReservedConcurrentExecutions',
    'Role',
    'Runtime',
    'Timeout',
  ],
  'AWS::Lambda::Permission': ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
  'AWS::Logs::LogGroup': ['LogGroupName', 'RetentionInDays'],
  'AWS::SQS::Queue': ['MessageRetentionPeriod', 'QueueName', 'SqsManagedSseEnabled', 'VisibilityTimeout'],
  'AWS::SecretsManager::Secret': ['GenerateSecretString', 'SecretString'],
};

/** Collects what the templates have and local mode lacks, to be named once. */
export class LackingParts {
  readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  look(part: TemplatePart): void {
    if (part.type === 'AWS::CDK::Metadata') return;
    const known = RUN[part.type];
    if (!known) this.add(part.type);
    else for (const name of part.given) if (![...known, ...DESCRIPTIVE].includes(name)) part.lacks(name);
  }
}

/** In one line, such as `AWS::CloudWatch::Alarm (7), AWS::KMS::Key (2)`. */
export function lackingLine(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${what} (${count})`)
    .join(', ');
}
