import { basename } from 'node:path';
import type { EventPattern } from '../events/pattern/matches.ts';
import type { CloudAssembly, TemplateResource } from './cloud-assembly.ts';
import { TemplateValues } from './template-values.ts';

/** A Lambda function of the templates. */
export interface LocalFunction {
  arn: string;
  /** Its name, as `Ref` gives it. */
  name: string;
  /** What a person calls it: the construct's path, without the stack. */
  title: string;
  /** Folder of its code. */
  code: string;
  /** `file.export` */
  handler: string;
  environment: Record<string, string>;
  timeoutMs: number;
  memoryMb: number;
}

/** A rule of the templates. */
export interface LocalRule {
  title: string;
  busName: string;
  pattern: EventPattern;
  /** ARNs of functions. */
  targets: string[];
}

/** A secret of the templates, and how its value is to be generated. */
export interface LocalSecret {
  arn: string;
  template: Record<string, unknown>;
  generateKey: string;
  passwordLength: number;
}

/** A container of the templates, with the folder that its image is built from. */
export interface LocalContainer {
  image: string;
  environment: Record<string, string>;
}

/** What the templates would deploy, as far as local mode runs it. */
export interface LocalDeployment {
  busNames: string[];
  functions: LocalFunction[];
  rules: LocalRule[];
  secrets: LocalSecret[];
  containers: LocalContainer[];
}

/** What is understood of a rule's target. A target that has more would behave otherwise than deployed. */
const TARGET_KEYS = ['Arn', 'Id', 'DeadLetterConfig', 'RetryPolicy'];

/**
 * Reads from the templates what local mode runs.
 *
 * @throws on what it would run wrongly
 */
export function readDeployment(assembly: CloudAssembly): LocalDeployment {
  const values = new TemplateValues(assembly);
  const deployment: LocalDeployment = { busNames: [], functions: [], rules: [], secrets: [], containers: [] };
  for (const [stack, { Resources = {} }] of assembly.templates) {
    for (const [id, resource] of Object.entries(Resources)) {
      const properties = (): Record<string, unknown> =>
        values.resolve(stack, resource.Properties ?? {}) as Record<string, unknown>;
      switch (resource.Type) {
        case 'AWS::Events::EventBus':
          deployment.busNames.push(values.ref(stack, id));
          break;
        case 'AWS::Lambda::Function':
          deployment.functions.push(readFunction(assembly, values, stack, id, resource));
          break;
        case 'AWS::Events::Rule':
          deployment.rules.push(readRule(titleOf(id, resource), properties()));
          break;
        case 'AWS::SecretsManager::Secret':
          deployment.secrets.push(readSecret(values.arn(stack, id), properties()));
          break;
        case 'AWS::ECS::TaskDefinition': {
          const definitions = resource.Properties?.ContainerDefinitions as Record<string, unknown>[];
          for (const definition of definitions)
            deployment.containers.push(readContainer(assembly, values, stack, definition));
          break;
        }
        default:
          break;
      }
    }
  }
  return deployment;
}

function readFunction(
  assembly: CloudAssembly,
  values: TemplateValues,
  stack: string,
  id: string,
  resource: TemplateResource,
): LocalFunction {
  const { Code, Handler, Environment, Timeout = 3, MemorySize = 128 } = resource.Properties ?? {};
  const key = String(values.resolve(stack, (Code as { S3Key?: unknown }).S3Key));
  const { Variables = {} } = (values.resolve(stack, Environment) ?? {}) as { Variables?: Record<string, string> };
  return {
    arn: values.arn(stack, id),
    name: values.ref(stack, id),
    title: titleOf(id, resource),
    code: assetOf(assembly, basename(key, '.zip'), `function ${id}`),
    handler: String(Handler),
    environment: Variables,
    timeoutMs: Number(Timeout) * 1000,
    memoryMb: Number(MemorySize),
  };
}

function readRule(
  title: string,
  { EventBusName = 'default', EventPattern: pattern, Targets = [] }: Record<string, unknown>,
): LocalRule {
  const targets = (Targets as Record<string, unknown>[]).map((target) => {
    const unknown = Object.keys(target).filter((key) => !TARGET_KEYS.includes(key));
    if (unknown.length > 0)
      throw new Error(`Rule ${title}: local mode does not know ${unknown.join(', ')} of a target`);
    return String(target.Arn);
  });
  return { title, busName: String(EventBusName), pattern: pattern as EventPattern, targets };
}

function readSecret(arn: string, { GenerateSecretString }: Record<string, unknown>): LocalSecret {
  const generate = GenerateSecretString as
    | { SecretStringTemplate?: string; GenerateStringKey?: string; PasswordLength?: number }
    | undefined;
  if (!generate?.SecretStringTemplate || !generate.GenerateStringKey) {
    throw new Error(
      `Secret ${arn}: local mode expects GenerateSecretString with SecretStringTemplate and GenerateStringKey`,
    );
  }
  return {
    arn,
    template: JSON.parse(generate.SecretStringTemplate) as Record<string, unknown>,
    generateKey: generate.GenerateStringKey,
    passwordLength: generate.PasswordLength ?? 32,
  };
}

function readContainer(
  assembly: CloudAssembly,
  values: TemplateValues,
  stack: string,
  definition: Record<string, unknown>,
): LocalContainer {
  const image = String(values.resolve(stack, definition.Image));
  const environment = values.resolve(stack, definition.Environment ?? []) as { Name: string; Value: string }[];
  return {
    image: assetOf(assembly, image.split(':').at(-1) ?? '', `container ${String(definition.Name)}`),
    environment: Object.fromEntries(environment.map(({ Name, Value }) => [Name, Value])),
  };
}

function assetOf(assembly: CloudAssembly, hash: string, what: string): string {
  const path = assembly.assets.get(hash);
  if (path === undefined) throw new Error(`The cloud assembly holds no asset ${hash}, which ${what} needs`);
  return path;
}

/** `AriEventBridge/IntroIvr/Function/Resource` is called IntroIvr. */
function titleOf(id: string, { Metadata }: TemplateResource): string {
  const path = Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? (path.split('/')[1] ?? id) : id;
}
