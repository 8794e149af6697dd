import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs `cdk` with these arguments.
 *
 * @param root the folder with cdk.json
 * @param environment where AWS is
 * @returns all it says
 * @throws with all it said, when it fails
 */
export async function cdk(root: string, environment: Record<string, string>, ...args: string[]): Promise<string> {
  const command = [join(root, 'node_modules/aws-cdk/bin/cdk'), ...args];
  const env = {
    // The app of cdk.json is `node bin/app.ts`.
    PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    // Where the CDK keeps its notes.
    HOME: root,
    CDK_DISABLE_CLI_TELEMETRY: '1',
    CI: '1',
    // Other suites look at what it finds; it takes half of the time of a synth.
    CDK_VALIDATION: 'false',
    ...environment,
  };
  try {
    const { stdout, stderr } = await run(process.execPath, command, { cwd: root, env, maxBuffer: 2 ** 26 });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`cdk ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
