import type { LocalDeployment } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';
import { busNameOf } from './values/resource-values.ts';

/**
 * The buses that the app uses and another app deploys: rules, archives, targets and the connector name them, and policies
 * that allow functions to put events on them.
 */
export function importedBuses(
  parts: readonly TemplatePart[],
  { busNames, rules, archives, containers }: LocalDeployment,
  warnings: string[],
): string[] {
  const targets = rules
    .flatMap((rule) => rule.targets.map(({ arn }) => arn))
    .filter((arn) => arn.includes(':event-bus/'));
  const used = [
    ...rules.map(({ busName }) => busName),
    ...archives.map(({ busName }) => busName),
    ...targets.map(busNameOf),
    ...containers.flatMap(({ environment: { EVENT_BUS_NAME } }) => (EVENT_BUS_NAME ? [busNameOf(EVENT_BUS_NAME)] : [])),
    ...parts.flatMap(grantedBuses),
  ];
  const imported = [...new Set(used)].filter((name) => name !== 'default' && !busNames.includes(name));
  for (const name of imported) {
    warnings.push(`No stack of this app has the event bus ${name}: local mode makes one of this name`);
  }
  return imported;
}

interface Statement {
  Effect?: string;
  Action?: string | string[];
  Resource?: unknown;
}

/** The buses on which an `AWS::IAM::Policy` allows to put events. */
function grantedBuses(part: TemplatePart): string[] {
  if (part.type !== 'AWS::IAM::Policy') return [];
  const { Statement = [] } = (part.raw('PolicyDocument') ?? {}) as { Statement?: Statement[] };
  return Statement.filter(({ Action }) => [Action].flat().includes('events:PutEvents'))
    .flatMap(({ Resource }) => [Resource].flat())
    .flatMap((resource) => {
      const name = busNameOf(arnIn(part, resource));
      return /^[\w./-]+$/.test(name) ? [name] : [];
    });
}

/** A policy may name what local mode cannot resolve, and does not need. */
function arnIn(part: TemplatePart, resource: unknown): string {
  try {
    const arn = part.property('PolicyDocument', resource);
    return String(arn).includes(':event-bus/') ? String(arn) : '';
  } catch {
    return '';
  }
}
