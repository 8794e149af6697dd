import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { StateChange, StateItem, StateTable } from '../../connector/state-table.ts';
import { TableError, Tables } from '../../lib/tables/index.ts';

export const STATE_TABLE = 'connectors';

/** The table as the stack makes it. */
export const STATE_TABLE_DEFINITION = {
  TableName: STATE_TABLE,
  AttributeDefinitions: [
    { AttributeName: 'of', AttributeType: 'S' },
    { AttributeName: 'item', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'of', KeyType: 'HASH' },
    { AttributeName: 'item', KeyType: 'RANGE' },
  ],
};

/** A table in memory, for tests of what uses one. */
export class MemoryTable implements StateTable {
  readonly items = new Map<string, StateItem>();
  /** What each request ends with in place of an answer. */
  trouble: (() => Promise<never>) | undefined;
  writes = 0;

  async read(of: string): Promise<StateItem[]> {
    await this.trouble?.();
    return [...this.items.values()].filter((item) => item.of === of).map((item) => ({ ...item }));
  }

  async write(changes: readonly StateChange[]): Promise<void> {
    this.writes += 1;
    await this.trouble?.();
    for (const change of changes) {
      const { of, item } = 'put' in change ? change.put : change.remove;
      if ('put' in change) this.items.set(`${of}\n${item}`, { ...change.put });
      else this.items.delete(`${of}\n${item}`);
    }
  }

  /** The names of an owner's items. */
  of(owner: string): string[] {
    return [...this.items.values()].flatMap(({ of, item }) => (of === owner ? [item] : []));
  }
}

/** DynamoDB on loopback with the table of connectors, by dynalite; for processes, by `AWS_ENDPOINT_URL_DYNAMODB`. */
export async function stateTableServer(): Promise<{
  url: string;
  /** How many requests of each operation there were. */
  counts: Record<string, number>;
  close(): Promise<void>;
}> {
  const tables = new Tables();
  await tables.apply([STATE_TABLE_DEFINITION]);
  const counts: Record<string, number> = {};
  const server = createServer(async (request, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    counts[operation] = (counts[operation] ?? 0) + 1;
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    };
    try {
      answer(200, (await tables.call(operation, (await json(request)) as Record<string, unknown>)) ?? {});
    } catch (error) {
      const type = error instanceof TableError ? error.type : 'InternalServerError';
      answer(400, { __type: type, message: (error as Error).message });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await tables.close();
    },
  };
}
