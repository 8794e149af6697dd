import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import type { AppExtension } from '../../lib/asterisk/extensions-conf.ts';
import type { CallHandler } from '../../lib/call-handler/call-handler.ts';
import type { CallEventEnvelope } from '../../lib/events/call-event.ts';
import type { BusEvent } from '../../lib/local/bus/bus-event.ts';
import { createLog } from '../../lib/log.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { LocalAws } from '../support/local-aws.ts';
import { until } from '../support/until.ts';
import { RenderedAsterisk } from './rendered-asterisk.ts';

const BUS = 'calls';
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:connector';
export const PASSWORDS = {
  connector: { username: 'connector', password: 'connector-password' },
  handlers: { username: 'handlers', password: 'handlers-password' },
};
/** Asterisk looks up these names for each SIP call: without an answer it waits 5 s. */
const HOSTS = `127.0.0.1 localhost ${hostname()}\n192.0.2.1 A.ROOT-SERVERS.NET\n`;

/** Lambda environments, each with connections of its own to Asterisk, which allows 100. */
const ENVIRONMENTS = 8;
/** As often Lambda invokes a function for an event. */
const ATTEMPTS = 3;
/** Many calls at once take a machine long: callers are rescued later than by default. */
const RESCUE_S = 60;
const LOGGER = '[logfiles]\ndialplan-of-tests => warning,error\n';

/** A real Asterisk with the rendered dialplan, a connector, a bus, and handlers that events reach later. */
export class VerbsStage {
  readonly asterisk: RenderedAsterisk;
  readonly ari: AriClient;
  /** How long events take from the bus to a handler. */
  hopMs = 0;
  /** By app: the same in each environment, which take turns. */
  readonly handlers: Record<string, CallHandler[]> = {};
  /** What handlers threw at the last attempt. */
  readonly faults: unknown[] = [];
  /** Events of calls on the bus, by type. */
  counts: Record<string, number> = {};
  /** The same by type and channel: `StasisEnd 1795403597.0`. */
  readonly seen = new Set<string>();
  /** What the connector said of events that may be missing. */
  readonly gaps: object[] = [];
  readonly #clients: AriClient[];
  #next = 0;
  #aws!: LocalAws;
  #connector!: ConnectorProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'journal-'));

  private constructor(asterisk: RenderedAsterisk) {
    this.asterisk = asterisk;
    this.ari = this.#client();
    this.#clients = Array.from({ length: ENVIRONMENTS }, () => this.#client());
  }

  #client(): AriClient {
    const credentials = cachedCredentials(async () => PASSWORDS.handlers);
    const transport = httpTransport({ url: this.asterisk.server.url, credentials });
    return createAriClient(transport, { timeoutMs: 20_000 }); // many calls at once may take a machine that long
  }

  /**
   * @param extensions as cdk.json has them
   * @param dialplan more contexts: the far ends of calls
   */
  static async start(extensions: Record<string, AppExtension>, dialplan: string): Promise<VerbsStage> {
    const asterisk = await RenderedAsterisk.prepare(PASSWORDS);
    const apps = [...new Set(Object.values(extensions).map(({ app }) => app))];
    asterisk.node = { ...asterisk.node, apps };
    await asterisk.start({ extensions, rescue: RESCUE_S }, { files: { '../hosts': HOSTS, 'logger.conf': LOGGER } });
    asterisk.append('extensions.conf', dialplan);
    await asterisk.server.cli('dialplan reload');
    const stage = new VerbsStage(asterisk);
    stage.#aws = await LocalAws.open(
      { [SECRET]: PASSWORDS.connector },
      { busNames: [BUS], onEvent: (event) => void stage.#deliver(event) },
    );
    const node = { name: 'pbx-1', url: asterisk.server.url, apps, secretId: SECRET };
    const environment = { ARI_NODES: JSON.stringify([node]), EVENT_BUS_NAME: BUS, JOURNAL_FOLDER: stage.#folder };
    stage.#connector = new ConnectorProcess({ ...environment, AWS_ENDPOINT_URL: stage.#aws.url });
    await stage.#connector.becomesReady();
    return stage;
  }

  /** Sets the handler of an app, which acts on this Asterisk. */
  serve(app: string, handler: CallHandler): void {
    const log = createLog({}, () => {});
    this.handlers[app] = this.#clients.map((client) => handler.withOptions({ clientOf: () => client, log }));
  }

  /** Waits until Asterisk has neither a channel nor a bridge. */
  async isEmpty(): Promise<void> {
    await until('no channel and no bridge', async () => {
      const [channels, bridges] = await Promise.all([this.ari.channels.list(), this.ari.bridges.list()]);
      return channels.length + bridges.length === 0;
    });
  }

  async hangUpAll(): Promise<void> {
    for (const { id: channelId } of await this.ari.channels.list()) {
      await this.ari.channels.hangup({ channelId }).catch(() => {});
    }
    await this.isEmpty();
  }

  async end(): Promise<void> {
    for (const client of [this.ari, ...this.#clients]) client.close();
    await this.#connector.kill();
    await this.#aws.close();
    await this.asterisk.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #deliver(event: BusEvent): Promise<void> {
    const envelope = event as unknown as CallEventEnvelope;
    const environments = this.handlers[envelope.detail.application] ?? [];
    const handler = environments[this.#next++ % ENVIRONMENTS];
    if (event['detail-type'] === 'Gap') this.gaps.push(event.detail);
    if (event.source === 'asterisk.ari.connector' || !handler) return;
    this.seen.add(`${event['detail-type']} ${envelope.detail.metadata.channelId}`);
    this.counts[event['detail-type']] = (this.counts[event['detail-type']] ?? 0) + 1;
    for (let left = ATTEMPTS - 1; ; left--) {
      if (this.hopMs > 0) await sleep(this.hopMs);
      try {
        return await handler(envelope);
      } catch (fault) {
        if (left > 0) continue;
        this.faults.push(fault);
        return;
      }
    }
  }
}
