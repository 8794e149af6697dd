import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AriNode } from '../../ari/node.ts';
import { type CdkProject, type Context, readCdkProject } from './cdk-context.ts';
import { missingLookups } from './cloud-assembly.ts';

/** Below node_modules, so that functions find the SDK that Lambda's runtime includes. */
const CACHE = 'node_modules/.cache/ari-eventbridge';
/** Linux limits a variable to 128 KB. What is larger, the app reads from a file. */
const MAX_VARIABLE_BYTES = 100_000;

/** What the CDK's command line adds to the context of an app. */
const CLI_CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:bundling-stacks': ['**'],
};

/**
 * Synthesizes the app of cdk.json, as `cdk synth` would: its `build` command, its context and that of cdk.context.json.
 *
 * @param root the folder with cdk.json
 * @param nodes replace `nodes` of the context. @default as cdk.json has them
 * @param ssm values of parameters of Systems Manager that the app may look up, by name
 * @returns the folder of the cloud assembly, a new one; the caller removes it
 * @throws with the app's output, when the app failed
 */
export async function synthesize(
  root: string,
  nodes: readonly AriNode[] = [],
  ssm: Readonly<Record<string, string>> = {},
): Promise<string> {
  const project = await readCdkProject(root);
  const cache = join(root, CACHE);
  await mkdir(cache, { recursive: true });
  const output = await mkdtemp(join(cache, 'cdk.out-'));
  try {
    const environment = {
      // CDK validates templates in half of the time that synthesizing takes; before a deployment, its command line does so.
      CDK_VALIDATION: 'false',
      ...process.env,
      CDK_DEFAULT_ACCOUNT: project.account,
      CDK_DEFAULT_REGION: project.region,
      CDK_OUTDIR: output,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    };
    if (project.build !== undefined) await run('build command of cdk.json', project.build, root, environment);
    if (isFolder(join(root, project.app))) {
      await cp(join(root, project.app), output, { recursive: true });
    } else {
      const context = { ...project.context, ...CLI_CONTEXT, ...(nodes.length > 0 && { nodes }) };
      await runApp(project, root, environment, context, ssm);
    }
    return output;
  } catch (error) {
    await rm(output, { recursive: true, force: true });
    throw error;
  }
}

/** Runs the app, and a second time where it looked up what is known here. */
async function runApp(
  { app }: CdkProject,
  root: string,
  environment: NodeJS.ProcessEnv & { CDK_OUTDIR: string },
  context: Context,
  ssm: Readonly<Record<string, string>>,
): Promise<void> {
  const output = environment.CDK_OUTDIR;
  await run('CDK app', executable(root, app), root, { ...environment, ...(await variables(output, context)) });
  if (!existsSync(join(output, 'manifest.json'))) {
    throw new Error(
      `The CDK app (${app}) ended without writing a cloud assembly: expected it to synthesize, and to set no \`outdir\``,
    );
  }
  const known = missingLookups(output).flatMap(({ key, provider, props }) => {
    const value = lookedUp(provider, props, ssm);
    return value === undefined || key in context ? [] : [[key, value] as const];
  });
  if (known.length > 0) {
    await runApp({ app } as CdkProject, root, environment, { ...context, ...Object.fromEntries(known) }, ssm);
  }
}

function lookedUp(provider: string, props: Record<string, unknown>, ssm: Readonly<Record<string, string>>): unknown {
  if (provider === 'ssm') return ssm[String(props.parameterName)];
  if (provider === 'availability-zones') return ['a', 'b', 'c'].map((zone) => `${String(props.region)}${zone}`);
  return undefined;
}

/** The interface between CDK's command line and an app: where the context is. */
async function variables(output: string, context: Context): Promise<Record<string, string>> {
  const text = JSON.stringify(context);
  if (Buffer.byteLength(text) <= MAX_VARIABLE_BYTES) return { CDK_CONTEXT_JSON: text };
  const file = join(output, 'ari-eventbridge-context.json');
  await writeFile(file, text);
  return { CDK_CONTEXT_JSON: '{}', CONTEXT_OVERFLOW_LOCATION_ENV: file };
}

/** As the CDK's command line does, a script that is named without its interpreter is run by Node.js. */
function executable(root: string, app: string): string {
  const isScript = /^\S+\.[cm]?js$/.test(app) && existsSync(join(root, app));
  return isScript && (statSync(join(root, app)).mode & 0o111) === 0 ? `"${process.execPath}" ${app}` : app;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

async function run(what: string, command: string, root: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, { cwd: root, env: environment, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`The ${what} (${command}) failed with exit code ${code}:\n${Buffer.concat(said).toString('utf8')}`);
  }
}
