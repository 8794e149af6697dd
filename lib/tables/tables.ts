/// <reference path="./dynalite.d.ts" />
/** DynamoDB tables on this machine, in memory, by the package dynalite. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A table, with the properties of the operation CreateTable. */
export interface TableDefinition {
  TableName: string;
  AttributeDefinitions: readonly object[];
  KeySchema: readonly object[];
  GlobalSecondaryIndexes?: readonly object[] | undefined;
  LocalSecondaryIndexes?: readonly object[] | undefined;
}

/** An error of DynamoDB. */
export class TableError extends Error {
  /** Without its namespace: `ConditionalCheckFailedException`. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** What is supported: the actions of dynalite, without those that only AWS's console needs. */
const OPERATIONS = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
]);

/** dynalite wants a signature, and does not check it. Who calls was checked before. */
const SIGNED = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=local',
  'x-amz-date': '20260101T000000Z',
};

const ASK_AGAIN_MS = 5;

export class Tables {
  readonly #tables = new Map<string, string>();
  #server: Promise<Server> | undefined;
  /** Requests whose answers are to come. */
  readonly #underWay = new Set<Promise<object>>();

  /** Replaces the set of tables; unchanged ones keep their items. */
  async apply(tables: readonly TableDefinition[]): Promise<void> {
    const wanted = new Map(tables.map((table) => [table.TableName, table]));
    for (const [name, text] of this.#tables) {
      if (JSON.stringify(wanted.get(name)) === text) continue;
      await this.#send('DeleteTable', { TableName: name });
      this.#tables.delete(name);
    }
    for (const [name, table] of wanted) {
      if (this.#tables.has(name)) continue;
      await this.#send('CreateTable', { ...table, BillingMode: 'PAY_PER_REQUEST' });
      await this.#becomesActive(name);
      this.#tables.set(name, JSON.stringify(table));
    }
  }

  /**
   * One operation of DynamoDB.
   *
   * @param input the request's JSON
   * @returns the response's JSON; nothing where the operation is not supported
   * @throws TableError where DynamoDB refuses it
   */
  call(operation: string, input: Record<string, unknown>): Promise<object> | undefined {
    return OPERATIONS.has(operation) ? this.#send(operation, input) : undefined;
  }

  async close(): Promise<void> {
    const server = await this.#server;
    if (!server) return;
    // dynalite crashes the process where its store is closed before it has written.
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** A table that was just made is not there for its items at once. */
  async #becomesActive(TableName: string): Promise<void> {
    for (;;) {
      const { Table } = (await this.#send('DescribeTable', { TableName })) as { Table?: { TableStatus?: string } };
      if (Table?.TableStatus === 'ACTIVE') return;
      await wait(ASK_AGAIN_MS);
    }
  }

  #send(operation: string, input: object): Promise<object> {
    const sent = this.#answer(operation, input).finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
    return sent;
  }

  async #answer(operation: string, input: object): Promise<object> {
    this.#server ??= open();
    const { port } = (await this.#server).address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: {
        ...SIGNED,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as Record<string, string>;
    if (response.ok) return answer;
    const [type = 'InternalServerError'] = (answer.__type ?? '').split('#').slice(-1);
    throw new TableError(type, answer.message ?? answer.Message ?? `dynalite answered ${response.status}`);
  }
}

/** Loaded only where there are tables: apps without them do not need the package. */
async function open(): Promise<Server> {
  const dynalite = await import('dynalite').then(
    (module) => module.default,
    () => {
      throw new Error(
        'DynamoDB tables need the package dynalite on this machine. Install it: npm install --save-dev dynalite',
      );
    },
  );
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.unref();
}
