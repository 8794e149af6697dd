import { nodesOf } from './node-address.ts';
import type { LocalDeployment } from './template/index.ts';

/** What an app does not have, a sentence each: without a bus nothing runs, without a connector no call arrives. */
export interface MissingParts {
  bus?: string;
  connector?: string;
}

/** @param stacks the names of the app's stacks */
export function missingParts(
  { busNames, rules, containers }: LocalDeployment,
  stacks: readonly string[],
): MissingParts {
  const app = `The stacks of the app (${stacks.join(', ') || 'none'})`;
  if (busNames.length === 0 && rules.length === 0) {
    return { bus: `${app} have no event bus and no rule: no event can arrive, so there is nothing to run` };
  }
  if (containers.some(({ environment }) => nodesOf(environment).length > 0)) return {};
  return {
    connector:
      `${app} have no connector (AriBridge or ConnectorService): no events of Asterisk arrive, only those that are put ` +
      'on a bus by PutEvents or in the console',
  };
}
