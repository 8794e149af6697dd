/**
 * State of handlers in DynamoDB: `import { dynamoDbOnce, dynamoDbState } from 'ari-eventbridge/dynamodb'`. A separate
 * entry point, so that other bundles do not include it; the SDK itself is Lambda's, loaded at the first use.
 *
 * The table has a string partition key `id`, and `expiresAt` for its time to live. Written on the SDK's document client
 * instead of Powertools' idempotency, which needs Lambda's context to release an entry after a timeout (here a lease
 * does that), and includes a query language and a hash, which an id does not need.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CallState, StateOwner } from './call-state.ts';
import type { OnceStore } from './once.ts';

export interface DynamoDbOptions {
  tableName: string;
  /** How long items are kept, in seconds. @default a day, after which EventBridge and Lambda no longer retry */
  keepSeconds?: number;
  /** @default a client with the function's region and role */
  client?: Pick<DynamoDBDocumentClient, 'send'>;
}

/** How long an invocation holds an event whose remaining time is not known: longer than a call handler's timeout. */
const LEASE_MS = 60_000;
/** Clocks of Lambda's machines may differ, and a process ends a little after its time. */
const MARGIN_MS = 1000;
const DAY_SECONDS = 24 * 3600;

/** An event that is being handled, or was. */
interface OnceItem {
  done?: boolean;
  /** Names the attempt that handles it. */
  holder?: string;
  /** Epoch milliseconds, after which another attempt may take it. */
  leaseUntil?: number;
}

/**
 * Makes sure that each event is handled once across all Lambda environments. An event whose handling fails or is
 * interrupted is handled again, so handlers should be safe to repeat. An attempt holds its event until the invocation's
 * time is over; only the attempt that holds it can complete or release it.
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
    async run(eventId, work, remainingMs = LEASE_MS) {
      const { client, GetCommand, PutCommand, UpdateCommand, DeleteCommand } = await clientOf();
      const Key = { id: `once#${eventId}` };
      const now = Date.now();
      const holder = crypto.randomUUID();
      const Item = {
        ...Key,
        done: false,
        holder,
        leaseUntil: now + remainingMs + MARGIN_MS,
        expiresAt: seconds(now) + keepSeconds,
      };
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item,
            // DynamoDB removes expired items days later.
            ConditionExpression:
              'attribute_not_exists(id) OR (done = :no AND leaseUntil < :now) OR expiresAt < :nowSeconds',
            ExpressionAttributeValues: { ':no': false, ':now': now, ':nowSeconds': seconds(now) },
          }),
        );
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        const found = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
        const there = (found.Item ?? {}) as OnceItem;
        if (there.done === true) return false;
        // The client may have repeated a request that had succeeded.
        if (there.holder !== holder) {
          throw new Error(`The event ${eventId} is already being processed by another invocation; Lambda will retry`);
        }
      }
      const mine = { ConditionExpression: 'holder = :me', TableName, Key };
      try {
        await work();
      } catch (error) {
        // Where it cannot be released, its time ends. The handler's error says more.
        await client
          .send(new DeleteCommand({ ...mine, ExpressionAttributeValues: { ':me': holder } }))
          .catch(() => undefined);
        throw error;
      }
      try {
        await client.send(
          new UpdateCommand({
            ...mine,
            UpdateExpression: 'SET done = :yes',
            ExpressionAttributeValues: { ':yes': true, ':me': holder },
          }),
        );
      } catch (error) {
        // Another attempt has it since this one's time was over, and completes it.
        if (!isConditionFailure(error)) throw error;
      }
      return true;
    },
  };
}

/**
 * State like `channelState`, of up to 400 KB, and set at once even during a playback. Values are stored as
 * `JSON.stringify` has them: fields that are `undefined` are left out, a date is its text.
 *
 * @param name names the state on its channel
 * @example
 * const cart = dynamoDbState<{ items: string[] }>('cart', { tableName: 'call-state' });
 * await cart.set({ event, channel }, { items: ['tea'] });
 */
export function dynamoDbState<T>(name: string, options: DynamoDbOptions): CallState<T> {
  const { tableName: TableName, keepSeconds = DAY_SECONDS } = options;
  const clientOf = lazyClient(options);
  const keyOf = ({ channel, event }: StateOwner) => ({ id: `state#${name}#${event.metadata.node}#${channel.id}` });
  return {
    async get(owner) {
      const { client, GetCommand } = await clientOf();
      const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(owner), ConsistentRead: true }));
      return Item === undefined || Item.expiresAt < seconds(Date.now()) ? undefined : (Item.value as T);
    },
    async set(owner, state) {
      const { client, PutCommand, DeleteCommand } = await clientOf();
      const text = JSON.stringify(state) as string | undefined;
      if (text === undefined) {
        await client.send(new DeleteCommand({ TableName, Key: keyOf(owner) }));
        return;
      }
      const Item = { ...keyOf(owner), value: JSON.parse(text), expiresAt: seconds(Date.now()) + keepSeconds };
      await client.send(new PutCommand({ TableName, Item }));
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
    // Numbers as JSON has them, also beyond those that are exact.
    const translation = {
      marshallOptions: { allowImpreciseNumbers: true },
      unmarshallOptions: { wrapNumbers: Number },
    };
    return { ...commands, client: Documents.from(new DynamoDBClient({}), translation) };
  };
  return () => {
    loading ??= load();
    return loading;
  };
}

function isConditionFailure(error: unknown): boolean {
  return (error as Error).name === 'ConditionalCheckFailedException';
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
