import { expect, test } from 'vitest';
import { EventSchemas } from '../../../lib/cdk/event-schemas.ts';
import { eventSchemas } from '../../../lib/events/event-schema.ts';
import { templateOf } from '../../support/template-of.ts';

test('every type of event has a schema in the registry, within the registry’s and the template’s limits', () => {
  const template = templateOf((stack) => new EventSchemas(stack, 'Schemas'));
  const schemas = Object.values(template.findResources('AWS::EventSchemas::Schema')).map(
    ({ Properties }) => Properties,
  );
  expect(schemas.map(({ SchemaName }) => SchemaName).toSorted()).toEqual(
    eventSchemas()
      .map(({ name }) => name)
      .toSorted(),
  );
  for (const { Type, Content } of schemas) {
    expect(Type).toBe('OpenApi3');
    expect(Content.length).toBeLessThan(100_000);
  }
  expect(JSON.stringify(template.toJSON()).length).toBeLessThan(1_000_000);
  expect(schemas.length).toBeLessThan(500);
});
