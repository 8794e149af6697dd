/** Properties that describe a resource without changing what it does. */
const DESCRIPTIVE = ['Tags', 'Description', 'Name'];

/**
 * The types of resources that local mode runs, each with the properties that it follows or that make no difference on one
 * machine. Other types, and other properties of these, are not supported.
 */
const SUPPORTED: Record<string, string[]> = {
  'AWS::DynamoDB::GlobalTable': [
    'AttributeDefinitions',
    'BillingMode',
    'GlobalSecondaryIndexes',
    'KeySchema',
    'LocalSecondaryIndexes',
    'Replicas',
    'SSESpecification',
    'TableName',
    'TimeToLiveSpecification',
  ],
  'AWS::DynamoDB::Table': [
    'AttributeDefinitions',
    'BillingMode',
    'DeletionProtectionEnabled',
    'GlobalSecondaryIndexes',
    'KeySchema',
    'LocalSecondaryIndexes',
    'PointInTimeRecoverySpecification',
    'ProvisionedThroughput',
    'SSESpecification',
    'TableName',
    'TimeToLiveSpecification',
  ],
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
  'AWS::CloudFormation::Stack': ['Parameters', 'TemplateURL'],
  'AWS::Lambda::Alias': ['FunctionName', 'FunctionVersion', 'ProvisionedConcurrencyConfig'],
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
    'DurableConfig',
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
  'AWS::Lambda::LayerVersion': ['CompatibleArchitectures', 'CompatibleRuntimes', 'Content', 'LayerName', 'LicenseInfo'],
  'AWS::Lambda::Permission': ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
  'AWS::Lambda::Version': ['CodeSha256', 'FunctionName', 'ProvisionedConcurrencyConfig'],
  'AWS::Logs::LogGroup': ['LogGroupName', 'RetentionInDays'],
  'AWS::SQS::Queue': [
    'ContentBasedDeduplication',
    'FifoQueue',
    'MessageRetentionPeriod',
    'QueueName',
    'SqsManagedSseEnabled',
    'VisibilityTimeout',
  ],
  'AWS::SSM::Parameter': ['DataType', 'Tier', 'Type', 'Value'],
  'AWS::SecretsManager::Secret': ['GenerateSecretString', 'SecretString'],
};

/**
 * What a resource has that local mode does not support: its type, or some of its properties.
 *
 * @returns such as `AWS::KMS::Key`, or `AWS::Lambda::Function.VpcConfig`
 */
export function unsupportedIn({ type, given }: { type: string; given: readonly string[] }): string[] {
  if (type === 'AWS::CDK::Metadata') return [];
  const supported = SUPPORTED[type];
  if (!supported) return [type];
  return given.filter((name) => ![...supported, ...DESCRIPTIVE].includes(name)).map((name) => `${type}.${name}`);
}

/** Counts what the templates have and local mode does not support, for one message. */
export class UnsupportedResources {
  readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

/** In one line, such as `AWS::CloudWatch::Alarm (7), AWS::KMS::Key (2)`. */
export function unsupportedLine(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, count]) => `${what} (${count})`)
    .join(', ');
}
