import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { TableError, Tables } from '../tables/index.ts';

/** Tables for tests, until they are closed. */
export interface TestTables {
  close(): Promise<void>;
}

/** What the AWS SDK reads: where DynamoDB is, and how to sign. */
const VARIABLES = ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/**
 * DynamoDB tables in memory, as `dynamoDbOnce` and `dynamoDbState` need them: with a string `id`. Until they are closed,
 * clients of the AWS SDK in this process use them instead of AWS. Needs the package dynalite.
 *
 * @param names of the tables
 * @throws Error where dynalite is not installed
 * @example
 * const tables = await testTables('call-state');
 * const pbx = await testCalls({ Shop: handler });
 * // …
 * await tables.close();
 */
export async function testTables(...names: string[]): Promise<TestTables> {
  const tables = new Tables();
  await tables.apply(
    names.map((TableName) => ({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    })),
  );
  const server = createServer(async (request, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    };
    try {
      const result = await tables.call(operation, (await json(request)) as Record<string, unknown>);
      if (result) answer(200, result);
      else answer(400, { __type: 'UnknownOperationException', message: `Tables of tests do not support ${operation}` });
    } catch (error) {
      const type = error instanceof TableError ? error.type : 'InternalServerError';
      answer(400, { __type: type, message: (error as Error).message });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  const { port } = server.address() as AddressInfo;
  const values = [`http://127.0.0.1:${port}`, 'us-east-1', 'test', 'test'];
  for (const [index, name] of VARIABLES.entries()) process.env[name] = values[index];
  return {
    async close() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await tables.close();
    },
  };
}
