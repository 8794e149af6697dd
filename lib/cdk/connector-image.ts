import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { buildSync } from 'esbuild';

const CONNECTOR = fileURLToPath(new URL('../../connector/', import.meta.url));

/** What is in the image's context beside the Dockerfile: the connector in one file. */
export const CONNECTOR_BUNDLE = 'connector.cjs';

/**
 * The connector's container image. Bundled here, at synth, so that the image needs no `npm install` and changes
 * exactly when the connector does.
 */
export function connectorImage(): ContainerImage {
  const context = mkdtempSync(join(tmpdir(), 'ari-eventbridge-connector-'));
  copyFileSync(join(CONNECTOR, 'Dockerfile'), join(context, 'Dockerfile'));
  buildSync({
    entryPoints: [join(CONNECTOR, 'main.ts')],
    outfile: join(context, CONNECTOR_BUNDLE),
    bundle: true,
    platform: 'node',
    // ECMAScript modules have no `require`, which the SDK's dependencies call.
    format: 'cjs',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    // Optional speed-ups of ws, not installed.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  return ContainerImage.fromAsset(context, { platform: Platform.LINUX_ARM64 });
}
