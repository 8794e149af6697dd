import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { buildSync } from 'esbuild';
import type { AriNode } from '../ari/node.ts';
import { bundledPackages, cycloneDx } from './bill-of-materials.ts';
import { CA_FOLDER, caCopies } from './node-ca.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONNECTOR = join(ROOT, 'connector');

/** The connector in one file. */
export const CONNECTOR_BUNDLE = 'connector.cjs';
/** The packages that are in that file: a software bill of materials, CycloneDX. */
export const CONNECTOR_BILL = 'connector.cdx.json';

export interface ConnectorImageProps {
  /**
   * The image that brings Node 24, pinned by a digest or out of a registry of your own. It needs no shell.
   * @default public.ecr.aws/docker/library/node:24-slim
   */
  base?: string;
  /** The nodes whose private CAs' certificates are delivered. @default none */
  nodes?: readonly AriNode[];
}

/**
 * The connector's container image. Bundled here, at synth, so that the image needs no `npm install` and changes
 * exactly when the connector does, or the certificates of the nodes' private CAs.
 */
export function connectorImage({ base, nodes = [] }: ConnectorImageProps = {}): ContainerImage {
  const context = mkdtempSync(join(tmpdir(), 'ari-eventbridge-connector-'));
  process.once('exit', () => rmSync(context, { recursive: true, force: true }));
  imageContext(context, nodes);
  return ContainerImage.fromAsset(context, {
    platform: Platform.LINUX_ARM64,
    ...(base !== undefined && { buildArgs: { BASE: base } }),
  });
}

/** Writes all that the image is built from into a folder. */
export function imageContext(folder: string, nodes: readonly AriNode[] = []): void {
  copyFileSync(join(CONNECTOR, 'Dockerfile'), join(folder, 'Dockerfile'));
  bundleConnector(folder);
  for (const place of ['volume/ari-eventbridge', CA_FOLDER]) {
    mkdirSync(join(folder, place), { recursive: true });
    // Folders that hold nothing get lost in archives.
    writeFileSync(join(folder, place, '.keep'), '');
  }
  for (const { from, to } of caCopies(nodes)) copyFileSync(from, join(folder, to));
}

/** Writes the connector in one file into a folder, with the list of the packages in it. */
export function bundleConnector(folder: string): void {
  // The package of this project brings them along ready-made, so that whoever installs it needs nothing of theirs.
  if (existsSync(join(CONNECTOR, CONNECTOR_BUNDLE))) {
    for (const file of [CONNECTOR_BUNDLE, CONNECTOR_BILL]) copyFileSync(join(CONNECTOR, file), join(folder, file));
    return;
  }
  const { metafile } = buildSync({
    entryPoints: [join(CONNECTOR, 'main.ts')],
    outfile: resolve(folder, CONNECTOR_BUNDLE),
    // Names in the bundle are relative to this, and the same wherever it is made.
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    // ECMAScript modules have no `require`, which the SDK's dependencies call.
    format: 'cjs',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    // Optional speed-ups of ws, not installed.
    external: ['bufferutil', 'utf-8-validate'],
    metafile: true,
    logLevel: 'warning',
  });
  const bill = cycloneDx('ari-eventbridge-connector', bundledPackages(metafile, ROOT));
  writeFileSync(join(folder, CONNECTOR_BILL), `${JSON.stringify(bill, null, 1)}\n`);
}
