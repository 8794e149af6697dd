import type { CloudAssembly, TemplateResource } from './cloud-assembly.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Gives a template's values the form they have once deployed: `Ref`, `Fn::GetAtt` and the like become text. */
export class TemplateValues {
  readonly #assembly: CloudAssembly;

  constructor(assembly: CloudAssembly) {
    this.#assembly = assembly;
  }

  /** @throws on an intrinsic function, or a reference, that has no local meaning */
  resolve(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((element) => this.resolve(stack, element));
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
    if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) return this.#intrinsic(stack, key, argument);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.resolve(stack, inner)]));
  }

  #intrinsic(stack: string, name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return PSEUDO_PARAMETERS[String(argument)] ?? this.ref(stack, String(argument));
      case 'Fn::GetAtt': {
        const [id, attribute] = argument as [string, string];
        if (attribute === 'Arn') return this.arn(stack, id);
        break;
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => String(this.resolve(stack, part))).join(separator);
      }
      case 'Fn::Sub':
        if (typeof argument === 'string') {
          return argument.replace(
            /\$\{([^!}][^}]*)\}/g,
            (_, ref: string) => PSEUDO_PARAMETERS[ref] ?? this.ref(stack, ref),
          );
        }
        break;
      case 'Fn::ImportValue':
        return this.#exported(String(this.resolve(stack, argument)));
      default:
        break;
    }
    throw new Error(`Stack ${stack}: local mode cannot resolve ${JSON.stringify({ [name]: argument })}`);
  }

  /** What CloudFormation's `Ref` gives: a name, and for a secret its ARN. */
  ref(stack: string, id: string): string {
    const { Type, Properties = {} } = this.#resource(stack, id);
    if (Type === 'AWS::SecretsManager::Secret') return this.arn(stack, id);
    const name = Properties.Name ?? Properties.FunctionName;
    return name === undefined ? `${stack}-${id}` : String(this.resolve(stack, name));
  }

  arn(stack: string, id: string): string {
    const { Type } = this.#resource(stack, id);
    const at = (service: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}`;
    switch (Type) {
      case 'AWS::SecretsManager::Secret':
        return `${at('secretsmanager')}:secret:${stack}-${id}`;
      case 'AWS::Lambda::Function':
        return `${at('lambda')}:function:${this.ref(stack, id)}`;
      case 'AWS::Events::EventBus':
        return `${at('events')}:event-bus/${this.ref(stack, id)}`;
      case 'AWS::SQS::Queue':
        return `${at('sqs')}:${this.ref(stack, id)}`;
      default:
        throw new Error(`Stack ${stack}: local mode knows no ARN for ${id}, a ${Type}`);
    }
  }

  #resource(stack: string, id: string): TemplateResource {
    const resource = this.#assembly.templates.get(stack)?.Resources?.[id];
    if (!resource) throw new Error(`Stack ${stack}: no resource or parameter is named ${id}`);
    return resource;
  }

  #exported(name: string): unknown {
    for (const [stack, { Outputs = {} }] of this.#assembly.templates) {
      for (const output of Object.values(Outputs)) {
        if (output.Export && this.resolve(stack, output.Export.Name) === name) return this.resolve(stack, output.Value);
      }
    }
    throw new Error(`No stack exports ${name}`);
  }
}
