/**
 * The connector beside clients that others have written, with the same events of a real Asterisk:
 *
 *  - `bare`: `ws` and JSON, which counts what it reads: the least that a program can do;
 *  - `ari-client` and `@ipcom/asterisk-ari`: programs that count the events their listener is given;
 *  - `ari-client to the bus`: the same program, which puts each event on the bus by the AWS SDK's client;
 *  - `connector`: the connector's bundle, with its journal on disk. It puts each event on the bus.
 *
 * One after the other each gets 500 user events at 100 a second, a burst of 102,000 events at Asterisk's full speed, and,
 * where it puts events on a bus, 500 user events at 100 a second during which the bus is away for three seconds.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { bundleConnector } from '../../lib/cdk/connector-image.ts';
import { setup as installAsterisk } from '../asterisk/install.ts';
import { OWN_ASTERISK, RealAsterisk } from '../asterisk/real-asterisk.ts';
import { LocalAws } from '../support/local-aws.ts';
import { BusProcess, type Contestant, type Place, startConnector, startProgram, usageOf } from './peers/contestant.ts';
import { installPackage } from './peers/npm-package.ts';

const APP = 'Intro-IVR';
/** Asterisk's own 100 ms would end the WebSocket of any reader that a busy machine does not let run for so long. */
const PATIENT = '\n[general](+)\nwebsocket_write_timeout = 5000\n';
/** Asterisk sends three events for each turn, and one number more than turns: they begin at 0. */
const TURNS = 34_000;
const SENT = 3 * TURNS;
const CALM = 500;
const PER_SECOND = 100;
const AWAY_MS = 3000;
/** Who has received nothing more for so long receives nothing more. */
const SILENT_MS = 15_000;
const LOOK_MS = 250;

export async function bench(): Promise<object> {
  if (!OWN_ASTERISK) throw new Error('The bench starts an Asterisk of its own: unset ASTERISK_URL');
  installAsterisk();
  const ariClient = installPackage('ari-client');
  const asteriskAri = installPackage('@ipcom/asterisk-ari');
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  bundleConnector(folder);
  const user = { username: 'bench', password: randomBytes(16).toString('hex') };
  const aws = await LocalAws.open({ connector: user });
  const asterisk = await RealAsterisk.prepare();
  asterisk.configure([user], undefined, { 'ari.conf': PATIENT });
  const place: Place = { url: asterisk.url, app: APP, user };
  const ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => user) }));
  const contestants: Record<string, (bus: BusProcess) => Promise<Contestant>> = {
    bare: () => startProgram('bare', '', place),
    'ari-client': () => startProgram('ari-client', ariClient, place),
    '@ipcom/asterisk-ari': () => startProgram('@ipcom/asterisk-ari', asteriskAri, place),
    'ari-client to the bus': (bus) => startProgram('ari-client', ariClient, place, bus),
    connector: (bus) => startConnector(folder, aws.url, place, bus),
  };
  const toBus = ['ari-client to the bus', 'connector'];
  const [load = Number.NaN] = loadavg();
  try {
    await asterisk.start();
    const result: Record<string, object> = {};
    for (const [name, start] of Object.entries(contestants)) {
      const bus = await BusProcess.open();
      let contestant: Contestant | undefined;
      try {
        contestant = await start(bus);
        result[name] = {
          [`${CALM} at ${PER_SECOND} a second`]: await calm(ari, contestant, 0),
          [`${SENT} at full speed`]: await burst(ari, contestant),
          ...(toBus.includes(name) && {
            [`bus away for ${AWAY_MS / 1000} s`]: await calm(ari, contestant, CALM, bus),
          }),
        };
      } finally {
        await contestant?.stop();
        bus.close();
      }
    }
    return { loadAverage: Number(load.toFixed(1)), ...result };
  } finally {
    await asterisk.stop();
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** User events at a rate. @param first their first number @param bus is away for a while in the middle */
async function calm(ari: AriClient, contestant: Contestant, first: number, bus?: BusProcess): Promise<object> {
  const before = usageOf(contestant.pid);
  const began = performance.now();
  let away: Promise<void> | undefined;
  for (let sent = 0; sent < CALM; sent++) {
    await sleep(Math.max(0, began + (sent * 1000) / PER_SECOND - performance.now()));
    if (bus && sent === CALM / 5)
      away = bus
        .set('down')
        .then(() => sleep(AWAY_MS))
        .then(() => bus.set('up'));
    await ari.events.userEvent({
      ...{ eventName: 'numbered', application: APP },
      variables: { n: String(first + sent), sentAt: String(process.hrtime.bigint()) },
    });
  }
  await away;
  const { calm: seen, outOfOrder, latencies } = await settled(contestant, ({ calm: got }) => got === first + CALM);
  const after = usageOf(contestant.pid);
  return {
    delivered: bus ? `${seen - first} of ${CALM}` : seen,
    outOfOrder,
    ...(!bus && {
      p50Ms: percentile(latencies, 50),
      p99Ms: percentile(latencies, 99),
      cpuMicrosPerEvent: Math.round(((after.cpuMs - before.cpuMs) / CALM) * 1000),
    }),
  };
}

/** As many events as Asterisk can send: a loop in the dialplan. */
async function burst(ari: AriClient, contestant: Contestant): Promise<object> {
  const earlier = (await contestant.report()).delivered;
  const before = usageOf(contestant.pid);
  const began = performance.now();
  const { id } = await ari.channels.originate({
    ...{ endpoint: 'Local/burst@default', app: APP },
    variables: { __TURNS: String(TURNS) },
  });
  let changed = began;
  const report = await settled(
    contestant,
    ({ burst: got }) => got === TURNS + 1,
    () => {
      changed = performance.now();
    },
  );
  const after = usageOf(contestant.pid);
  await ari.channels.hangup({ channelId: id });
  return {
    delivered: report.delivered - earlier,
    numbered: `${report.burst} of ${TURNS + 1}`,
    outOfOrder: report.outOfOrder,
    disconnects: report.disconnects,
    seconds: Number(((changed - began) / 1000).toFixed(1)),
    cpuMicrosPerEvent: Number((((after.cpuMs - before.cpuMs) / SENT) * 1000).toFixed(1)),
    peakRssMib: Math.round(after.peakRssMib),
  };
}

/** Waits until all has come, or nothing comes any more. */
async function settled(
  contestant: Contestant,
  isAll: (report: Awaited<ReturnType<Contestant['report']>>) => boolean,
  onChange: () => void = () => {},
): Promise<Awaited<ReturnType<Contestant['report']>>> {
  let last = -1;
  for (let changed = performance.now(); ; await sleep(LOOK_MS)) {
    const report = await contestant.report();
    if (report.delivered !== last) {
      last = report.delivered;
      changed = performance.now();
      onChange();
    }
    if (isAll(report) || performance.now() - changed > SILENT_MS) return report;
  }
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN).toFixed(2));
}
