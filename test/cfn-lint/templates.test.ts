import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EventPattern, validate } from '../../lib/events/pattern/index.ts';
import { WITHOUT_SCHEMA_REGISTRY } from '../../lib/preflight/regions.ts';
import { type Json, MORE_WAYS, type Synthesized, synthesizeApp, WAYS } from '../support/synth.ts';
import { lint } from './lint.ts';
import { overlooked, PropertiesChecked } from './properties-checked.ts';
import { PropertyValidator } from './property-validator.ts';
import { providerSchemas } from './provider-schemas.ts';
import { TemplateSizes } from './template-sizes.ts';

const validator = new PropertyValidator();
const checked = new PropertiesChecked();
const types = new Set<string>();
const sizes = new TemplateSizes();
afterAll(() => console.log(`${checked}\n\n${sizes}`));

describe.each(Object.entries({ ...WAYS, ...MORE_WAYS }))('the templates of the app, %s,', (way, context) => {
  let app: Synthesized;
  beforeAll(async () => {
    app = await synthesizeApp(context);
    sizes.add(way, app);
  });
  afterAll(() => app?.remove());

  const templates = () =>
    readdirSync(app.folder)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(app.folder, file));

  test('are without findings', () => {
    expect(templates().length).toBeGreaterThanOrEqual(2);
    expect(lint(templates())).toEqual({ status: 0, says: '' });
  });

  test('set only properties that CloudFormation has, with values that its schemas permit', () => {
    const resources = [...app.templates.values()].flatMap(({ Resources = {} }) => Object.entries(Resources));
    validator.learn(resources.map(([, { Type }]) => Type));
    for (const [id, { Type, Properties = {} }] of resources) {
      const examined = validator.examine(Type, Properties);
      expect(examined.faults, `${id}, ${Type}`).toEqual([]);
      expect(overlooked(Properties, examined.depths), `${id}, ${Type}`).toEqual([]);
      types.add(Type);
      checked.add(Type, examined);
    }
  });

  test('have only event patterns that EventBridge accepts', () => {
    const patterns = ['AWS::Events::Rule', 'AWS::Events::Archive'].flatMap((type) =>
      app.resources(type).map(([, { Properties }]) => Properties.EventPattern),
    );
    expect(patterns.length).toBeGreaterThanOrEqual(3);
    for (const pattern of patterns) expect(validate(pattern as EventPattern)).toBeUndefined();
  });

  test('would have findings if they were wrong', () => {
    const [file = ''] = templates();
    const template = JSON.parse(readFileSync(file, 'utf8'));
    const resources = Object.values(template.Resources as Record<string, { Type: string; Properties: Json }>);
    const propertiesOf = (type: string) =>
      resources.find(({ Type }) => Type === type)?.Properties ?? expect.fail(`no ${type}`);
    Object.assign(propertiesOf('AWS::SQS::Queue'), { MessageRetentionPeriod: 9_999_999 });
    const { Statement } = propertiesOf('AWS::SQS::QueuePolicy').PolicyDocument as { Statement: Json[] };
    Object.assign(Statement[0] ?? expect.fail('no statement'), { Effect: 'Permit' });
    writeFileSync(file, JSON.stringify(template));
    const { status, says } = lint([file]);
    expect(status).not.toBe(0);
    expect(says).toContain('9999999');
    expect(says).toContain("'Permit' is not one of ['Allow', 'Deny']");
  });
});

test('every region has all types, except a schema registry', () => {
  expect(types.size).toBeGreaterThan(30);
  const { lacking } = providerSchemas([...types]);
  const registry = ['AWS::EventSchemas::Registry', 'AWS::EventSchemas::Schema'];
  expect(lacking).toEqual(Object.fromEntries(WITHOUT_SCHEMA_REGISTRY.map((region) => [region, registry])));
});

test('docs/lifecycle.md lists each of these configurations, with its size', () => {
  expect(sizes.differencesFrom(fileURLToPath(new URL('../../docs/lifecycle.md', import.meta.url)))).toEqual([]);
});
