import { ACCOUNT, REGION } from './aws-environment.ts';
import type { LocalParameter } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';

/** An `AWS::SSM::Parameter`. */
export function readParameter(part: TemplatePart): LocalParameter {
  const [type, value] = [part.property('Type'), part.property('Value')];
  return { arn: part.arn, name: part.name, type: String(type), value: String(value) };
}

/** The parameters, with the values that the developer gives for them, and for others that no template has. */
export function withGiven(
  parameters: readonly LocalParameter[],
  given: Readonly<Record<string, string>> = {},
): LocalParameter[] {
  const others = Object.entries(given).filter(([name]) => !parameters.some((parameter) => parameter.name === name));
  return [
    ...parameters.map((parameter) => ({ ...parameter, value: given[parameter.name] ?? parameter.value })),
    ...others.map(([name, value]) => ({
      arn: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/${name.replace(/^\//, '')}`,
      name,
      type: 'String',
      value,
    })),
  ];
}
