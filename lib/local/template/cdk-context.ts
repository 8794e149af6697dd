import { homedir } from 'node:os';
import { join } from 'node:path';
import { readJsonFile } from '../../json-file.ts';
import { ACCOUNT, REGION } from './aws-environment.ts';

export type Context = Readonly<Record<string, unknown>>;

/** What the CDK's command line reads of a project before it runs the app. */
export interface CdkProject {
  /** The command that synthesizes, or the folder of a cloud assembly. */
  app: string;
  /** A command to run before `app`. */
  build: string | undefined;
  /** What the app finds by `tryGetContext`: cdk.json's own first, then cdk.context.json, then ~/.cdk.json. */
  context: Context;
  /** The account and region of stacks whose code takes them from CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION. */
  account: string;
  region: string;
}

/**
 * Reads cdk.json, cdk.context.json and ~/.cdk.json as the CDK's command line does.
 *
 * @param root the folder with cdk.json
 * @throws when one of them is missing or is no JSON object, with its path
 */
export async function readCdkProject(root: string): Promise<CdkProject> {
  const file = join(root, 'cdk.json');
  const project = await readJsonFile(file);
  if (!project) throw new Error(`${file}: there is no such file; local mode runs the CDK app that it names`);
  const user = (await readJsonFile(join(homedir(), '.cdk.json'))) ?? {};
  const { app, build } = { ...user, ...project };
  if (typeof app !== 'string' || app === '') {
    throw new Error(`${file}: expected \`app\` to be the command that synthesizes the app, got ${JSON.stringify(app)}`);
  }
  if (build !== undefined && typeof build !== 'string') {
    throw new Error(`${file}: expected \`build\` to be a command, got ${JSON.stringify(build)}`);
  }
  const lookups = (await readJsonFile(join(root, 'cdk.context.json'))) ?? {};
  const context = { ...(user.context as Context), ...lookups, ...(project.context as Context) };
  return { app, build, context, ...environmentOf(lookups) };
}

/**
 * On a deployment the credentials decide account and region. Here it is the environment, or the one account and region
 * that the lookups in cdk.context.json were made for, so that the app finds their results.
 */
function environmentOf(lookups: Context): { account: string; region: string } {
  const one = (pattern: RegExp): string | undefined => {
    const found = new Set(Object.keys(lookups).flatMap((key) => pattern.exec(key)?.[1] ?? []));
    return found.size === 1 ? [...found][0] : undefined;
  };
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return {
    account: account ?? one(/\baccount=(\d{12})(?=:|$)/) ?? ACCOUNT,
    region: region ?? one(/\bregion=([a-z0-9-]+)(?=:|$)/) ?? REGION,
  };
}
