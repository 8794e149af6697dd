/**
 * What the first caller of the morning waits for: from the start of a process to its first command at Asterisk, for the bundle
 * that is deployed, once as Lambda runs it, once by way of the AWS SDK, which was the only way before; and for a handler as
 * one would write it first. Secrets Manager answers after 15 ms. Processes take turns.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readCloudAssembly } from '../../lib/local/template/cloud-assembly.ts';
import { readDeployment } from '../../lib/local/template/read-deployment.ts';
import { synthesize } from '../../lib/local/template/synth.ts';
import { APPS } from '../support/apps.ts';
import { CALL_BEGINS } from '../support/handler-import.ts';
import { bundleNaive } from './handlers/bundle-naive.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROUNDS = 21;
const SECRET_MS = 15;
/** A process that has sent no command by then never will. */
const LIMIT_MS = 20_000;
/** Imports a bundle and handles one event, as Lambda's runtime does in a new environment. */
const COLD = `
const { bundle, event } = JSON.parse(process.env.COLD);
const { handler } = await import(bundle);
await handler(event).catch(() => {});
`;

interface Subject {
  name: string;
  bundle: string;
  environment: Record<string, string>;
}

export async function bench(): Promise<object> {
  const assembly = await synthesize(ROOT, [{ name: 'pbx-1', url: 'http://127.0.0.1:1/ari', apps: APPS }]);
  const folder = await mkdtemp(join(assembly, 'cold-'));
  const ari = await AriStub.open();
  const secrets = await secretsManager(ari.url);
  try {
    const { functions } = readDeployment(await readCloudAssembly(assembly));
    const ivr = functions.find(({ title }) => /IntroIvr/i.test(title));
    if (!ivr)
      throw new Error(`Expected a function of the intro IVR, got ${functions.map(({ title }) => title).join(', ')}`);
    const bundle = join(ivr.code, 'index.mjs');
    const nodes = [{ name: 'pbx-1', url: `${ari.url}/ari`, apps: ['any'], secretId: 'secret' }];
    const known = {
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: urlOf(secrets),
      ARI_NODES: JSON.stringify(nodes),
      SECRET_ID: 'secret',
    };
    const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_SESSION_TOKEN: 'token' };
    // Keys that only the SDK finds.
    const file = join(folder, 'credentials');
    await writeFile(file, '[default]\naws_access_key_id = id\naws_secret_access_key = key\n');
    const subjects: Subject[] = [
      { name: 'now', bundle, environment: { ...known, ...keys, AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' } },
      { name: 'bySdk', bundle, environment: { ...known, AWS_SHARED_CREDENTIALS_FILE: file } },
      { name: 'naive', bundle: await bundleNaive(folder), environment: { ...known, ...keys } },
    ];
    const times = new Map(subjects.map(({ name }) => [name, [] as number[]]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const subject of subjects) times.get(subject.name)?.push(await firstCommandMs(subject, ari));
    }
    const median = (name: string): number =>
      (times.get(name) ?? []).toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
    const ms = Object.fromEntries(subjects.map(({ name }) => [name, Math.round(median(name))]));
    return {
      node: process.version,
      rounds: ROUNDS,
      medianMsToFirstCommand: ms,
      nowToBySdk: Number((median('now') / median('bySdk')).toFixed(2)),
      nowToNaive: Number((median('now') / median('naive')).toFixed(2)),
    };
  } finally {
    secrets.close();
    ari.close();
    await rm(assembly, { recursive: true, force: true });
  }
}

async function firstCommandMs({ name, bundle, environment }: Subject, ari: AriStub): Promise<number> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...inherited } = process.env;
  const cold = JSON.stringify({ bundle: pathToFileURL(bundle).href, event: CALL_BEGINS });
  const command = ari.nextCommand();
  const from = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '-e', COLD], {
    env: { ...inherited, ...environment, COLD: cold },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const limit = new AbortController();
  const tooLate = sleep(LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`Expected a command of the handler "${name}" within ${LIMIT_MS} ms, got none`);
  });
  try {
    const at = await Promise.race([command, tooLate]);
    return at - from;
  } finally {
    limit.abort();
    tooLate.catch(() => {});
    child.kill('SIGKILL');
    await exited;
  }
}

/** Answers what handlers ask of Asterisk, and notes when the first command comes. */
class AriStub {
  readonly url: string;
  readonly #server: Server;
  #onCommand: (at: number) => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    this.url = urlOf(server);
    server.on('request', (request, response) => {
      response.setHeader('content-type', 'application/json');
      const { pathname } = new URL(request.url ?? '/', this.url);
      // `ari-client` reads what there is before it sends a command.
      const description = /api-docs\/(\w+)\.json$/.exec(pathname)?.[1];
      if (pathname.endsWith('/asterisk/ping')) response.end('{"asterisk_id":"","ping":"pong","timestamp":""}');
      else if (pathname.endsWith('resources.json')) {
        const apis = [{ path: '/api-docs/channels.{format}', description: 'Channels' }];
        response.end(JSON.stringify({ basePath: `${this.url}/ari`, apiVersion: '1', swaggerVersion: '1.1', apis }));
      } else if (description) response.end(JSON.stringify(this.#channels()));
      else {
        this.#onCommand(performance.now());
        response.writeHead(404).end('{"message":"Channel not found"}');
      }
    });
  }

  static async open(): Promise<AriStub> {
    return new AriStub(await listening(createServer()));
  }

  nextCommand(): Promise<number> {
    return new Promise((resolve) => {
      this.#onCommand = resolve;
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #channels(): object {
    const parameters = [
      { name: 'channelId', paramType: 'path', required: true, allowMultiple: false, dataType: 'string' },
    ];
    const operation = { httpMethod: 'POST', nickname: 'answer', responseClass: 'void', parameters };
    const apis = [{ path: '/channels/{channelId}/answer', operations: [operation] }];
    return { basePath: `${this.url}/ari`, resourcePath: '/api-docs/channels.{format}', apis, models: {} };
  }
}

async function secretsManager(url: string): Promise<Server> {
  const secret = JSON.stringify({ username: 'u', password: 'p', url });
  return listening(
    createServer((request, response) => {
      request.resume();
      setTimeout(() => {
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify({ Name: 'secret', SecretString: secret }));
      }, SECRET_MS);
    }),
  );
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
