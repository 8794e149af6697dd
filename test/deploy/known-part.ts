import { readFileSync, writeFileSync } from 'node:fs';

interface Template {
  Resources: Record<string, { Type: string; DependsOn?: string | string[] }>;
}

/**
 * Leaves resources of some types out of a template: an emulator that does not know a type refuses the whole template.
 *
 * @returns the ids of those that were left out
 * @throws where something that stays needs one of them
 */
export function leaveOut(templateFile: string, types: readonly string[]): string[] {
  const template = JSON.parse(readFileSync(templateFile, 'utf8')) as Template;
  const out = Object.keys(template.Resources).filter((id) => types.includes(template.Resources[id]?.Type ?? ''));
  for (const id of out) delete template.Resources[id];
  for (const resource of Object.values(template.Resources)) {
    if (resource.DependsOn) resource.DependsOn = [resource.DependsOn].flat().filter((id) => !out.includes(id));
  }
  const text = JSON.stringify(template);
  const needed = out.filter((id) => new RegExp(`"(Ref|Fn::GetAtt)":\\[?"${id}"|\\$\\{${id}[.}]`).test(text));
  if (needed.length > 0)
    throw new Error(`${templateFile}: ${needed.join(', ')} cannot be left out, others refer to it`);
  writeFileSync(templateFile, text);
  return out;
}
