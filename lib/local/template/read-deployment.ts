import { ACCOUNT, REGION } from './aws-environment.ts';
import type { CloudAssembly } from './cloud-assembly.ts';
import type { LocalDeployment, LocalSecret } from './deployment.ts';
import { importedBuses } from './imported-buses.ts';
import { readContainers } from './read-container.ts';
import { readFunction, readInvokeConfig, readLayer, readQualifier } from './read-function.ts';
import { readParameter, withGiven } from './read-parameter.ts';
import { readPermission, withoutPermission } from './read-permission.ts';
import { readQueue } from './read-queue.ts';
import { readArchive, readRule } from './read-rule.ts';
import { readSecret } from './read-secret.ts';
import { readTable } from './read-table.ts';
import { TemplatePart } from './template-part.ts';
import { distinctTitles, refuseDoubles } from './unique-resources.ts';
import { UnsupportedResources, unsupportedIn } from './unsupported-resources.ts';
import { TemplateValues, type TemplateValuesOptions } from './values/template-values.ts';

/**
 * Reads from the templates what local mode runs.
 *
 * @throws on a property that it uses and cannot resolve
 */
export function readDeployment(assembly: CloudAssembly, options: TemplateValuesOptions = {}): LocalDeployment {
  const unsupported = new UnsupportedResources();
  const warnings: string[] = [];
  const deployment: LocalDeployment = {
    account: ACCOUNT,
    region: REGION,
    busNames: [],
    functions: [],
    rules: [],
    archives: [],
    queues: [],
    tables: [],
    secrets: [],
    parameters: [],
    containers: [],
    unsupported: unsupported.counts,
    warnings,
  };
  const parts = partsOf(assembly, options, {
    unsupported: (what) => unsupported.add(what),
    warn: (sentence) => warnings.push(sentence),
  });
  refuseDoubles(parts);
  const layers = new Map<string, string>();
  for (const part of parts.filter(({ type }) => type === 'AWS::Lambda::LayerVersion')) {
    const folder = readLayer(part);
    if (folder !== undefined) layers.set(part.arn, folder);
  }
  for (const part of parts) {
    readPart(part, deployment, layers);
    for (const what of unsupportedIn(part)) unsupported.add(what);
  }
  const ofType = (type: string): TemplatePart[] => parts.filter((part) => part.type === type);
  for (const type of ['AWS::Lambda::Version', 'AWS::Lambda::Alias']) {
    for (const part of ofType(type)) readQualifier(part, deployment);
  }
  for (const part of ofType('AWS::Lambda::EventInvokeConfig')) readInvokeConfig(part, deployment);
  const permissions = ofType('AWS::Lambda::Permission').map(readPermission);
  for (const target of withoutPermission(deployment, permissions)) target.forbidden = true;
  deployment.parameters = withGiven(deployment.parameters, options.given?.ssm);
  deployment.busNames.push(...importedBuses(parts, deployment, warnings));
  warnAboutTargets(deployment, warnings);
  distinctTitles(parts, deployment);
  const { account, region } = assembly.stacks.get(ofType('AWS::Events::EventBus')[0]?.stack ?? '') ?? {};
  return { ...deployment, account: account ?? ACCOUNT, region: region ?? REGION };
}

/** The secrets of the templates, whose values other values may refer to. */
export function* readSecrets(assembly: CloudAssembly, options: TemplateValuesOptions): Generator<LocalSecret> {
  for (const part of partsOf(assembly, options, { unsupported: () => {}, warn: () => {} })) {
    if (part.type === 'AWS::SecretsManager::Secret') yield readSecret(part);
  }
}

function partsOf(
  assembly: CloudAssembly,
  options: TemplateValuesOptions,
  notes: ConstructorParameters<typeof TemplatePart>[5],
): TemplatePart[] {
  const values = new TemplateValues(assembly, options);
  return [...assembly.stacks.keys()].flatMap((stack) =>
    values.resources(stack).map(([id, resource]) => new TemplatePart(assembly, values, stack, id, resource, notes)),
  );
}

function readPart(part: TemplatePart, deployment: LocalDeployment, layers: ReadonlyMap<string, string>): void {
  switch (part.type) {
    case 'AWS::Events::EventBus':
      deployment.busNames.push(part.name);
      break;
    case 'AWS::Lambda::Function':
      deployment.functions.push(...readFunction(part, layers));
      break;
    case 'AWS::Events::Rule':
      deployment.rules.push(...readRule(part));
      break;
    case 'AWS::Events::Archive':
      deployment.archives.push(readArchive(part));
      break;
    case 'AWS::SQS::Queue':
      deployment.queues.push(readQueue(part));
      break;
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      deployment.tables.push(readTable(part));
      break;
    case 'AWS::SecretsManager::Secret':
      deployment.secrets.push(readSecret(part));
      break;
    case 'AWS::SSM::Parameter':
      deployment.parameters.push(readParameter(part));
      break;
    case 'AWS::ECS::TaskDefinition':
      deployment.containers.push(...readContainers(part));
      break;
    default:
      break;
  }
}

/** Targets that are of another app, or that local mode does not run: their events are lost here. */
function warnAboutTargets({ rules, functions, queues }: LocalDeployment, warnings: string[]): void {
  const lost = (title: string, arn: string, why: string): void => {
    warnings.push(`The rule ${title} sends events to ${arn}, which does not run here, so they do not arrive: ${why}`);
  };
  for (const { title, targets } of rules) {
    for (const { arn, messageGroupId } of targets) {
      const [, , service] = arn.split(':');
      if (service === 'lambda') {
        const fn = functions.find((one) => arn === one.arn || arn.startsWith(`${one.arn}:`));
        const qualifier = fn && arn.slice(fn.arn.length + 1);
        if (!fn) lost(title, arn, 'no stack of this app has this function with code that local mode runs');
        else if (qualifier && qualifier !== '$LATEST' && !fn.qualifiers?.[qualifier]) {
          lost(title, arn, `the function ${fn.title} has no version or alias ${qualifier}`);
        }
      }
      if (service === 'sqs') {
        const queue = queues.find((one) => one.arn === arn);
        if (!queue) lost(title, arn, 'no stack of this app has this queue');
        else if (queue.fifo && messageGroupId === undefined) {
          lost(title, arn, 'a FIFO queue needs a MessageGroupId, which the target does not give');
        } else if (queue.fifo && !queue.fifo.contentBasedDeduplication) {
          lost(title, arn, 'EventBridge sends to FIFO queues with content-based deduplication only');
        }
      }
    }
  }
}
