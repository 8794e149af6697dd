/**
 * What handlers keep in DynamoDB: `import { dynamoDbOnce, dynamoDbState } from 'ari-eventbridge/dynamodb'`. An entrance
 * of its own, so that a bundle without it carries none of it; the SDK itself is Lambda's, loaded at the first use.
 *
 * The table has a string partition key `id`, and `expiresAt` for its time to live. Written on the SDK's document client
 * rather than on Powertools' idempotency: that one needs Lambda's context to let go of what a timeout has left behind,
 * which is what a lease does here, and brings a query language and a hash for what is an id already.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CallState } from './call-state.ts';
import type { OnceStore } from './once.ts';

export interface DynamoDbOptions {
  tableName: string;
  /** How long items are kept, in seconds. @default a day, in which EventBridge and Lambda stop trying */
  keepSeconds?: number;
  /** @default one of the function's region and role */
  client?: Pick<DynamoDBDocumentClient, 'send'>;
}

/** After this another attempt may begin: longer than a call handler's timeout. */
const LEASE_SECONDS = 60;
const DAY_SECONDS = 24 * 3600;

/**
 * Lets each event be handled once, whichever Lambda environments it is delivered to. One that fails or is cut off in the
 * middle is handled again, so what it does should be safe to repeat.
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
        // The item comes in DynamoDB's own form or the document client's, by the SDK's version.
        const done = typeof Item?.done === 'object' ? (Item.done as { BOOL?: boolean } | null)?.BOOL : Item?.done;
        if (done === true) return false;
        throw new Error(`The event ${eventId} is being handled elsewhere: Lambda tries again, should that fail`);
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
 * State as `channelState` keeps it, of up to 400 KB, and set at once also while the channel plays.
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

/** The SDK costs 60 to 90 ms to load: it is loaded when there is something to keep. */
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
