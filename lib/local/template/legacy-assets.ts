import { join } from 'node:path';
import type { CloudAssembly as AwsCloudAssembly } from 'aws-cdk-lib/cx-api';

type StackArtifact = AwsCloudAssembly['stacksRecursively'][number];

/**
 * Reads the assets of a stack with the CDK's first synthesizer (`LegacyStackSynthesizer`), whose template names them by
 * parameters.
 *
 * @param assets gets the folder or file of each, by the name that the template then has
 * @returns the values of the parameters
 */
export function readLegacyAssets({ assets: own }: StackArtifact, folder: string, assets: Map<string, string>) {
  const parameters: Record<string, string> = {};
  for (const asset of own) {
    assets.set(asset.id, join(folder, asset.path));
    if (asset.packaging === 'container-image') {
      if (asset.imageTag !== undefined) assets.set(asset.imageTag, join(folder, asset.path));
      continue;
    }
    parameters[asset.s3BucketParameter] = 'cdk-assets';
    // The template puts the key together from what is before and after this sign.
    parameters[asset.s3KeyParameter] = `||${asset.id}.zip`;
    parameters[asset.artifactHashParameter] = asset.id;
  }
  return parameters;
}
