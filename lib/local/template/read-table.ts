import type { LocalTable } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';

/** An `AWS::DynamoDB::Table`, or an `AWS::DynamoDB::GlobalTable`, which is CDK's TableV2. */
export function readTable(part: TemplatePart): LocalTable {
  const given = (name: string): object[] | undefined => part.property(name) as object[] | undefined;
  return {
    title: part.title,
    name: part.name,
    keySchema: given('KeySchema') ?? [],
    attributes: given('AttributeDefinitions') ?? [],
    globalIndexes: given('GlobalSecondaryIndexes')?.map(indexOf),
    localIndexes: given('LocalSecondaryIndexes')?.map(indexOf),
  };
}

/** Without throughput, which has no meaning on one machine. */
function indexOf(index: object): object {
  const { IndexName, KeySchema, Projection } = index as Record<string, unknown>;
  return { IndexName, KeySchema, Projection };
}
