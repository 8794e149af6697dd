import type { AssemblyStack } from '../cloud-assembly.ts';

type Stacks = ReadonlyMap<string, AssemblyStack>;
type Given = Readonly<Record<string, string>>;

/**
 * The value that is given for a parameter, or else its default; `undefined` where there is neither.
 *
 * @param passed what the parent of a nested stack passes
 * @param given by `Name` or `Stack:Name`, of which the latter decides
 */
export function textOfParameter(
  [stack, { name: stackName, template, parameters = {} }]: readonly [string, AssemblyStack],
  name: string,
  passed: string | undefined,
  given: Given = {},
): unknown {
  return (
    given[`${stack}:${name}`] ??
    given[`${stackName}:${name}`] ??
    passed ??
    given[name] ??
    parameters[name] ??
    template.Parameters?.[name]?.Default
  );
}

/** @throws where a value is given for a parameter that no stack has, with those that there are */
export function refuseUnknownParameters(stacks: Stacks, given: Given = {}): void {
  for (const one of Object.keys(given)) {
    const [name = '', stack] = one.split(':').toReversed();
    const isKnown = [...stacks].some(
      ([key, { name: stackName, template }]) =>
        (stack === undefined || stack === key || stack === stackName) && name in (template.Parameters ?? {}),
    );
    if (!isKnown)
      throw new Error(`The app has no parameter ${one}: it has ${parametersOf(stacks).join(', ') || 'none'}`);
  }
}

function parametersOf(stacks: Stacks): string[] {
  return [...stacks].flatMap(([key, { template }]) =>
    Object.keys(template.Parameters ?? {})
      // The CDK's own.
      .filter((name) => name !== 'BootstrapVersion')
      .map((name) => `${key}:${name}`),
  );
}
