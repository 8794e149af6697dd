import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A resource of a CloudFormation template. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  /** The name of the condition under which it is deployed. */
  Condition?: string;
}

/** The parts of a CloudFormation template that are read here. */
export interface Template {
  Resources?: Record<string, TemplateResource>;
  Parameters?: Record<string, { Type?: string; Default?: unknown }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
}

/** What `cdk synth` wrote: templates by stack, and assets by hash. */
export interface CloudAssembly {
  templates: Map<string, Template>;
  /** The asset's folder or file, by the hash that templates name it by. */
  assets: Map<string, string>;
}

interface Manifest {
  artifacts: Record<string, { type: string; properties: { templateFile?: string; stackName?: string; file?: string } }>;
}
interface AssetManifest {
  files?: Record<string, { source: { path?: string } }>;
  dockerImages?: Record<string, { source: { directory?: string } }>;
}

/** Reads a cloud assembly from its folder. */
export async function readCloudAssembly(folder: string): Promise<CloudAssembly> {
  const read = async <T>(file: string): Promise<T> => JSON.parse(await readFile(join(folder, file), 'utf8')) as T;
  const assembly: CloudAssembly = { templates: new Map(), assets: new Map() };
  const manifest = await read<Manifest>('manifest.json');
  for (const [name, { type, properties }] of Object.entries(manifest.artifacts)) {
    if (type === 'aws:cloudformation:stack' && properties.templateFile) {
      assembly.templates.set(properties.stackName ?? name, await read<Template>(properties.templateFile));
    }
    if (type === 'cdk:asset-manifest' && properties.file) {
      const { files = {}, dockerImages = {} } = await read<AssetManifest>(properties.file);
      for (const [hash, { source }] of Object.entries(files))
        if (source.path) assembly.assets.set(hash, join(folder, source.path));
      for (const [hash, { source }] of Object.entries(dockerImages)) {
        if (source.directory) assembly.assets.set(hash, join(folder, source.directory));
      }
    }
  }
  return assembly;
}
