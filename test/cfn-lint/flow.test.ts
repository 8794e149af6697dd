import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLOW_WAYS, flowApp } from '../support/flow-app.ts';
import type { Json } from '../support/synth.ts';
import { folderOfTest } from '../support/temporary-folder.ts';
import { lint } from './lint.ts';
import { overlooked } from './properties-checked.ts';
import { PropertyValidator } from './property-validator.ts';

const validator = new PropertyValidator();

describe.each(Object.entries(FLOW_WAYS))('the template of an app with a flow, %s,', (_, way) => {
  const synthesized = () => {
    const outdir = folderOfTest();
    flowApp(outdir, way).synth();
    return readdirSync(outdir)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(outdir, file));
  };

  test('is without findings, and sets only properties that CloudFormation has', () => {
    const files = synthesized();
    expect(lint(files)).toEqual({ status: 0, says: '' });
    const resources = files.flatMap((file) => {
      const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as {
        Resources: Record<string, { Type: string; Properties?: Json }>;
      };
      return Object.entries(Resources);
    });
    expect(resources.map(([, { Type }]) => Type)).toContain('AWS::Lambda::Alias');
    validator.learn(resources.map(([, { Type }]) => Type));
    for (const [id, { Type, Properties = {} }] of resources) {
      const { faults, depths } = validator.examine(Type, Properties);
      expect(faults, `${id}, ${Type}`).toEqual([]);
      expect(overlooked(Properties, depths), `${id}, ${Type}`).toEqual([]);
    }
  });
});
