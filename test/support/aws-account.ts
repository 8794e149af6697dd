import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EventPattern, matches } from '../../lib/events/pattern/index.ts';

type Input = Record<string, unknown>;

/** The part of an AWS account that the doctor uses: a bus, rules, queues, secrets, and functions to invoke. */
export class AwsAccount {
  readonly rules = new Map<string, { pattern: EventPattern; queueArns: Set<string> }>();
  readonly queues = new Map<string, { policy: string; messages: string[] }>();
  readonly secrets = new Map<string, object>();
  readonly functions = new Map<string, (payload: unknown) => Promise<unknown>>();
  /** The received requests, in order. */
  readonly requests: string[] = [];
  /** Events on the bus are not delivered to rules. */
  dropsEvents = false;
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      try {
        const text = await bodyOf(request);
        const answer = request.url?.startsWith('/2015-03-31/functions/')
          ? await this.#invoke(request.url, text)
          : this.#call(String(request.headers['x-amz-target']), JSON.parse(text) as Input);
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
      } catch (error) {
        response
          .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
          .end(JSON.stringify({ __type: 'ValidationException', message: (error as Error).message }));
      }
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.url;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #invoke(path: string, text: string): Promise<unknown> {
    const name = path.split('/')[3] ?? '';
    const run = this.functions.get(name);
    if (!run) throw new Error(`Function not found: ${name}`);
    return run(JSON.parse(text));
  }

  #call(target: string, input: Input): object {
    const operation = target.split('.').at(-1) as string;
    this.requests.push(operation);
    const { Name: rule, Rule: ruleOf, QueueUrl } = input as Record<string, string>;
    const queue = this.queues.get(String(QueueUrl).split('/').at(-1) ?? '');
    switch (operation) {
      case 'GetSecretValue': {
        const secret = this.secrets.get(String(input.SecretId));
        if (!secret) throw new Error(`no secret ${input.SecretId}`);
        return { SecretString: JSON.stringify(secret) };
      }
      case 'CreateQueue':
        this.queues.set(String(input.QueueName), { policy: '', messages: [] });
        return { QueueUrl: `${this.url}/000000000000/${input.QueueName}` };
      case 'GetQueueAttributes':
        return { Attributes: { QueueArn: arnOf(String(QueueUrl).split('/').at(-1) ?? '') } };
      case 'SetQueueAttributes':
        if (queue) queue.policy = (input.Attributes as { Policy: string }).Policy;
        return {};
      case 'ReceiveMessage': {
        const Body = queue?.messages.shift();
        const MD5OfBody = Body && createHash('md5').update(Body).digest('hex');
        return Body ? { Messages: [{ MessageId: '1', ReceiptHandle: '1', Body, MD5OfBody }] } : {};
      }
      case 'DeleteQueue':
        this.queues.delete(String(QueueUrl).split('/').at(-1) ?? '');
        return {};
      case 'PutRule': {
        const pattern = JSON.parse(String(input.EventPattern)) as EventPattern;
        this.rules.set(rule as string, { pattern, queueArns: new Set() });
        return { RuleArn: `arn:aws:events:us-east-1:000000000000:rule/${input.EventBusName}/${rule}` };
      }
      case 'PutTargets':
        for (const { Arn } of input.Targets as { Arn: string }[]) this.rules.get(ruleOf as string)?.queueArns.add(Arn);
        return { FailedEntryCount: 0, FailedEntries: [] };
      case 'RemoveTargets':
        this.rules.get(ruleOf as string)?.queueArns.clear();
        return { FailedEntryCount: 0, FailedEntries: [] };
      case 'DeleteRule':
        if ((this.rules.get(rule as string)?.queueArns.size ?? 0) > 0)
          throw new Error("Rule can't be deleted: it has targets.");
        this.rules.delete(rule as string);
        return {};
      case 'PutEvents':
        return this.#putEvents(input.Entries as Record<string, string>[]);
      default:
        throw new Error(`the account of this test knows no ${target}`);
    }
  }

  #putEvents(entries: Record<string, string>[]): object {
    for (const { Source, DetailType, Detail } of this.dropsEvents ? [] : entries) {
      const event = { source: Source, 'detail-type': DetailType, detail: JSON.parse(Detail ?? '') as object };
      for (const { pattern, queueArns } of this.rules.values()) {
        if (!matches(pattern, event)) continue;
        for (const [name, { policy, messages }] of this.queues) {
          // Without permission in the queue's policy EventBridge drops the event.
          if (queueArns.has(arnOf(name)) && policy.includes('sqs:SendMessage')) messages.push(JSON.stringify(event));
        }
      }
    }
    return { FailedEntryCount: 0, Entries: entries.map((_, index) => ({ EventId: String(index) })) };
  }
}

const arnOf = (queue: string): string => `arn:aws:sqs:us-east-1:000000000000:${queue}`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
