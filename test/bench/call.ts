/**
 * How long a caller waits: from a channel's entering Stasis to its being up, for some ways to answer it, on a real
 * Asterisk. The ways do the same on StasisStart, `POST /channels/{id}/answer`, and nothing else:
 *
 *  - `direct`: an app on `ws` and `fetch` alone, the least that an app can be;
 *  - `ariClient`: the same app on the npm package `ari-client`;
 *  - `bareChain`: as many processes as the local way has, with nothing in them: what they cost on this machine;
 *  - `local`: the whole local way: connector, bus, rule, function, REST;
 *  - `before`: with `--before FOLDER`, the same of another checkout, which has its dependencies installed.
 *
 * Each runs in processes of its own and in a Stasis app of its own. They take turns, call by call, so that whatever
 * else the machine does hits all of them alike.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setup as installAsterisk } from '../asterisk/install.ts';
import { OWN_ASTERISK, RealAsterisk } from '../asterisk/real-asterisk.ts';
import { Observer } from './call/observer.ts';
import { startWay, type Way } from './call/way.ts';
import { installPackage } from './peers/npm-package.ts';

/** Connections, caches and the compiler of JavaScript are to be warm: cold starts are another question. */
const WARM_UP_CALLS = 20;
const CALLS = 200;
/** After a call, for its last events to have gone all ways: the next call belongs to another way. */
const PAUSE_MS = 30;

/**
 * `app-NAME` leads into the Stasis app NAME; the caller's own end waits at `caller`. Stasis waits a moment: entered
 * at once, the observer would still be busy with the answer to its own request, and see the channel enter too late, by
 * about 0.4 ms of a direct app's 1.1.
 */
const DIALPLAN = `
[default]
exten => _app-.,1,Wait(0.05)
 same => n,Stasis(\${EXTEN:4})
 same => n,Hangup()

exten => caller,1,Wait(60)
 same => n,Hangup()
`;

export async function bench({ before }: { before?: string }): Promise<object> {
  if (!OWN_ASTERISK) throw new Error('The bench starts an Asterisk of its own: unset ASTERISK_URL');
  installAsterisk();
  const ariClient = installPackage('ari-client');

  const asterisk = await RealAsterisk.prepare();
  const user = { username: 'bench', password: randomBytes(16).toString('hex') };
  asterisk.configure([user], DIALPLAN);
  const ways: Way[] = [];
  let observer: Observer | undefined;
  try {
    await asterisk.start();
    observer = await Observer.open(asterisk.url, user);
    for (const [name, file, environment] of [
      ['direct', 'direct-app.ts', {}],
      ['ariClient', 'ari-client-app.ts', { ARI_CLIENT: ariClient }],
      ['bareChain', 'bare-chain.ts', {}],
      ['local', 'local-way.ts', {}],
      ...(before === undefined ? [] : ([['before', join(before, 'test/bench/call/local-way.ts'), {}]] as const)),
    ] as const) {
      ways.push(
        await startWay(name, file, {
          ARI_URL: asterisk.url,
          ARI_USER: user.username,
          ARI_PASSWORD: user.password,
          ...environment,
        }),
      );
    }

    const waits = new Map(ways.map(({ name }) => [name, [] as number[]]));
    const orders = permutations(ways);
    for (let round = 0; round < WARM_UP_CALLS + CALLS; round += 1) {
      for (const { name, app } of orders[round % orders.length] ?? []) {
        const wait = await observer.call(`app-${app}`);
        if (round >= WARM_UP_CALLS) waits.get(name)?.push(wait);
        await sleep(PAUSE_MS);
      }
    }
    return summary(waits, await observer.asteriskVersion());
  } finally {
    observer?.close();
    await Promise.all(ways.map((way) => way.stop()));
    await asterisk.stop();
  }
}

/** Every order, so that no way always follows the same one. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

function summary(waits: ReadonlyMap<string, readonly number[]>, asterisk: string): object {
  const figures = [...waits].map(([name, ms]) => ({ name, p50: percentile(ms, 50), p99: percentile(ms, 99) }));
  const ratiosTo = (base: string): object => {
    const least = figures.find(({ name }) => name === base);
    return Object.fromEntries(
      figures
        .filter((way) => way !== least)
        .map(({ name, p50, p99 }) => [
          name,
          { p50: rounded(p50 / (least?.p50 ?? Number.NaN)), p99: rounded(p99 / (least?.p99 ?? Number.NaN)) },
        ]),
    );
  };
  return {
    asterisk,
    callsPerWay: CALLS,
    ways: Object.fromEntries(figures.map(({ name, p50, p99 }) => [name, { p50Ms: rounded(p50), p99Ms: rounded(p99) }])),
    ratioToDirect: ratiosTo('direct'),
    ratioToBareChain: ratiosTo('bareChain'),
    ...(waits.has('before') && { ratioToBefore: ratiosTo('before') }),
  };
}

/** The smallest value that `percent` of all do not exceed. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}
