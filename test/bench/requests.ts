/**
 * What a PutEvents of ten entries costs in CPU, by its parts: the SDK's client, and what the connector has in its place.
 * The stub is a process of its own; the ways take turns, and each figure is the median over the rounds.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsService } from '../../lib/aws/service.ts';
import { AwsSigner } from '../../lib/aws/signature.ts';

const ROUNDS = 5;
const REQUESTS = 2000;
const CONCURRENCY = 8;
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const [REGION, TARGET, TYPE] = ['us-east-1', 'AWSEvents.PutEvents', 'application/x-amz-json-1.1'] as const;
const DETAIL = JSON.stringify({ type: 'ChannelDtmfReceived', filler: 'x'.repeat(700) });
const ENTRY = { Source: 'asterisk.ari', DetailType: 'ChannelDtmfReceived', Resources: ['r'], Detail: DETAIL };

export async function bench(): Promise<object> {
  const stub = fork(join(import.meta.dirname, 'connector/stub.ts'), [String(Number.MAX_SAFE_INTEGER), '0']);
  try {
    const { port } = await new Promise<{ port: number }>((resolve) => {
      stub.once('message', (message) => resolve(message as { port: number }));
    });
    const endpoint = new URL(`http://127.0.0.1:${port}/`);
    const client = new EventBridgeClient({ endpoint: endpoint.href, region: REGION, credentials: CREDENTIALS });
    const service = new AwsService({
      config: client.config,
      service: 'events',
      endpoint,
      connections: CONCURRENCY,
      contentType: TYPE,
    });
    const sdkSigner = new SignatureV4({
      service: 'events',
      region: REGION,
      credentials: CREDENTIALS,
      sha256: client.config.sha256,
    });
    const signer = new AwsSigner(REGION, 'events');
    const Entries = Array.from({ length: 10 }, () => ({ ...ENTRY, EventBusName: 'calls' }));
    const body = Buffer.from(JSON.stringify({ Entries }));
    const headers = { host: endpoint.host, 'content-type': TYPE, 'x-amz-target': TARGET };
    const request = { method: 'POST', protocol: 'http:', hostname: endpoint.hostname, path: '/', headers, body };
    const signable = { method: 'POST', path: '/', headers, body };

    const ways: Record<string, () => Promise<unknown>> = {
      'SDK client': () => client.send(new PutEventsCommand({ Entries })),
      'connector, signed and sent': () => service.request(TARGET, body),
      'SDK signer alone': () => sdkSigner.sign(request),
      'connector signer alone': async () => signer.sign(signable, CREDENTIALS, new Date()),
    };
    const figures = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, one] of Object.entries(ways)) {
        const micros = await cpuMicros(one);
        if (round > 0) figures.get(name)?.push(micros); // the first one warms up
      }
    }
    const medians = new Map([...figures].map(([name, all]) => [name, median(all)]));
    service.close();
    client.destroy();
    return {
      node: process.version,
      'CPU microseconds per request': Object.fromEntries([...medians].map(([name, us]) => [name, Math.round(us)])),
      'SDK client to connector': Number(
        ((medians.get('SDK client') as number) / (medians.get('connector, signed and sent') as number)).toFixed(1),
      ),
    };
  } finally {
    stub.kill('SIGKILL');
  }
}

async function cpuMicros(one: () => Promise<unknown>): Promise<number> {
  let left = REQUESTS;
  const before = process.cpuUsage();
  const worker = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / REQUESTS;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
