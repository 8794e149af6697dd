import type { AssemblyStack } from '../cloud-assembly.ts';

/** The CDK's own resources that carry values from one region to another, by parameters of Systems Manager. */
const WRITER = 'Custom::CrossRegionExportWriter';
const READER = 'Custom::CrossRegionExportReader';

/**
 * What a stack with `crossRegionReferences` reads of a stack in another region.
 *
 * @param type of the resource whose attribute is read
 * @param name of the parameter, which the reader has as an attribute
 * @returns the stack that writes it, and the value in its template; `undefined` where it is no such attribute
 */
export function crossRegionExport(
  stacks: ReadonlyMap<string, AssemblyStack>,
  type: string | undefined,
  name: string,
): { stack: string; value: unknown } | undefined {
  if (type !== READER) return undefined;
  for (const [stack, { template }] of stacks) {
    for (const { Type, Properties = {} } of Object.values(template.Resources ?? {})) {
      if (Type !== WRITER) continue;
      const { exports = {} } = (Properties.WriterProps ?? {}) as { exports?: Record<string, unknown> };
      if (Object.hasOwn(exports, name)) return { stack, value: exports[name] };
    }
  }
  return undefined;
}
