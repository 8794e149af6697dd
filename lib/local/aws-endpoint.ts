import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bus, PutEntry } from './bus.ts';
import type { Secrets } from './secrets.ts';

/** A refusal as AWS's JSON protocol gives it. */
class ServiceError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Speaks AWS's wire on loopback, for PutEvents and GetSecretValue: what `AWS_ENDPOINT_URL` points to. */
export class AwsEndpoint {
  readonly #bus: Bus;
  readonly #secrets: Secrets;
  readonly #server: Server;

  constructor(bus: Bus, secrets: Secrets) {
    this.#bus = bus;
    this.#secrets = secrets;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** @returns the endpoint's URL */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const target = String(request.headers['x-amz-target']);
      answer(200, this.#call(target, JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>));
    } catch (error) {
      if (error instanceof ServiceError) answer(400, { __type: error.type, message: error.message });
      else answer(400, { __type: 'SerializationException', message: String(error) });
    }
  }

  #call(target: string, input: Record<string, unknown>): object {
    switch (target) {
      case 'AWSEvents.PutEvents':
        return this.#putEvents(input.Entries as PutEntry[] | undefined);
      case 'secretsmanager.GetSecretValue':
        return this.#getSecretValue(String(input.SecretId));
      default:
        throw new ServiceError('UnknownOperationException', `Local mode does not know ${target}`);
    }
  }

  #putEvents(entries: PutEntry[] | undefined): object {
    if (!Array.isArray(entries) || entries.length < 1 || entries.length > 10) {
      throw new ServiceError('ValidationException', 'Entries must have a length from 1 to 10');
    }
    const results = entries.map((entry) => this.#bus.put(entry));
    return { Entries: results, FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length };
  }

  #getSecretValue(secretId: string): object {
    const value = this.#secrets.get(secretId);
    if (value === undefined) {
      throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return { ARN: secretId, Name: secretId.split(':').at(-1), SecretString: value, VersionStages: ['AWSCURRENT'] };
  }
}
