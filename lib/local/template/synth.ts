import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AriNode } from '../../ari/node.ts';

/** Below node_modules, so that functions find the SDK that Lambda's runtime includes. */
const CACHE = 'node_modules/.cache/ari-eventbridge';

/**
 * Synthesizes the app of cdk.json, as `cdk synth` would, with other nodes than cdk.json names.
 *
 * @param root the folder with cdk.json
 * @returns the folder of the cloud assembly, a new one; the caller removes it
 * @throws with the app's output, when the app failed
 */
export async function synthesize(root: string, nodes: readonly AriNode[]): Promise<string> {
  const { app, context } = JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')) as {
    app: string;
    context?: object;
  };
  await mkdir(join(root, CACHE), { recursive: true });
  const output = await mkdtemp(join(root, CACHE, 'cdk.out-'));

  // The interface between CDK's command line and an app: where to write, and the context.
  const environment = {
    // CDK validates templates in half of the time that synthesizing takes; before a deployment, its command line does so.
    CDK_VALIDATION: 'false',
    ...process.env,
    CDK_OUTDIR: output,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, nodes, 'aws:cdk:enable-path-metadata': true }),
    PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
  };
  const child = spawn(app, { cwd: root, env: environment, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) {
    await rm(output, { recursive: true, force: true });
    throw new Error(`The CDK app (${app}) failed with exit code ${code}:\n${Buffer.concat(said).toString('utf8')}`);
  }
  return output;
}
