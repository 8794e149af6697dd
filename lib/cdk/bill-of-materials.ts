import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package with code in a bundle. */
export interface BundledPackage {
  name: string;
  version: string;
  /** Its SPDX expression, such as `Apache-2.0`. */
  license: string;
}

/**
 * The packages with code in a bundle, by name. Read from the bundler's metafile, because package-lock.json (and `npm
 * sbom`) lists what is installed.
 *
 * @param root the folder that the metafile's paths are relative to
 */
export function bundledPackages({ outputs }: Pick<Metafile, 'outputs'>, root: string): BundledPackage[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return [...folders]
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return { name, version, license } as BundledPackage;
    })
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** A software bill of materials (CycloneDX), without time or serial number: the same packages give the same bytes. */
export function cycloneDx(name: string, packages: readonly BundledPackage[]): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name, 'bom-ref': name } },
    components: packages.map(({ name, version, license }) => {
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      return { type: 'library', 'bom-ref': purl, name, version, licenses: [{ expression: license }], purl };
    }),
  };
}
