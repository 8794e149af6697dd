/**
 * State of handlers in DynamoDB: `import { dynamoDbOnce, dynamoDbState } from 'ari-eventbridge/dynamodb'`. A separate
 * entry point, so that other bundles do not include it; the SDK itself is Lambda's, loaded at the first use.
 *
 * The table has a string partition key `id`, and `expiresAt` for its time to live. Written on the SDK's document client
 * instead of Powertools' idempotency, which needs Lambda's context to release an entry after a timeout (here a lease
 * does that), and includes a query language and a hash, which an id does not need.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CallState } from './call-state.ts';
import type { OnceStore } from './once.ts';

export interface DynamoDbOptions {
  tableName: string;
  /** How long items are kept, in seconds. @default a day, after which EventBridge and Lambda no longer retry */
  keepSeconds?: number;
  /** @default a client with the function's region and role */
  client?: Pick<DynamoDBDocumentClient, 'send'>;
}

/** After this time another attempt may start: longer than a call handler's timeout. */
const LEASE_SECONDS = 60;
const DAY_SECONDS = 24 * 3600;

/**
 * Makes sure that each event is handled once across all Lambda environments. An event whose handling fails or is
 * interrupted is handled again, so handlers should be safe to repeat.
 *
 * @example
 * export const handler = callHandler(
 *   { StasisStart: async ({ channel }) => channel.answer() },
 *   { once: dynamoDbOnce({ tableName: 'call-events' }) },
 * );
 */
export function dynamoDbOnce(options: DynamoDbOptions): OnceStore {
  const { tableName: TableName, keepSeconds = DAY_SECONDS } = options;
  const clientOf = lazyClient(options);
  return {
    async run(eventId, work) {
      const { client, PutCommand, UpdateCommand, DeleteCommand } = await clientOf();
      const id = `once#${eventId}`;
      const now = seconds();
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item: { id, done: false, leaseUntil: now + LEASE_SECONDS, expiresAt: now + keepSeconds },
            ConditionExpression: 'attribute_not_exists(id) OR (done = :no AND leaseUntil < :now)',
            ExpressionAttributeValues: { ':no': false, ':now': now },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
      } catch (error) {
        const { name, Item } = error as { name?: string; Item?: { done?: unknown } };
        if (name !== 'ConditionalCheckFailedException') throw error;
        // Depending on the SDK's version the item has DynamoDB's form or the document client's.
        const done = typeof Item?.done === 'object' ? (Item.done as { BOOL?: boolean } | null)?.BOOL : Item?.done;
        if (done === true) return false;
        throw new Error(`The event ${eventId} is already being processed by another invocation; Lambda will retry`);
      }
      try {
        await work();
      } catch (error) {
        await client.send(new DeleteCommand({ TableName, Key: { id } }));
        throw error;
      }
      await client.send(
        new UpdateCommand({
          TableName,
          Key: { id },
          UpdateExpression: 'SET done = :yes',
          ExpressionAttributeValues: { ':yes': true },
        }),
      );
      return true;
    },
  };
}

/**
 * State like `channelState`, of up to 400 KB, and set at once even during a playback.
 *
 * @param name names the state on its channel
 * @example
 * const cart = dynamoDbState<{ items: string[] }>('cart', { tableName: 'call-state' });
 * await cart.set({ event, channel }, { items: ['tea'] });
 */
export function dynamoDbState<T>(name: string, options: DynamoDbOptions): CallState<T> {
  const { tableName: TableName, keepSeconds = DAY_SECONDS } = options;
  const clientOf = lazyClient(options);
  return {
    async get({ channel, event }) {
      const { client, GetCommand } = await clientOf();
      const Key = { id: `state#${name}#${event.metadata.node}#${channel.id}` };
      const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item?.value as T | undefined;
    },
    async set({ channel, event }, value) {
      const { client, PutCommand } = await clientOf();
      const id = `state#${name}#${event.metadata.node}#${channel.id}`;
      await client.send(new PutCommand({ TableName, Item: { id, value, expiresAt: seconds() + keepSeconds } }));
    },
  };
}

/** The SDK takes 60 to 90 ms to load: it is loaded at the first use. */
function lazyClient({ client: given }: DynamoDbOptions) {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const { DynamoDBDocumentClient: Documents, ...commands } = await import('@aws-sdk/lib-dynamodb');
    if (given) return { ...commands, client: given as DynamoDBDocumentClient };
    const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
    return { ...commands, client: Documents.from(new DynamoDBClient({})) };
  };
  return () => {
    loading ??= load();
    return loading;
  };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
