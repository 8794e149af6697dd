import { AwsError } from '../aws/errors.ts';
import type { Account } from './account.ts';
import { ACCOUNT_CHECKS, type Check, type Place } from './checks.ts';
import { error, type Finding, type Outcome, ok } from './finding.ts';
import type { Plan } from './plan.ts';

/** The machine that deploys. */
export interface Machine {
  /** The version of the Node that `cdk` runs the app with, `v24.1.0`; `undefined` where there is none. */
  node: string | undefined;
  /** Whether Docker answers. */
  docker: boolean;
}

/** The Node that runs the TypeScript of the app. */
const NODE = 24;

/**
 * Examines whether a deployment can succeed. Nothing in the account is changed.
 *
 * @param region of the deployment
 * @returns findings in the order in which they were made; none about the account where it cannot be asked
 */
export async function* preflight(
  account: Account,
  plan: Plan,
  machine: Machine,
  region: string,
): AsyncGenerator<Finding> {
  yield* named('node', [nodeOutcome(machine)]);
  yield* named('image', [imageOutcome(machine, plan)]);
  const place = await placeOf(account, region);
  if ('verdict' in place) {
    yield* named('account', [place]);
    return;
  }
  yield* named('account', [ok(`account ${place.account} in ${place.region}, as ${place.arn}`)]);
  for (const check of ACCOUNT_CHECKS) yield* named(check.name, await outcomesOf(check, account, plan, place));
}

function* named(check: string, outcomes: Outcome[]): Generator<Finding> {
  for (const outcome of outcomes) yield { check, ...outcome };
}

function nodeOutcome({ node }: Machine): Outcome {
  const mend = 'npx cdk deploy (not a global cdk), after npm ci, which installs Node 24 into the project';
  if (node === undefined) return error('the command `node`, which runs the app, was not found', mend);
  const [, major] = /^v(\d+)/.exec(node) ?? [];
  return Number(major) >= NODE
    ? ok(`Node ${node} runs the app`)
    : error(`expected Node ${NODE} or newer, found ${node}`, mend);
}

function imageOutcome({ docker }: Machine, { buildsImage }: Plan): Outcome {
  if (!buildsImage) return ok('no image has to be built');
  if (docker) return ok("Docker can build the connector's image");
  return error(
    "Docker does not answer, which has to build the connector's image",
    'start Docker (`docker version` shows whether it answers), or name a published image: "connectorImage" in cdk.json',
  );
}

async function placeOf(account: Account, region: string): Promise<(Place & { arn: string }) | Outcome> {
  try {
    return { region, ...(await account.identity()) };
  } catch (cause) {
    const says = `AWS cannot be asked: ${(cause as Error).message}`;
    return error(
      says,
      'aws sts get-caller-identity, which has to work with the same environment (AWS_PROFILE, AWS_REGION)',
    );
  }
}

async function outcomesOf(check: Check, account: Account, plan: Plan, place: Place): Promise<Outcome[]> {
  try {
    return await check.run(account, plan, place);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    const says = `not examined: ${cause.message}`;
    return [{ verdict: 'unknown', says, mend: `permissions to read: ${check.needs}` }];
  }
}
