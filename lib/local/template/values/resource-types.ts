/**
 * How CloudFormation names a resource of a type. In the patterns, `{name}` is the resource's name, `{arn}` its ARN, `{p}`,
 * `{r}`, `{a}` and `{u}` are partition, region, account and domain, `{hex}`, `{hex6}` and `{uuid}` are ids that AWS would make up, and
 * `{Property}` is what the template gives for a property.
 */
export interface ResourceType {
  /** The property of its name. @default none: the name is made of the stack and the logical id */
  name?: string;
  arn?: string;
  /** What `Ref` gives. @default `{name}` */
  ref?: string;
  /** What `Fn::GetAtt` gives, by attribute. */
  attributes?: Readonly<Record<string, string>>;
}

const ARN = { Arn: '{arn}' };
/**
 * Resources to which functions, rules and other resources refer, from the "Return values" of each type's page.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGateway::RestApi': {
    arn: 'arn:{p}:apigateway:{r}::/restapis/{hex}',
    ref: '{hex}',
    attributes: { RestApiId: '{hex}', RootResourceId: 'root' },
  },
  'AWS::ApiGateway::Stage': { name: 'StageName' },
  'AWS::ApiGatewayV2::Api': {
    ref: '{hex}',
    attributes: {
      ApiId: '{hex}',
      ApiEndpoint: 'https://{hex}.execute-api.{r}.{u}',
      ExecuteApiArn: 'arn:{p}:execute-api:{r}:{a}:{hex}',
    },
  },
  'AWS::AppConfig::Application': { ref: '{hex}', attributes: { ApplicationId: '{hex}' } },
  'AWS::AppConfig::ConfigurationProfile': { ref: '{hex}', attributes: { ConfigurationProfileId: '{hex}' } },
  'AWS::AppConfig::Environment': { ref: '{hex}', attributes: { EnvironmentId: '{hex}' } },
  'AWS::CloudFormation::WaitConditionHandle': { ref: 'https://cloudformation-waitcondition-{r}.s3.{u}/{hex}' },
  'AWS::CloudWatch::Alarm': { name: 'AlarmName', arn: 'arn:{p}:cloudwatch:{r}:{a}:alarm:{name}', attributes: ARN },
  'AWS::CloudWatch::CompositeAlarm': {
    name: 'AlarmName',
    arn: 'arn:{p}:cloudwatch:{r}:{a}:alarm:{name}',
    attributes: ARN,
  },
  'AWS::CloudWatch::Dashboard': { name: 'DashboardName' },
  'AWS::Cognito::IdentityPool': { ref: '{r}:{uuid}', attributes: { Name: '{name}', Id: '{r}:{uuid}' } },
  'AWS::Cognito::UserPool': {
    arn: 'arn:{p}:cognito-idp:{r}:{a}:userpool/{r}_{hex}',
    ref: '{r}_{hex}',
    attributes: {
      Arn: '{arn}',
      ProviderName: 'cognito-idp.{r}.{u}/{r}_{hex}',
      ProviderURL: 'https://cognito-idp.{r}.{u}/{r}_{hex}',
      UserPoolId: '{r}_{hex}',
    },
  },
  'AWS::Cognito::UserPoolClient': { ref: '{hex}', attributes: { ClientId: '{hex}', Name: '{name}' } },
  'AWS::DynamoDB::GlobalTable': {
    name: 'TableName',
    arn: 'arn:{p}:dynamodb:{r}:{a}:table/{name}',
    attributes: { Arn: '{arn}', StreamArn: '{arn}/stream/2026-01-01T00:00:00.000', TableId: '{uuid}' },
  },
  'AWS::DynamoDB::Table': {
    name: 'TableName',
    arn: 'arn:{p}:dynamodb:{r}:{a}:table/{name}',
    attributes: { Arn: '{arn}', StreamArn: '{arn}/stream/2026-01-01T00:00:00.000' },
  },
  'AWS::EC2::EIP': { ref: '192.0.2.1', attributes: { AllocationId: 'eipalloc-{hex}', PublicIp: '192.0.2.1' } },
  'AWS::EC2::InternetGateway': { ref: 'igw-{hex}', attributes: { InternetGatewayId: 'igw-{hex}' } },
  'AWS::EC2::NatGateway': { ref: 'nat-{hex}', attributes: { NatGatewayId: 'nat-{hex}' } },
  'AWS::EC2::RouteTable': { ref: 'rtb-{hex}', attributes: { RouteTableId: 'rtb-{hex}' } },
  'AWS::EC2::SecurityGroup': { ref: 'sg-{hex}', attributes: { GroupId: 'sg-{hex}', VpcId: '{VpcId}', Id: 'sg-{hex}' } },
  'AWS::EC2::Subnet': {
    ref: 'subnet-{hex}',
    attributes: {
      SubnetId: 'subnet-{hex}',
      VpcId: '{VpcId}',
      CidrBlock: '{CidrBlock}',
      AvailabilityZone: '{AvailabilityZone}',
    },
  },
  'AWS::EC2::VPC': { ref: 'vpc-{hex}', attributes: { VpcId: 'vpc-{hex}', CidrBlock: '{CidrBlock}' } },
  'AWS::EC2::VPCEndpoint': { ref: 'vpce-{hex}', attributes: { Id: 'vpce-{hex}' } },
  'AWS::ECR::Repository': {
    name: 'RepositoryName',
    arn: 'arn:{p}:ecr:{r}:{a}:repository/{name}',
    attributes: { Arn: '{arn}', RepositoryUri: '{a}.dkr.ecr.{r}.{u}/{name}' },
  },
  'AWS::ECS::Cluster': { name: 'ClusterName', arn: 'arn:{p}:ecs:{r}:{a}:cluster/{name}', attributes: ARN },
  'AWS::ECS::Service': {
    name: 'ServiceName',
    arn: 'arn:{p}:ecs:{r}:{a}:service/{name}',
    ref: '{arn}',
    attributes: { Name: '{name}', ServiceArn: '{arn}' },
  },
  'AWS::ECS::TaskDefinition': {
    name: 'Family',
    arn: 'arn:{p}:ecs:{r}:{a}:task-definition/{name}:1',
    ref: '{arn}',
    attributes: { TaskDefinitionArn: '{arn}' },
  },
  'AWS::Events::ApiDestination': {
    name: 'Name',
    arn: 'arn:{p}:events:{r}:{a}:api-destination/{name}/{uuid}',
    attributes: { Arn: '{arn}', ArnForPolicy: 'arn:{p}:events:{r}:{a}:api-destination/{name}' },
  },
  'AWS::Events::Archive': { name: 'ArchiveName', arn: 'arn:{p}:events:{r}:{a}:archive/{name}', attributes: ARN },
  'AWS::Events::Connection': {
    name: 'Name',
    arn: 'arn:{p}:events:{r}:{a}:connection/{name}/{uuid}',
    attributes: { Arn: '{arn}', ArnForPolicy: 'arn:{p}:events:{r}:{a}:connection/{name}' },
  },
  'AWS::Events::EventBus': {
    name: 'Name',
    arn: 'arn:{p}:events:{r}:{a}:event-bus/{name}',
    attributes: { Arn: '{arn}', Name: '{name}' },
  },
  'AWS::EventSchemas::Registry': {
    name: 'RegistryName',
    arn: 'arn:{p}:schemas:{r}:{a}:registry/{name}',
    ref: '{arn}',
    attributes: { RegistryArn: '{arn}', RegistryName: '{name}' },
  },
  'AWS::IAM::ManagedPolicy': {
    name: 'ManagedPolicyName',
    arn: 'arn:{p}:iam::{a}:policy/{name}',
    ref: '{arn}',
    attributes: { PolicyArn: '{arn}' },
  },
  'AWS::IAM::Policy': { name: 'PolicyName' },
  'AWS::IAM::Role': {
    name: 'RoleName',
    arn: 'arn:{p}:iam::{a}:role/{name}',
    attributes: { Arn: '{arn}', RoleId: 'AROA{hex}' },
  },
  'AWS::IAM::User': { name: 'UserName', arn: 'arn:{p}:iam::{a}:user/{name}', attributes: ARN },
  'AWS::KMS::Alias': { name: 'AliasName' },
  'AWS::KMS::Key': {
    arn: 'arn:{p}:kms:{r}:{a}:key/{uuid}',
    ref: '{uuid}',
    attributes: { Arn: '{arn}', KeyId: '{uuid}' },
  },
  'AWS::Kinesis::Stream': { name: 'Name', arn: 'arn:{p}:kinesis:{r}:{a}:stream/{name}', attributes: ARN },
  'AWS::KinesisFirehose::DeliveryStream': {
    name: 'DeliveryStreamName',
    arn: 'arn:{p}:firehose:{r}:{a}:deliverystream/{name}',
    attributes: ARN,
  },
  'AWS::Lambda::EventSourceMapping': { ref: '{uuid}', attributes: { Id: '{uuid}' } },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: 'arn:{p}:lambda:{r}:{a}:function:{name}', attributes: ARN },
  'AWS::Lambda::LayerVersion': {
    name: 'LayerName',
    arn: 'arn:{p}:lambda:{r}:{a}:layer:{name}:1',
    ref: '{arn}',
    attributes: { LayerVersionArn: '{arn}' },
  },
  'AWS::Logs::LogGroup': {
    name: 'LogGroupName',
    arn: 'arn:{p}:logs:{r}:{a}:log-group:{name}',
    attributes: { Arn: '{arn}:*' },
  },
  'AWS::Logs::LogStream': { name: 'LogStreamName' },
  'AWS::Pipes::Pipe': { name: 'Name', arn: 'arn:{p}:pipes:{r}:{a}:pipe/{name}', attributes: ARN },
  'AWS::S3::Bucket': {
    name: 'BucketName',
    arn: 'arn:{p}:s3:::{name}',
    attributes: {
      Arn: '{arn}',
      DomainName: '{name}.s3.{u}',
      RegionalDomainName: '{name}.s3.{r}.{u}',
      WebsiteURL: 'http://{name}.s3-website-{r}.{u}',
    },
  },
  'AWS::SNS::Topic': {
    name: 'TopicName',
    arn: 'arn:{p}:sns:{r}:{a}:{name}',
    ref: '{arn}',
    attributes: { TopicArn: '{arn}', TopicName: '{name}' },
  },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    arn: 'arn:{p}:sqs:{r}:{a}:{name}',
    ref: '{endpoint}/{a}/{name}',
    attributes: { Arn: '{arn}', QueueName: '{name}', QueueUrl: '{endpoint}/{a}/{name}' },
  },
  'AWS::SSM::Parameter': {
    name: 'Name',
    arn: 'arn:{p}:ssm:{r}:{a}:parameter/{name}',
    attributes: { Arn: '{arn}', Type: '{Type}', Value: '{Value}' },
  },
  'AWS::Scheduler::Schedule': {
    name: 'Name',
    arn: 'arn:{p}:scheduler:{r}:{a}:schedule/default/{name}',
    attributes: ARN,
  },
  'AWS::Scheduler::ScheduleGroup': {
    name: 'Name',
    arn: 'arn:{p}:scheduler:{r}:{a}:schedule-group/{name}',
    attributes: ARN,
  },
  // Secrets Manager appends six characters to the name, to distinguish a secret from an earlier one.
  'AWS::SecretsManager::Secret': {
    name: 'Name',
    arn: 'arn:{p}:secretsmanager:{r}:{a}:secret:{name}-{hex6}',
    ref: '{arn}',
    attributes: { Id: '{arn}' },
  },
  'AWS::SecretsManager::SecretTargetAttachment': { ref: '{SecretId}', attributes: { Id: '{SecretId}' } },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {
    arn: 'arn:{p}:servicediscovery:{r}:{a}:namespace/ns-{hex}',
    ref: 'ns-{hex}',
    attributes: { Arn: '{arn}', Id: 'ns-{hex}' },
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    arn: 'arn:{p}:states:{r}:{a}:stateMachine:{name}',
    ref: '{arn}',
    attributes: { Arn: '{arn}', Name: '{name}' },
  },
};
