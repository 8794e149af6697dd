import type { LocalDeployment, LocalTarget } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';

/** An `AWS::Lambda::Permission`: who may invoke a function, and for what. */
export interface Permission {
  /** By name or ARN, with the version or alias at the end if it is for one. */
  functionName: string;
  principal: string;
  /** May contain `*` and `?`. @default any resource of the principal */
  sourceArn: string | undefined;
}

export function readPermission(part: TemplatePart): Permission {
  const sourceArn = part.property('SourceArn');
  return {
    functionName: String(part.property('FunctionName')),
    principal: String(part.property('Principal')),
    sourceArn: sourceArn === undefined ? undefined : String(sourceArn),
  };
}

/** The functions among the targets that EventBridge may not invoke: no permission names them for their rule. */
export function withoutPermission(
  { rules, functions }: LocalDeployment,
  permissions: readonly Permission[],
): LocalTarget[] {
  return rules.flatMap(({ arn: ruleArn, targets }) =>
    targets.filter((target) => {
      const fn = functions.find(({ arn }) => target.arn === arn || target.arn.startsWith(`${arn}:`));
      if (!fn) return false;
      const qualifier = target.arn.slice(fn.arn.length);
      return !permissions.some(
        ({ functionName, principal, sourceArn }) =>
          [`${fn.arn}${qualifier}`, `${fn.name}${qualifier}`].includes(functionName) &&
          (principal === 'events.amazonaws.com' || principal === '*') &&
          (sourceArn === undefined || matchesArn(sourceArn, ruleArn)),
      );
    }),
  );
}

function matchesArn(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(arn);
}
