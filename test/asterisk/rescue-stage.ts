import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { type CallHandler, callHandler } from '../../lib/call-handler/call-handler.ts';
import type { CallEventEnvelope } from '../../lib/events/call-event.ts';
import type { BusEvent } from '../../lib/local/bus/bus-event.ts';
import { createLog } from '../../lib/log.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { LocalAws } from '../support/local-aws.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { RenderedAsterisk } from './rendered-asterisk.ts';
import { placeCall } from './sipp.ts';

export const SECONDS = 3;
const APP = 'Intro-IVR';
const BUS = 'calls';
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:connector';
const PASSWORDS = {
  connector: { username: 'connector', password: 'connector-password' },
  handlers: { username: 'handlers', password: 'handlers-password' },
};

/** Where rescued callers land, the far half of a Local call, and calls with absolute time-outs of their own. */
const LANDING = `
[landing]
exten => s,1,NoOp(\${TIMEOUT(absolute)})
 same => n,Answer()
 same => n,Wait(0.5)
 same => n,Hangup()

[far]
exten => wait,1,Answer()
 same => n,Wait(3600)

[own]
exten => long,1,Set(TIMEOUT(absolute)=6)
 same => n,Goto(default,ivr,1)
exten => short,1,Set(TIMEOUT(absolute)=1)
 same => n,Goto(default,ivr,1)
`;
const LOGGER = `[general]
dateformat = %F %T.%3q

[logfiles]
dialplan-of-tests => warning,error,verbose(5)
`;
/** Asterisk looks up these names for each SIP call: without an answer it waits 5 s, and takes 14 calls meanwhile. */
const HOSTS = `127.0.0.1 localhost ${hostname()}\n192.0.2.1 A.ROOT-SERVERS.NET\n`;
const STEP = /^\[([\d-]+ [\d:.]+)\] VERBOSE.*Executing \[(\S+)@(\S+):\d+\] (\w+)\("([^"]+)"/gm;

/** One call, by its channel's name: times in epoch milliseconds. */
export interface SeenCall {
  channel: string;
  extension: string;
  /** When it entered its app. */
  entered: number;
  /** When it reached the fallback. */
  landed?: number;
}

/**
 * A real Asterisk with the rendered dialplan, connectors, a bus, and a handler that claims calls of the extension
 * `claimed`. What it does with those of `ivr` is the test's.
 */
export class RescueStage {
  readonly asterisk: RenderedAsterisk;
  /** Past every fault. */
  readonly direct: AriClient;
  /** Between Asterisk and all others. */
  network!: TcpProxy;
  readonly news: BusEvent[] = [];
  /** How many calls the handler has claimed. */
  claimed = 0;
  #aws: LocalAws | undefined;
  #connectors: { process: ConnectorProcess; folder: string }[] = [];

  private constructor(asterisk: RenderedAsterisk) {
    this.asterisk = asterisk;
    this.direct = clientOf(asterisk.server.url);
  }

  static async start(): Promise<RescueStage> {
    const asterisk = await RenderedAsterisk.prepare(PASSWORDS);
    const extensions = { ivr: { app: APP }, claimed: { app: APP } };
    const options = { rescue: SECONDS, extensions, fallback: 'goto:landing,s,1' } as const;
    await asterisk.start(options, { files: { 'logger.conf': LOGGER, '../hosts': HOSTS } });
    asterisk.append('extensions.conf', LANDING);
    await asterisk.server.cli('dialplan reload');
    return new RescueStage(asterisk);
  }

  /** Starts a bus, two connectors and a handler. */
  async open(onIvr: CallHandler | undefined): Promise<void> {
    this.news.length = 0;
    this.claimed = 0;
    this.network = await TcpProxy.before(this.asterisk.server.url);
    const claims = callHandler({
      StasisStart: async ({ channel }) => {
        await channel.ring();
        this.claimed += 1;
      },
    });
    const ari = clientOf(this.network.url);
    const log = createLog({}, () => {});
    const [claiming, other] = [claims, onIvr].map((handler) => handler?.withOptions({ clientOf: () => ari, log }));
    const onEvent = (event: BusEvent): void => {
      if (event.source === 'asterisk.ari.connector') this.news.push(event);
      if (event['detail-type'] !== 'StasisStart') return;
      const { channel } = event.detail as { channel: { dialplan: { exten: string } } };
      const handler = channel.dialplan.exten === 'claimed' ? claiming : other;
      handler?.(event as unknown as CallEventEnvelope).catch(() => {});
    };
    this.#aws = await LocalAws.open({ [SECRET]: PASSWORDS.connector }, { busNames: [BUS], onEvent });
    for (let each = 0; each < 2; each++) {
      const folder = mkdtempSync(join(tmpdir(), 'journal-'));
      const node = { name: 'pbx-1', url: this.network.url, apps: [APP], secretId: SECRET };
      const environment = { ARI_NODES: JSON.stringify([node]), EVENT_BUS_NAME: BUS, JOURNAL_FOLDER: folder };
      const process = new ConnectorProcess({ ...environment, AWS_ENDPOINT_URL: this.#aws.url });
      this.#connectors.push({ process, folder });
      await process.becomesReady();
    }
  }

  async killConnectors(): Promise<void> {
    await Promise.all(this.#connectors.map(({ process }) => process.kill()));
  }

  async takeBusAway(): Promise<void> {
    await this.#aws?.close();
    this.#aws = undefined;
  }

  async close(): Promise<void> {
    for (const { id } of await this.direct.channels.list()) {
      await this.direct.channels.hangup({ channelId: id }).catch(() => {});
    }
    await this.killConnectors();
    for (const { folder } of this.#connectors.splice(0)) rmSync(folder, { recursive: true, force: true });
    await this.takeBusAway();
    this.network.close();
  }

  async end(): Promise<void> {
    this.direct.close();
    await this.asterisk.end();
  }

  /** Places calls without SIP, one after the other, to an extension of the context `default` or of another one. */
  async callLocally(extension: string, count: number): Promise<void> {
    for (let each = 0; each < count; each++) {
      const endpoint = `Local/${extension.includes('@') ? extension : `${extension}@default`}/n`;
      await this.direct.channels.originate({ endpoint, context: 'far', extension: 'wait', priority: 1, timeout: 60 });
    }
  }

  /** Places calls by SIP at the same time. Resolves when all are over. */
  callBySip(extension: string, count: number): Promise<void> {
    return placeCall(this.asterisk.server.sipPort, { to: extension, count });
  }

  /** All calls since `since`, as Asterisk's own log has them. */
  async calls(since: number): Promise<SeenCall[]> {
    const calls = new Map<string, SeenCall>();
    for (const [, at = '', extension = '', context, application, channel = ''] of (await this.asterisk.log()).matchAll(
      STEP,
    )) {
      const time = Date.parse(`${at.replace(' ', 'T')}Z`);
      if (time < since) continue;
      if (application === 'Stasis') calls.set(channel, { channel, extension, entered: time });
      const call = calls.get(channel);
      if (context === 'landing' && call) call.landed ??= time;
    }
    return [...calls.values()];
  }

  /** What was left of each landed call's absolute time-out at the fallback, in seconds; 0 for none. */
  async leftAtFallback(): Promise<number[]> {
    const steps = (await this.asterisk.log()).matchAll(/\[s@landing:1\] NoOp\("[^"]+", "([\d.]+)"\)/g);
    return [...steps].map(([, seconds]) => Number(seconds));
  }

  /** Waits until so many calls of an extension have entered their app. */
  entered(extension: string, count: number, since: number): Promise<unknown> {
    return until(
      `${count} calls of ${extension} in their app`,
      async () => (await this.calls(since)).filter((call) => call.extension === extension).length >= count,
      60_000,
    );
  }

  /** The names of the channels that are in an app. */
  async inApps(): Promise<string[]> {
    const channels = await this.direct.channels.list();
    return channels.filter(({ dialplan }) => dialplan.app_name === 'Stasis').map(({ name }) => name);
  }
}

function clientOf(url: string): AriClient {
  const credentials = cachedCredentials(async () => PASSWORDS.handlers);
  return createAriClient(httpTransport({ url, credentials }));
}
