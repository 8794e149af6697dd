import { TableError, Tables } from '../tables/index.ts';
import { ServiceError } from './aws/index.ts';
import type { LocalTable } from './template/index.ts';

/** DynamoDB with the templates' tables, by its name in `x-amz-target`. */
export class TablesService {
  readonly #tables = new Tables();

  /** Replaces the set of tables; unchanged ones keep their items. */
  apply(tables: readonly LocalTable[]): Promise<void> {
    return this.#tables.apply(
      tables.map(({ name, keySchema, attributes, globalIndexes, localIndexes }) => ({
        TableName: name,
        KeySchema: keySchema,
        AttributeDefinitions: attributes,
        GlobalSecondaryIndexes: globalIndexes,
        LocalSecondaryIndexes: localIndexes,
      })),
    );
  }

  /** @returns nothing where the operation is not served */
  call(operation: string, input: Record<string, unknown>): Promise<object> | undefined {
    return this.#tables.call(operation, input)?.catch((error: unknown) => {
      throw error instanceof TableError ? new ServiceError(error.type, error.message) : error;
    });
  }

  close(): Promise<void> {
    return this.#tables.close();
  }
}
