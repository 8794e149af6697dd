import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AssetManifestArtifact, CloudAssembly as AwsCloudAssembly } from 'aws-cdk-lib/cx-api';
import { ACCOUNT, REGION } from './aws-environment.ts';
import { readLegacyAssets } from './legacy-assets.ts';

/** A resource of a CloudFormation template. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  /** The name of the condition under which it is deployed. */
  Condition?: string;
}

/** A parameter of a CloudFormation template. */
export interface TemplateParameter {
  /** @default String */
  Type?: string;
  Default?: unknown;
  AllowedValues?: unknown[];
  AllowedPattern?: string;
  MinLength?: number | string;
  MaxLength?: number | string;
  MinValue?: number | string;
  MaxValue?: number | string;
  ConstraintDescription?: string;
  NoEcho?: boolean | string;
}

/** The parts of a CloudFormation template that are read here. */
export interface Template {
  Transform?: unknown;
  Resources?: Record<string, TemplateResource>;
  Parameters?: Record<string, TemplateParameter>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown; Condition?: string; Export?: { Name: unknown } }>;
}

/** A stack that the app deploys. */
export interface AssemblyStack {
  /** CloudFormation's name of it. */
  name: string;
  /** Where it is deployed. @default the account and the region of local mode */
  account?: string;
  region?: string;
  template: Template;
  /** The path of its construct, such as `Prod/Calls`. @default its name */
  path?: string;
  /** Values that the CDK gives its parameters. */
  parameters?: Readonly<Record<string, string>>;
  /** Of a nested stack: the stack, by its key, and the resource in it that deploys this one. */
  parent?: { stack: string; id: string };
}

/** What `cdk synth` wrote: the stacks of all stages, nested ones included, and assets by hash. */
export interface CloudAssembly {
  /** By the path of the stack's construct, which is unique. */
  stacks: Map<string, AssemblyStack>;
  /** The asset's folder or file, by the hash that templates name it by. */
  assets: Map<string, string>;
  /** Where code that stands in a template is written. @default nowhere: its function does not run */
  folder?: string;
}

/**
 * Reads a cloud assembly from its folder, with AWS's own reader.
 *
 * @param selected patterns of the stacks to read, as `cdk deploy` takes them: `Calls`, `Prod/*`. Those that they depend on
 * are read too. @default all
 * @throws when no stack has one of these names, and with the errors that the app attached to its constructs
 */
export async function readCloudAssembly(folder: string, selected: readonly string[] = []): Promise<CloudAssembly> {
  const assembly: CloudAssembly = { stacks: new Map(), assets: new Map(), folder };
  const cloudAssembly = new AwsCloudAssembly(folder);
  for (const each of assembliesIn(cloudAssembly)) await readAssets(each, assembly.assets);
  const all = cloudAssembly.stacksRecursively;
  const stacks = select(all, selected);
  const errors = stacks.flatMap(({ messages }) =>
    messages.filter(({ level }) => level === 'error').map(({ id, entry }) => `  - ${id}: ${String(entry.data)}`),
  );
  if (errors.length > 0)
    throw new Error(`The CDK app has errors, and \`cdk deploy\` refuses it:\n${errors.join('\n')}`);
  for (const stack of stacks) {
    const { hierarchicalId: path, stackName, environment, template, templateFullPath, parameters } = stack;
    const legacy = readLegacyAssets(stack, dirname(templateFullPath), assembly.assets);
    assembly.stacks.set(path, {
      name: stackName,
      account: known(environment.account, ACCOUNT),
      region: known(environment.region, REGION),
      template: template as Template,
      path,
      parameters: { ...parameters, ...legacy },
    });
    await readNestedStacks(path, dirname(templateFullPath), assembly);
  }
  return assembly;
}

/** A lookup whose result `cdk.context.json` does not contain: the app got a placeholder for it. */
export interface MissingLookup {
  key: string;
  provider: string;
  props: Record<string, unknown>;
}

export function missingLookups(folder: string): MissingLookup[] {
  // An assembly names those of the assemblies of its stages as well.
  const missing = assembliesIn(new AwsCloudAssembly(folder)).flatMap(({ manifest }) => manifest.missing ?? []);
  const byKey = new Map(missing.map((one) => [one.key, one as unknown as MissingLookup]));
  return [...byKey.values()];
}

function assembliesIn(assembly: AwsCloudAssembly): AwsCloudAssembly[] {
  return [assembly, ...assembly.nestedAssemblies.flatMap(({ nestedAssembly }) => assembliesIn(nestedAssembly))];
}

type StackArtifact = AwsCloudAssembly['stacksRecursively'][number];

function select(stacks: readonly StackArtifact[], selected: readonly string[]): readonly StackArtifact[] {
  if (selected.length === 0) return stacks;
  const unknown = selected.find((pattern) => !stacks.some((stack) => isSelected(stack, pattern)));
  if (unknown !== undefined) {
    const names = stacks.map(({ hierarchicalId }) => hierarchicalId).join(', ');
    throw new Error(`--stack ${unknown}: expected the name of a stack of the app, which has ${names || 'none'}`);
  }
  const chosen = new Set<string>();
  const choose = ({ id, dependencies }: Pick<StackArtifact, 'id' | 'dependencies'>): void => {
    if (chosen.has(id)) return;
    chosen.add(id);
    for (const dependency of dependencies) choose(dependency);
  };
  for (const stack of stacks) if (selected.some((pattern) => isSelected(stack, pattern))) choose(stack);
  return stacks.filter(({ id }) => chosen.has(id));
}

/** As in `cdk deploy`, `*` stands for any characters but `/`, and `**` for any. */
function isSelected({ hierarchicalId, stackName }: StackArtifact, pattern: string): boolean {
  const expression = pattern
    .split(/(\*\*|\*|\?)/)
    .map((part) => ({ '**': '.*', '*': '[^/]*', '?': '[^/]' })[part] ?? part.replace(/[\\^$.+()[\]{}|]/g, '\\$&'))
    .join('');
  return [hierarchicalId, stackName].some((name) => new RegExp(`^${expression}$`).test(name));
}

async function readAssets(assembly: AwsCloudAssembly, assets: Map<string, string>): Promise<void> {
  for (const artifact of assembly.artifacts) {
    if (!AssetManifestArtifact.isAssetManifestArtifact(artifact)) continue;
    const { files = {}, dockerImages = {} } = artifact.contents;
    for (const [hash, { source }] of Object.entries(files)) {
      if (source.path) assets.set(hash, join(dirname(artifact.file), source.path));
    }
    for (const [hash, { source, destinations }] of Object.entries(dockerImages)) {
      if (!source.directory) continue;
      const path = join(dirname(artifact.file), source.directory);
      assets.set(hash, path);
      // A synthesizer may tag images with more than the hash.
      for (const { imageTag } of Object.values(destinations)) assets.set(imageTag, path);
    }
  }
}

/** A nested stack is a file asset of its parent, whose resource names it. */
async function readNestedStacks(parent: string, folder: string, assembly: CloudAssembly): Promise<void> {
  const { template, account, region, name } = assembly.stacks.get(parent) as AssemblyStack;
  for (const [id, resource] of Object.entries(template.Resources ?? {})) {
    if (resource.Type !== 'AWS::CloudFormation::Stack') continue;
    const file = nestedTemplate(resource, folder, assembly.assets);
    if (file === undefined) continue;
    const path = pathOfNested(resource) ?? `${parent}/${id}`;
    assembly.stacks.set(path, {
      name: `${name}-${id}`,
      ...(account !== undefined && { account }),
      ...(region !== undefined && { region }),
      template: JSON.parse(await readFile(file, 'utf8')) as Template,
      path,
      parent: { stack: parent, id },
    });
    await readNestedStacks(path, dirname(file), assembly);
  }
}

function nestedTemplate({ Metadata, Properties }: TemplateResource, folder: string, assets: Map<string, string>) {
  const named = Metadata?.['aws:asset:path'];
  if (typeof named === 'string') return join(folder, named);
  // The URL is put together from the bucket and the hash: https://s3.REGION.amazonaws.com/BUCKET/HASH.json
  const [, hash = ''] = /\b([0-9a-f]{64})\.json/.exec(JSON.stringify(Properties?.TemplateURL ?? '')) ?? [];
  return assets.get(hash);
}

/** The construct of a NestedStack `Calls/Sales` has the resource `Calls/Sales.NestedStack/Sales.NestedStackResource`. */
function pathOfNested({ Metadata }: TemplateResource): string | undefined {
  const path = Metadata?.['aws:cdk:path'];
  if (typeof path !== 'string') return undefined;
  return `${dirname(path).replace(/\.NestedStack$/, '')}`.replace(/^$/, basename(path));
}

/** The CDK calls an account or region `unknown-…` that the app leaves to the credentials of the deployment. */
function known(value: string, local: string): string {
  return value.startsWith('unknown-') ? local : value;
}
