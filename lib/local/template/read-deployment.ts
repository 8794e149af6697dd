import type { CloudAssembly } from './cloud-assembly.ts';
import type { LocalDeployment } from './deployment.ts';
import { Intrinsics } from './intrinsics.ts';
import { readContainers } from './read-container.ts';
import { readFunction, readInvokeConfig, readLayer } from './read-function.ts';
import { type Permission, readArchive, readPermission, readRule } from './read-rule.ts';
import { readSecret } from './read-secret.ts';
import { TemplatePart } from './template-part.ts';
import { UnsupportedResources, unsupportedIn } from './unsupported-resources.ts';

/**
 * Reads from the templates what local mode runs.
 *
 * @param endpoint URL of local mode's AWS endpoint
 * @throws on a property that it uses and cannot resolve
 */
export function readDeployment(assembly: CloudAssembly, endpoint?: string): LocalDeployment {
  const values = new Intrinsics(assembly, endpoint);
  const unsupported = new UnsupportedResources();
  const onUnsupported = (what: string): void => unsupported.add(what);
  const deployment: LocalDeployment = {
    busNames: [],
    functions: [],
    rules: [],
    archives: [],
    queues: [],
    secrets: [],
    containers: [],
    unsupported: unsupported.counts,
  };
  const parts = [...assembly.templates].flatMap(([stack, { Resources = {} }]) =>
    Object.entries(Resources)
      .filter(([, resource]) => values.exists(stack, resource))
      .map(([id, resource]) => new TemplatePart(assembly, values, stack, id, resource, onUnsupported)),
  );
  const layers = new Map<string, string>();
  for (const part of parts.filter(({ type }) => type === 'AWS::Lambda::LayerVersion')) {
    const folder = readLayer(part);
    if (folder !== undefined) layers.set(part.arn, folder);
  }
  for (const part of parts) {
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
        deployment.queues.push({
          arn: part.arn,
          name: part.name,
          title: part.title,
          url: part.ref,
          visibilityTimeoutSeconds: Number(part.property('VisibilityTimeout') ?? 30),
        });
        break;
      case 'AWS::SecretsManager::Secret':
        deployment.secrets.push(readSecret(part));
        break;
      case 'AWS::ECS::TaskDefinition':
        deployment.containers.push(...readContainers(part));
        break;
      default:
        break;
    }
    for (const what of unsupportedIn(part)) unsupported.add(what);
  }
  for (const part of parts) if (part.type === 'AWS::Lambda::EventInvokeConfig') readInvokeConfig(part, deployment);
  forbidUnpermitted(deployment, parts.filter(({ type }) => type === 'AWS::Lambda::Permission').map(readPermission));
  return deployment;
}

/** EventBridge may invoke a function only for rules that one of its permissions names. */
function forbidUnpermitted({ rules, functions }: LocalDeployment, permissions: readonly Permission[]): void {
  for (const rule of rules) {
    for (const target of rule.targets) {
      const fn = functions.find(({ arn }) => arn === target.arn);
      if (!fn) continue;
      const permitted = permissions.some(
        ({ functionName, principal, sourceArn }) =>
          (functionName === fn.arn || functionName === fn.name) &&
          principal === 'events.amazonaws.com' &&
          (sourceArn === undefined || sourceArn === rule.arn),
      );
      if (!permitted) target.forbidden = true;
    }
  }
}
