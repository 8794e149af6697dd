import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LinkEvent } from '../../connector/asterisk/link-event.ts';
import { NodeLink } from '../../connector/asterisk/node-link.ts';
import { NodeState } from '../../connector/asterisk/node-state.ts';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { createLog } from '../../lib/log.ts';
import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import { until } from '../support/until.ts';
import { say } from './fault-stage.ts';

/** How many hand-overs: set `HANDOVERS=500` to run the long version. */
const HANDOVERS = Number(process.env.HANDOVERS ?? 18);
/** How long the old socket is read, for a comparison: `HANDOVER_MS=0` closes it at once, and loses events. */
const HANDOVER_MS = process.env.HANDOVER_MS === undefined ? undefined : Number(process.env.HANDOVER_MS);
const READER = { username: 'connector', password: 'c', readOnly: true };
const COMMANDER = { username: 'commander', password: 'commander-password' };
const APP = 'Intro-IVR';
/** Asterisk gives up a reader that is late by 100 ms, which a busy machine is. That is not what is tested. */
const PATIENT = '\n[general](+)\nwebsocket_write_timeout = 5000\n';
/** An endless loop: each turn is a `ChannelVarset` with the next number, and two `ChannelDialplan`. */
const LOOP = `
[default]
exten => loop,1,Answer()
 same => n,Set(i=0)
 same => n(turn),Set(i=$[\${i} + 1])
 same => n,Goto(turn)
`;

/** Which numbers of one channel have come, from 0 on. */
class Numbers {
  count = 0;
  highest = -1;
  #seen = new Uint8Array(1 << 20);

  add(n: number): void {
    if (n >= this.#seen.length) {
      const larger = new Uint8Array(2 * n);
      larger.set(this.#seen);
      this.#seen = larger;
    }
    if (this.#seen[n] === 0) this.count += 1;
    this.#seen[n] = 1;
    this.highest = Math.max(this.highest, n);
  }

  get lost(): number {
    return this.highest + 1 - this.count;
  }
}

let asterisk: RealAsterisk;
let ari: AriClient;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([READER, COMMANDER], LOOP, { 'ari.conf': PATIENT });
  await asterisk.start();
  ari = createAriClient(httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => COMMANDER) }));
});
afterAll(async () => {
  ari?.close();
  await asterisk?.stop();
});

test(
  'no event is lost in a hand-over beside two channels with as many events as Asterisk gives',
  async () => {
    const channels = new Map<string, Numbers>();
    const happened: string[] = [];
    let events = 0;
    const onLink = (instance: string, event: LinkEvent): void => {
      if (event.kind !== 'event') {
        if (event.kind !== 'synced') happened.push(`${event.kind} ${instance}`);
        return;
      }
      events += 1;
      const { type, variable, value, channel } = event.frame.event as Record<string, unknown>;
      const { id = '' } = (channel ?? {}) as { id?: string };
      if (type !== 'ChannelVarset' || variable !== 'i') return;
      const numbers = channels.get(id) ?? new Numbers();
      channels.set(id, numbers);
      numbers.add(Number(value));
    };
    const credentials = cachedCredentials(async () => READER);
    const reading = createAriClient(httpTransport({ url: asterisk.url, credentials }));
    const connect = async (instance: string): Promise<NodeLink> => {
      const link = new NodeLink({
        node: { name: 'pbx-1', url: asterisk.url, apps: [APP] },
        credentials,
        ari: reading,
        state: new NodeState(),
        instance,
        excludedTypes: [],
        firstAccepted: Promise.resolve(),
        emit: (event) => onLink(instance, event),
        log: createLog({}, () => {}),
        handoverMs: HANDOVER_MS,
      });
      link.start();
      const connected = until('', () => happened.includes(`connected ${instance}`), 20_000);
      await connected.catch(() => expect.fail(`link ${instance} did not connect: ${link.status.says}`));
      return link;
    };

    let current = await connect('0');
    const calls = ['one', 'two'].map((channelId) =>
      ari.channels.originate({ endpoint: 'Local/loop@default', app: APP, channelId }),
    );
    await Promise.all(calls);
    await until('both loops', () => [...channels.values()].filter(({ count }) => count > 1000).length === 2, 20_000);
    const began = performance.now();
    const before = events;
    const stopping: Promise<void>[] = [];
    for (let i = 1; i <= HANDOVERS; i++) {
      const next = await connect(String(i));
      await until(`hand-over ${i}`, () => happened.includes(`replaced ${i - 1}`), 20_000);
      stopping.push(current.stop());
      current = next;
      await sleep(300);
    }
    const seconds = (performance.now() - began) / 1000;
    const rate = Math.round((events - before) / seconds);
    await Promise.all(['one', 'two'].map((channelId) => ari.channels.hangup({ channelId })));
    // Asterisk has made more events than it could send.
    const lastEvent = async (): Promise<boolean> => {
      const seen = events;
      await sleep(1000);
      return events === seen;
    };
    await until('the last event', lastEvent, 300_000);
    await Promise.all(stopping);
    await current.stop();
    reading.close();

    const lost = [...channels.values()].map((numbers) => numbers.lost);
    say(`${HANDOVERS} hand-overs at full speed on a real Asterisk`, {
      'events/s': rate,
      events,
      lost: lost.join(),
      'seconds each': (seconds / HANDOVERS).toFixed(2),
    });
    expect(lost).toEqual([0, 0]);
    expect(happened.filter((what) => what.startsWith('gap'))).toEqual([]);
    expect(happened.filter((what) => what.startsWith('replaced'))).toHaveLength(HANDOVERS);
  },
  360_000 + HANDOVERS * 5000,
);
