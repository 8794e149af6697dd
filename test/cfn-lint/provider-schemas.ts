import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Json } from '../support/synth.ts';

/** A schema of CloudFormation's registry, or a part of one. */
export interface Schema extends Json {
  type?: string | string[];
  $ref?: string;
  properties?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
  /** JSON pointers of the properties that a template cannot set: `/properties/Arn`. */
  readOnlyProperties?: string[];
}

export interface ProviderSchemas {
  /** By type; a type that CloudFormation does not have is missing. */
  schemas: Record<string, Schema>;
  /** The types that a region does not have, by region; a region that has all of them is missing. */
  lacking: Record<string, string[]>;
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** CloudFormation's schemas of types, as cfn-lint's package has them. */
export function providerSchemas(types: readonly string[]): ProviderSchemas {
  const { stdout, stderr, error } = spawnSync(here('.venv/bin/python'), [here('provider-schemas.py')], {
    input: JSON.stringify(types),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as ProviderSchemas;
}
