import { createHash } from 'node:crypto';
import type { CloudAssembly, Template, TemplateResource } from './cloud-assembly.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Marks a property that CloudFormation treats as absent. */
const NO_VALUE = Symbol('AWS::NoValue');

/** How a kind of resource is named: the property of its name, and the part of its ARN after the account. */
interface Kind {
  service: string;
  path: string;
  name: string;
  /** `Ref` gives the ARN, and not the name. */
  refIsArn?: boolean;
}
const KINDS: Record<string, Kind> = {
  'AWS::CloudWatch::Alarm': { service: 'cloudwatch', path: 'alarm:', name: 'AlarmName' },
  'AWS::DynamoDB::Table': { service: 'dynamodb', path: 'table/', name: 'TableName' },
  'AWS::ECS::Cluster': { service: 'ecs', path: 'cluster/', name: 'ClusterName' },
  'AWS::ECS::TaskDefinition': { service: 'ecs', path: 'task-definition/', name: 'Family', refIsArn: true },
  'AWS::Events::Archive': { service: 'events', path: 'archive/', name: 'ArchiveName' },
  'AWS::Events::EventBus': { service: 'events', path: 'event-bus/', name: 'Name' },
  'AWS::Events::Rule': { service: 'events', path: 'rule/', name: 'Name' },
  'AWS::IAM::ManagedPolicy': { service: 'iam', path: 'policy/', name: 'ManagedPolicyName', refIsArn: true },
  'AWS::IAM::Role': { service: 'iam', path: 'role/', name: 'RoleName' },
  'AWS::KMS::Key': { service: 'kms', path: 'key/', name: '' },
  'AWS::Lambda::Function': { service: 'lambda', path: 'function:', name: 'FunctionName' },
  'AWS::Lambda::LayerVersion': { service: 'lambda', path: 'layer:', name: 'LayerName', refIsArn: true },
  'AWS::Logs::LogGroup': { service: 'logs', path: 'log-group:', name: 'LogGroupName' },
  'AWS::S3::Bucket': { service: 's3', path: '', name: 'BucketName' },
  'AWS::SNS::Topic': { service: 'sns', path: '', name: 'TopicName', refIsArn: true },
  'AWS::SQS::Queue': { service: 'sqs', path: '', name: 'QueueName' },
  'AWS::SecretsManager::Secret': { service: 'secretsmanager', path: 'secret:', name: 'Name', refIsArn: true },
  'AWS::StepFunctions::StateMachine': {
    service: 'states',
    path: 'stateMachine:',
    name: 'StateMachineName',
    refIsArn: true,
  },
};

/** Resolves a template's values as a deployment would: `Ref`, `Fn::GetAtt` and other functions become text. */
export class Intrinsics {
  readonly #assembly: CloudAssembly;
  readonly #endpoint: string;

  /** @param endpoint URL of local mode's AWS endpoint: the base of the queues' URLs */
  constructor(assembly: CloudAssembly, endpoint = 'http://127.0.0.1') {
    this.#assembly = assembly;
    this.#endpoint = endpoint;
  }

  /**
   * One property of a resource, resolved; `undefined` where it is absent.
   *
   * @param part the part of it that is wanted. @default all of it
   * @throws naming stack, resource and property, where it cannot be resolved locally
   */
  property(stack: string, id: string, name: string, part = this.#resource(stack, id).Properties?.[name]): unknown {
    const { Type } = this.#resource(stack, id);
    try {
      return this.resolve(stack, part);
    } catch (error) {
      throw new Error(`Stack ${stack}, ${id} (${Type}), property ${name}: ${(error as Error).message}`);
    }
  }

  /** @throws on an intrinsic function, or a reference, that cannot be resolved locally */
  resolve(stack: string, value: unknown): unknown {
    const resolved = this.#value(stack, value);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  /** Whether the resource is deployed: it may have a condition. */
  exists(stack: string, { Condition }: TemplateResource): boolean {
    return Condition === undefined || this.#condition(stack, { Condition });
  }

  /** What CloudFormation's `Ref` gives: mostly a name, for some kinds an ARN, for a queue its URL. */
  ref(stack: string, id: string): string {
    const { Type } = this.#resource(stack, id);
    if (Type === 'AWS::SQS::Queue') return `${this.#endpoint}/${ACCOUNT}/${this.name(stack, id)}`;
    return KINDS[Type]?.refIsArn ? this.arn(stack, id) : this.name(stack, id);
  }

  /** The resource's name: given in the template, or made of the stack and the id. */
  name(stack: string, id: string): string {
    const { Type, Properties = {} } = this.#resource(stack, id);
    const given = Properties[KINDS[Type]?.name ?? 'Name'];
    return given === undefined ? `${stack}-${id}` : String(this.resolve(stack, given));
  }

  arn(stack: string, id: string): string {
    const { Type, Properties = {} } = this.#resource(stack, id);
    const kind = KINDS[Type];
    if (!kind) throw new Error(`local mode cannot name the ARN of ${id}, a ${Type}`);
    let name = this.name(stack, id);
    // Secrets Manager appends six characters to the name, to distinguish a secret from an earlier one.
    if (kind.service === 'secretsmanager')
      name += `-${createHash('sha256').update(`${stack}/${id}`).digest('hex').slice(0, 6)}`;
    if (Type === 'AWS::Events::Rule' && Properties.EventBusName !== undefined) {
      name = `${busNameOf(this.resolve(stack, Properties.EventBusName))}/${name}`;
    }
    const global = kind.service === 's3' ? '::' : kind.service === 'iam' ? `:${ACCOUNT}` : `${REGION}:${ACCOUNT}`;
    return `arn:aws:${kind.service}:${global}:${kind.path}${name}`;
  }

  #value(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((element) => this.#value(stack, element)).filter((element) => element !== NO_VALUE);
    }
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
    if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) return this.#intrinsic(stack, key, argument);
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, inner]) => [name, this.#value(stack, inner)])
        .filter(([, inner]) => inner !== NO_VALUE),
    );
  }

  #intrinsic(stack: string, name: string, argument: unknown): unknown {
    const list = (): unknown[] => this.#value(stack, argument) as unknown[];
    switch (name) {
      case 'Ref':
        return argument === 'AWS::NoValue' ? NO_VALUE : this.#reference(stack, String(argument));
      case 'Fn::GetAtt': {
        const [id, attribute] = typeof argument === 'string' ? splitOnce(argument) : (argument as [string, string]);
        return this.#attribute(stack, id, attribute);
      }
      case 'Fn::Join': {
        const [separator, parts] = list() as [string, unknown[]];
        return parts.map(String).join(separator);
      }
      case 'Fn::Split': {
        const [separator, text] = list() as [string, string];
        return text.split(separator);
      }
      case 'Fn::Select': {
        const [index, choices] = list() as [number | string, unknown[]];
        if (Array.isArray(choices) && Number(index) in choices) return choices[Number(index)];
        break;
      }
      case 'Fn::If': {
        const [condition, yes, no] = argument as [string, unknown, unknown];
        return this.#value(stack, this.#condition(stack, { Condition: condition }) ? yes : no);
      }
      case 'Fn::FindInMap': {
        const [map, top, second] = list() as [string, string, string];
        const found = this.#template(stack).Mappings?.[map]?.[top]?.[second];
        if (found !== undefined) return found;
        break;
      }
      case 'Fn::Base64':
        return Buffer.from(String(this.#value(stack, argument))).toString('base64');
      case 'Fn::Sub':
        return this.#substituted(stack, argument as string | [string, Record<string, unknown>]);
      case 'Fn::GetStackOutput': {
        const { StackName, OutputName } = this.#value(stack, argument) as { StackName: string; OutputName: string };
        const output = this.#template(StackName).Outputs?.[OutputName];
        if (!output) throw new Error(`stack ${StackName} has no output ${OutputName}`);
        return this.#value(StackName, output.Value);
      }
      case 'Fn::ImportValue':
        return this.#exported(String(this.#value(stack, argument)));
      default:
        break;
    }
    throw new Error(`local mode cannot resolve ${JSON.stringify({ [name]: argument })}`);
  }

  #reference(stack: string, id: string): unknown {
    const parameter = this.#template(stack).Parameters?.[id];
    if (!parameter) return PSEUDO_PARAMETERS[id] ?? (id === 'AWS::StackName' ? stack : this.ref(stack, id));
    const value = parameter.Default;
    if (value === undefined || String(parameter.Type).startsWith('AWS::SSM')) {
      throw new Error(`local mode cannot resolve the parameter ${id}: expected it to have a default`);
    }
    return parameter.Type === 'CommaDelimitedList' ? String(value).split(',') : value;
  }

  #attribute(stack: string, id: string, attribute: string): string {
    const { Type } = this.#resource(stack, id);
    if (attribute === 'Arn' || /^(Queue|Topic|Table)Arn$/.test(attribute)) {
      const arn = this.arn(stack, id);
      return Type === 'AWS::Logs::LogGroup' ? `${arn}:*` : arn;
    }
    if (attribute === 'QueueUrl') return this.ref(stack, id);
    if (attribute === KINDS[Type]?.name) return this.name(stack, id);
    throw new Error(`local mode cannot resolve ${JSON.stringify({ 'Fn::GetAtt': [id, attribute] })}, of a ${Type}`);
  }

  #substituted(stack: string, argument: string | [string, Record<string, unknown>]): string {
    const [text, variables = {}] = typeof argument === 'string' ? [argument] : argument;
    return text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
      if (name in variables) return String(this.#value(stack, variables[name]));
      return String(name.includes('.') ? this.#attribute(stack, ...splitOnce(name)) : this.#reference(stack, name));
    });
  }

  #condition(stack: string, condition: unknown): boolean {
    const [[name, argument] = ['', undefined]] = Object.entries(condition as object);
    const each = (): boolean[] => (argument as unknown[]).map((inner) => this.#condition(stack, inner));
    switch (name) {
      case 'Condition': {
        const named = this.#template(stack).Conditions?.[String(argument)];
        if (named === undefined) throw new Error(`no condition is named ${String(argument)}`);
        return this.#condition(stack, named);
      }
      case 'Fn::Equals': {
        const [left, right] = this.#value(stack, argument) as [unknown, unknown];
        return String(left) === String(right);
      }
      case 'Fn::And':
        return each().every(Boolean);
      case 'Fn::Or':
        return each().some(Boolean);
      case 'Fn::Not':
        return !each()[0];
      default:
        throw new Error(`local mode cannot resolve the condition ${JSON.stringify(condition)}`);
    }
  }

  #template(stack: string): Template {
    return this.#assembly.templates.get(stack) ?? {};
  }

  #resource(stack: string, id: string): TemplateResource {
    const resource = this.#template(stack).Resources?.[id];
    if (!resource) throw new Error(`no resource or parameter is named ${id}`);
    return resource;
  }

  #exported(name: string): unknown {
    for (const [stack, { Outputs = {} }] of this.#assembly.templates) {
      for (const output of Object.values(Outputs)) {
        if (output.Export && this.resolve(stack, output.Export.Name) === name) return this.resolve(stack, output.Value);
      }
    }
    throw new Error(`no stack exports ${name}`);
  }
}

/** The name of a bus that is given by its name, or by an ARN that ends with the name. */
export function busNameOf(nameOrArn: unknown): string {
  return String(nameOrArn).split(':event-bus/').at(-1) as string;
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('.');
  return [text.slice(0, at), text.slice(at + 1)];
}
