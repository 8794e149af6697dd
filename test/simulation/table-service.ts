import type { ServiceAnswer } from './event-bridge.ts';
import type { Random } from './random.ts';

type Attributes = Record<string, { S?: string; N?: string }>;
type Write = { PutRequest?: { Item: Attributes }; DeleteRequest?: { Key: Attributes } };

interface Parameters {
  RequestItems?: Record<string, Write[]>;
  ExpressionAttributeValues?: Record<string, { S: string }>;
}

/** How many items a page of a query has, so that some queries have several. */
const PAGE = 50;

/** The table of DynamoDB that connectors share. */
export class TableService {
  readonly #random: Random;
  readonly #items = new Map<string, Attributes>();
  /** The share of requests that are throttled, from 0 to 1. */
  throttled = 0;
  /** How long each request takes, in milliseconds. */
  slowMs = 0;
  /** Whether anything was wrong with it in this run. */
  wasInTrouble = false;

  constructor(random: Random) {
    this.#random = random;
  }

  call(target: string, body: string): ServiceAnswer {
    if (this.#random.chance(this.throttled)) {
      const message = 'The level of configured provisioned throughput for the table was exceeded.';
      return { status: 400, body: { __type: 'ProvisionedThroughputExceededException', message } };
    }
    const parameters = JSON.parse(body) as Parameters & { ExclusiveStartKey?: { item: { S: string } } };
    return { status: 200, body: target.endsWith('Query') ? this.#query(parameters) : this.#write(parameters) };
  }

  #query({
    ExpressionAttributeValues,
    ExclusiveStartKey,
  }: Parameters & { ExclusiveStartKey?: { item: { S: string } } }): object {
    const of = ExpressionAttributeValues?.[':of']?.S ?? '';
    const after = ExclusiveStartKey?.item.S ?? '';
    const items = [...this.#items.values()]
      .filter((item) => item.of?.S === of && (item.item?.S ?? '') > after)
      .toSorted((a, b) => ((a.item?.S ?? '') < (b.item?.S ?? '') ? -1 : 1));
    const Items = items.slice(0, PAGE);
    const last = Items.at(-1);
    return { Items, ...(items.length > PAGE && last && { LastEvaluatedKey: { of: last.of, item: last.item } }) };
  }

  #write({ RequestItems = {} }: Parameters): object {
    for (const { PutRequest, DeleteRequest } of Object.values(RequestItems).flat()) {
      if (PutRequest) this.#items.set(keyOf(PutRequest.Item), PutRequest.Item);
      if (DeleteRequest) this.#items.delete(keyOf(DeleteRequest.Key));
    }
    return { UnprocessedItems: {} };
  }
}

function keyOf({ of, item }: Attributes): string {
  return `${of?.S}\n${item?.S}`;
}
