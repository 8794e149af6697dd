import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Of all names and values of a function's variables together, in bytes. */
const FUNCTION_LIMIT = 4096;
/** Of a whole task definition, in bytes, less what it has beside its variables. */
const TASK_LIMIT = 65_536 - 4096;

/**
 * Lets synth refuse variables that AWS would refuse at the deployment, with their size. What only the deployment knows
 * counts with the length of its expression.
 *
 * @param variables as CDK has them at synth, with tokens
 */
export function limitEnvironment(
  construct: IConstruct,
  of: 'function' | 'task',
  variables: () => Record<string, unknown>,
): void {
  const limit = of === 'function' ? FUNCTION_LIMIT : TASK_LIMIT;
  construct.node.addValidation({
    validate: () => {
      const sizes = Object.entries(variables()).map(([name, value]) => ({
        name,
        bytes: sizeOf(construct, name, value),
      }));
      const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
      const [largest] = sizes.toSorted((a, b) => b.bytes - a.bytes);
      if (total <= limit || largest === undefined) return [];
      return [
        `${construct.node.path}: the variables have ${total} bytes, of which ${largest.name} has ${largest.bytes}; a ${of} has room for ${limit}`,
      ];
    },
  });
}

function sizeOf(construct: IConstruct, name: string, value: unknown): number {
  const resolved: unknown = Stack.of(construct).resolve(value);
  const text = typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
  return Buffer.byteLength(name) + Buffer.byteLength(text);
}
