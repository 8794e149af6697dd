import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import type { AriNode } from '../ari/node.ts';
import { bundledPackages, cycloneDx } from './bill-of-materials.ts';
import { fixModes, MODES_IN_HASH } from './fixed-modes.ts';
import { caCopies, NODES_FILE, NODES_FOLDER } from './node-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONNECTOR = join(ROOT, 'connector');

/** The connector's bundle, in one file. */
export const CONNECTOR_BUNDLE = 'connector.cjs';
/** The software bill of materials (CycloneDX) of that file. */
export const CONNECTOR_BILL = 'connector.cdx.json';

export interface ConnectorImageProps {
  /**
   * The base image with Node 24, for example a newer one or from your own registry. It needs no shell.
   * @default node:24-slim of public.ecr.aws, by the digest in connector/Dockerfile
   */
  base?: string;
  /** The nodes whose private CAs' certificates are added. @default none */
  nodes?: readonly AriNode[];
  /**
   * The nodes with their secrets as JSON, for the variable `ARI_NODES_FILE`.
   * @default none: the variable `ARI_NODES` has them
   */
  nodesFile?: string | undefined;
}

/**
 * The connector's container image. Bundled at synth, so that the image needs no `npm install` and changes only when the
 * connector, the nodes or the certificates of their private CAs change.
 */
export function connectorImage({ base, nodes = [], nodesFile }: ConnectorImageProps = {}): ContainerImage {
  const context = mkdtempSync(join(tmpdir(), 'ari-eventbridge-connector-'));
  process.once('exit', () => rmSync(context, { recursive: true, force: true }));
  imageContext(context, nodes, nodesFile);
  return ContainerImage.fromAsset(context, {
    platform: Platform.LINUX_ARM64,
    extraHash: MODES_IN_HASH,
    ...(base !== undefined && { buildArgs: { BASE: base } }),
  });
}

/**
 * An image that was published, so that a deployment needs no Docker: of an account's own registry (ECR), which the task is
 * then permitted to read, or of a public one.
 *
 * @param reference `REGISTRY/NAME:TAG` or `REGISTRY/NAME@sha256:DIGEST`, for ARM64
 * @param id of an ECR repository in the scope. @default Image
 * @example
 * const image = publishedImage(this, '123456789012.dkr.ecr.eu-west-1.amazonaws.com/connector:1.0.0');
 */
export function publishedImage(scope: Construct, reference: string, id = 'Image'): ContainerImage {
  const [, account, region, name, tag] = ECR.exec(reference) ?? [];
  if (account === undefined || name === undefined) return ContainerImage.fromRegistry(reference);
  const { partition } = Stack.of(scope);
  const repositoryArn = `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
  const repository = Repository.fromRepositoryAttributes(scope, id, { repositoryArn, repositoryName: name });
  return ContainerImage.fromEcrRepository(repository, tag);
}
/** A tag, or a digest with its `sha256:`. */
const ECR = /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::|@)(\S+)$/;

/** Writes the image's build context into a folder. */
export function imageContext(folder: string, nodes: readonly AriNode[] = [], nodesFile?: string): void {
  copyFileSync(join(CONNECTOR, 'Dockerfile'), join(folder, 'Dockerfile'));
  bundleConnector(folder);
  for (const place of ['volume/ari-eventbridge', NODES_FOLDER]) {
    mkdirSync(join(folder, place), { recursive: true });
    // Archives drop empty folders.
    writeFileSync(join(folder, place, '.keep'), '');
  }
  for (const { from, to } of caCopies(nodes)) copyFileSync(from, join(folder, to));
  if (nodesFile !== undefined) writeFileSync(join(folder, NODES_FILE), nodesFile);
  fixModes(folder);
}

/** Writes the connector's bundle into a folder, with its bill of materials. */
export function bundleConnector(folder: string): void {
  // The published package contains both files, so it does not need the connector's dependencies.
  if (existsSync(join(CONNECTOR, CONNECTOR_BUNDLE))) {
    for (const file of [CONNECTOR_BUNDLE, CONNECTOR_BILL]) copyFileSync(join(CONNECTOR, file), join(folder, file));
    return;
  }
  const { metafile } = buildSync({
    entryPoints: [join(CONNECTOR, 'main.ts')],
    outfile: resolve(folder, CONNECTOR_BUNDLE),
    // Names in the bundle are relative to this folder, so the bundle is the same on every machine.
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    // ECMAScript modules have no `require`, which the SDK's dependencies call.
    format: 'cjs',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    // Optional native add-ons of ws, not installed.
    external: ['bufferutil', 'utf-8-validate'],
    metafile: true,
    logLevel: 'warning',
  });
  const bill = cycloneDx('ari-eventbridge-connector', bundledPackages(metafile, ROOT));
  writeFileSync(join(folder, CONNECTOR_BILL), `${JSON.stringify(bill, null, 1)}\n`);
}
