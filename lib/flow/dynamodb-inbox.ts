import type { AwsEnvironment } from '../aws/endpoint.ts';
import { refusalOf } from '../aws/errors.ts';
import { lambdaRequest } from '../aws/lambda-request.ts';
import { isJsonObject, parseJson } from '../json.ts';
import type { Fact, FactKey, Leg } from './fact.ts';
import type { Inbox, Wait } from './inbox.ts';

/** Longer than a flow waits for anything. Each fact and each wait begins the time again. */
const KEEP_SECONDS = 30 * 24 * 3600;

/** Names of the item's attributes: of a fact by its key, of a wait by its execution. Values are JSON. */
const FACT = 'fact ';
const WAIT = 'wait ';

type Item = Record<string, { S?: string; N?: string }>;

/**
 * Inboxes in a table of DynamoDB with a string partition key `id`, without an SDK. One item for each call leg.
 *
 * @example
 * const inbox = dynamoDbInbox('flows');
 * const { callbacks } = await inbox.append({ node: 'pbx-1', channelId: '1.1' }, { key: 'over' });
 */
export function dynamoDbInbox(TableName: string, environment: AwsEnvironment = process.env): Inbox {
  const send = async (operation: string, parameters: object) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const body = JSON.stringify({ TableName, ...parameters });
    return lambdaRequest({ service: 'dynamodb', method: 'POST', headers, body }, environment);
  };
  const expiry = () => ({ N: String(Math.floor(Date.now() / 1000) + KEEP_SECONDS) });

  const look = async (leg: Leg, keys: readonly FactKey[]): Promise<Fact[]> => {
    const answer = await send('GetItem', { Key: keyOf(leg), ConsistentRead: true });
    if (answer.status !== 200) throw refusalOf(answer);
    return keys.flatMap((key) => factIn(itemIn(answer.body, 'Item'), key) ?? []);
  };

  return {
    async append(leg, fact) {
      const answer = await send('UpdateItem', {
        Key: keyOf(leg),
        UpdateExpression: 'SET #fact = if_not_exists(#fact, :fact), expiresAt = :expiry',
        ExpressionAttributeNames: { '#fact': FACT + fact.key },
        ExpressionAttributeValues: { ':fact': { S: JSON.stringify(fact) }, ':expiry': expiry() },
        ReturnValues: 'ALL_NEW',
      });
      if (answer.status !== 200) throw refusalOf(answer);
      const item = itemIn(answer.body, 'Attributes');
      return { fact: factIn(item, fact.key) ?? fact, callbacks: waitsIn(item, fact.key) };
    },
    async wait(leg, execution, wait, read) {
      const names = wait.keys.map((key, at) => [`#k${at}`, FACT + key] as const);
      const removed = read.map((key, at) => [`#r${at}`, FACT + key] as const);
      const answer = await send('UpdateItem', {
        Key: keyOf(leg),
        UpdateExpression: `SET #wait = :wait, expiresAt = :expiry${removed.length > 0 ? ` REMOVE ${removed.map(([name]) => name).join(', ')}` : ''}`,
        ConditionExpression: names.map(([name]) => `attribute_not_exists(${name})`).join(' AND '),
        ExpressionAttributeNames: { '#wait': WAIT + execution, ...Object.fromEntries([...names, ...removed]) },
        ExpressionAttributeValues: { ':wait': { S: JSON.stringify(wait) }, ':expiry': expiry() },
      });
      if (answer.status === 200) return [];
      const refusal = refusalOf(answer);
      if (refusal.code !== 'ConditionalCheckFailedException') throw refusal;
      return look(leg, wait.keys);
    },
    look,
  };
}

function keyOf({ node, channelId }: Leg): Item {
  return { id: { S: `flow#${node}#${channelId}` } };
}

function itemIn(body: Record<string, unknown> | undefined, field: string): Item {
  const item = body?.[field];
  return isJsonObject(item) ? (item as Item) : {};
}

function factIn(item: Item, key: FactKey): Fact | undefined {
  const text = item[FACT + key]?.S;
  return text === undefined ? undefined : (parseJson(text) as Fact);
}

/** Callbacks of the waits for a key. */
function waitsIn(item: Item, key: FactKey): string[] {
  return Object.entries(item).flatMap(([name, { S }]) => {
    if (!name.startsWith(WAIT)) return [];
    const { callback, keys } = parseJson(S) as Wait;
    return keys.includes(key) ? [callback] : [];
  });
}
