import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import { until } from '../support/until.ts';
import { FaultStage, say, USER } from './fault-stage.ts';

/** The shortest and the longest outage, in seconds. */
const [SHORTEST, LONGEST] = [1, 120];
/** Set `OUTAGES=20` for outages up to the longest. */
const COUNT = process.env.OUTAGES === undefined ? undefined : Number(process.env.OUTAGES);
const OUTAGES =
  COUNT === undefined
    ? [1, 6, 20]
    : Array.from({ length: COUNT }, (_, i) => SHORTEST * (LONGEST / SHORTEST) ** (i / Math.max(1, COUNT - 1)));
const WITHIN_MS = 5000;

let asterisk: RealAsterisk;
let stage: FaultStage;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([{ ...USER, readOnly: true }]);
  await asterisk.start();
  stage = await FaultStage.open();
});
afterAll(async () => {
  await stage?.close();
  await asterisk?.stop();
});

test(
  'the connector is connected again within 5 s of Asterisk being booted, whatever the outage was',
  async () => {
    const connector = stage.connect(asterisk.url);
    await connector.isInStep();
    const took: number[] = [];
    for (const [i, seconds] of OUTAGES.entries()) {
      await asterisk.stop(i % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      await until('the connector to notice', async () => (await connector.ready()).status === 503);
      await sleep(seconds * 1000);
      await asterisk.start();
      const booted = performance.now();
      await connector.becomesReady(60_000);
      took.push(Math.round(performance.now() - booted));
    }
    say(`${OUTAGES.length} outages of ${SHORTEST} to ${Math.round(OUTAGES.at(-1) ?? 0)} s`, {
      'connected again after ms': took.join(),
    });
    expect(took.filter((ms) => ms > WITHIN_MS)).toEqual([]);
  },
  OUTAGES.reduce((sum, seconds) => sum + seconds * 1000 + 60_000, 60_000),
);
