import { endpointOf } from '../lib/aws/endpoint.ts';
import { AwsError, refusalOf } from '../lib/aws/errors.ts';
import { type AwsConfig, AwsService } from '../lib/aws/service.ts';
import { isJsonObject } from '../lib/json.ts';
import type { StateChange, StateItem, StateTable } from './state-table.ts';

/** BatchWriteItem takes 1 to 25. */
const BATCH = 25;
/** A heartbeat that takes longer is late; an event never waits for it. */
const TIMEOUTS = { connectionTimeout: 1000, requestTimeout: 1000 };
/** One for the heartbeats, one for which calls were announced. */
const CONNECTIONS = 2;

type Attributes = Record<string, { S: string } | { N: string }>;

/** A table of DynamoDB with the string keys `of` and `item`. */
export class DynamoDbTable implements StateTable {
  readonly #name: string;
  readonly #config: AwsConfig;
  #service: Promise<AwsService> | undefined;

  constructor(name: string, config: AwsConfig) {
    this.#name = name;
    this.#config = config;
  }

  async read(of: string, isFresh: boolean): Promise<StateItem[]> {
    const items: StateItem[] = [];
    let start: unknown;
    do {
      const { Items, LastEvaluatedKey } = await this.#call('Query', {
        TableName: this.#name,
        KeyConditionExpression: '#of = :of',
        ExpressionAttributeNames: { '#of': 'of' },
        ExpressionAttributeValues: { ':of': { S: of } },
        ConsistentRead: isFresh,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      });
      for (const item of Array.isArray(Items) ? (Items as Attributes[]) : []) items.push(itemOf(item));
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  }

  async write(changes: readonly StateChange[]): Promise<void> {
    for (let at = 0; at < changes.length; at += BATCH) {
      const requests = changes.slice(at, at + BATCH).map(requestOf);
      const { UnprocessedItems } = await this.#call('BatchWriteItem', { RequestItems: { [this.#name]: requests } });
      if (isJsonObject(UnprocessedItems) && Object.keys(UnprocessedItems).length > 0) {
        throw new AwsError('ThrottlingException', 'the table takes fewer changes for now');
      }
    }
  }

  close(): void {
    void this.#service?.then((service) => service.close());
  }

  async #call(operation: string, parameters: object): Promise<Record<string, unknown>> {
    const service = await this.#open();
    const answer = await service.request(`DynamoDB_20120810.${operation}`, Buffer.from(JSON.stringify(parameters)));
    if (answer.status !== 200) throw refusalOf(answer);
    return answer.body ?? {};
  }

  #open(): Promise<AwsService> {
    this.#service ??= this.#config.region().then(
      (region) =>
        new AwsService({
          config: this.#config,
          service: 'dynamodb',
          endpoint: endpointOf('dynamodb', region, process.env),
          connections: CONNECTIONS,
          contentType: 'application/x-amz-json-1.0',
          timeouts: TIMEOUTS,
        }),
    );
    this.#service.catch(() => {
      this.#service = undefined;
    });
    return this.#service;
  }
}

function requestOf(change: StateChange): object {
  if ('put' in change) return { PutRequest: { Item: attributesOf(change.put) } };
  const { of, item } = change.remove;
  return { DeleteRequest: { Key: attributesOf({ of, item }) } };
}

function attributesOf(item: StateItem): Attributes {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );
}

function itemOf(attributes: Attributes): StateItem {
  const values = Object.entries(attributes).map(([name, value]) => [name, 'N' in value ? Number(value.N) : value.S]);
  return Object.fromEntries(values) as StateItem;
}
