import type { Template } from '../cloud-assembly.ts';

/**
 * Refuses a template that contains `null`, as CloudFormation does.
 *
 * @throws with the path of the first one
 */
export function refuseNulls(stack: string, template: Template): void {
  const path = pathOfNull(template);
  if (path === undefined) return;
  const pattern = /\/(EventPattern)\//.test(path)
    ? '. A pattern that has to match null can be given as text: `JSON.stringify(pattern)` as the property EventPattern of CfnRule'
    : '';
  throw new Error(
    `Stack ${stack}: Template format error: [${path}] 'null' values are not allowed in templates. ` +
      `CloudFormation refuses this template${pattern}`,
  );
}

function pathOfNull(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value !== 'object') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const path = pathOfNull(inner);
    if (path !== undefined) return `/${key}${path}`;
  }
  return undefined;
}
