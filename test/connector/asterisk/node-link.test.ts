import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import type { LinkEvent, ReadEvent } from '../../../connector/asterisk/link-event.ts';
import { NodeLink, type NodeLinkOptions } from '../../../connector/asterisk/node-link.ts';
import { NodeState } from '../../../connector/asterisk/node-state.ts';
import { holderName } from '../../../connector/asterisk/presence.ts';
import { createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';
import { subjectOf } from '../../../lib/events/subject.ts';
import { createLog } from '../../../lib/log.ts';
import type { ServedCommand } from '../../../lib/simulator/router.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { AriPeer } from '../../support/ari-peer.ts';
import { freePort } from '../../support/free-port.ts';
import { openEvents } from '../../support/open-events.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

const WRITER = { username: 'handlers', password: 'h' };
const READER = { username: 'connector', password: 'c', readOnly: true };
const IVR = 'Intro-IVR';
const CONFERENCE = 'Super-Conference';
/** How many times shorter than the real ones the link's waits are. */
const SPEEDUP = 20;

interface Seen {
  type: string;
  channel: string;
  app: string;
  recovered: boolean;
  sequence: number;
  args: unknown;
}

/** An Asterisk, and as many connectors' links to it as a test wants, each over a network of its own. */
async function stage({ onTestFinished }: TestContext) {
  const commands: ServedCommand[] = [];
  const port = await freePort();
  const boot = () =>
    SimulatedAsterisk.start({ users: [WRITER, READER], port, onCommand: (command) => commands.push(command) });
  let asterisk = await boot();
  onTestFinished(() => asterisk.stop());

  const link = async (
    options: Partial<NodeLinkOptions> & { user?: typeof WRITER; apps?: string[]; url?: string } = {},
  ) => {
    const { user = READER, apps = [IVR], url = asterisk.url, ...more } = options;
    const proxy = await TcpProxy.before(url);
    const node = { name: 'pbx-1', url: proxy.url, apps };
    const credentials = cachedCredentials(async () => user);
    const state = options.state ?? new NodeState();
    const gaps: Extract<LinkEvent, { kind: 'gap' }>[] = [];
    const events: Seen[] = [];
    const happened: string[] = [];
    const lines: string[] = [];
    const ari = createAriClient(httpTransport({ url: proxy.url, credentials }));
    const onEvent = ({ frame: { event }, position: { sequence }, recovered }: ReadEvent): void => {
      const subject = subjectOf(event);
      const { channelId = '' } = subject;
      state.observe(event, subject);
      const { type, application, args } = event;
      if (type === 'ApplicationReplaced') return;
      events.push({ type, channel: channelId, app: String(application), recovered, sequence, args });
      happened.push(`${type}${recovered ? ' recovered' : ''}`);
    };
    const it = new NodeLink({
      node,
      credentials,
      ari,
      state,
      instance: 'one',
      excludedTypes: [],
      firstAccepted: Promise.resolve(),
      sleep: (ms) => sleep(ms / SPEEDUP),
      log: createLog({}, (line) => lines.push(line)),
      backoff: { baseMs: 5, capMs: 20 },
      pingIntervalMs: 500,
      standbyPollMs: 30,
      ...more,
      emit: (event) => {
        if (event.kind === 'event') onEvent(event);
        else if (event.kind === 'rejected') happened.push(`rejected ${event.fault}`);
        else if (event.kind === 'replaced') happened.push(`replaced ${event.app}`);
        else if (event.kind === 'gap') gaps.push(event);
        if (event.kind === 'connected' || event.kind === 'disconnected') happened.push(`${event.kind} ${event.apps}`);
        else if (event.kind === 'gap' || event.kind === 'synced') happened.push(event.kind);
      },
    });
    onTestFinished(async () => {
      await it.stop();
      ari.close();
      proxy.close();
    });
    const times = (what: string): number => happened.filter((one) => one === what).length;
    const synced = (count = 1) => until(`synced ${count}`, () => times('synced') >= count);
    return { it, proxy, state, gaps, events, happened, lines, times, synced };
  };

  return {
    link,
    commands,
    get asterisk() {
      return asterisk;
    },
    reboot: async () => {
      await asterisk.stop();
      asterisk = await boot();
    },
    dial: (extension = 'ivr') => asterisk.dial(extension) ?? Promise.reject(new Error('the call was ejected')),
  };
}

const types = (events: Seen[]): string[] => events.map(({ type, recovered }) => (recovered ? `(${type})` : type));

describe.concurrent('a node’s link', () => {
  test('on its first day has missed nothing, and says so to nobody', async (context) => {
    const { expect } = context;
    const { link, dial } = await stage(context);
    const { it, events, gaps, synced } = await link();
    it.start();
    expect(it.status).toEqual({ ready: false, says: 'not connected yet' });
    await synced();
    expect([gaps, it.status, it.connectedApps]).toEqual([[], { ready: true, says: 'connected' }, [IVR]]);
    await dial();
    await until('the call', () => events.length === 1);
    expect(types(events)).toEqual(['StasisStart']);
  });

  test('finds calls that were there before it, and does not know since when', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const other = await openEvents(asterisk.url, READER, [CONFERENCE]);
    const channel = await dial('conference');
    other.close();
    const { it, events, gaps, synced } = await link({ apps: [IVR, CONFERENCE] });
    it.start();
    await synced();
    expect(gaps).toMatchObject([{ apps: [IVR, CONFERENCE], from: undefined, cause: 'connector-restarted' }]);
    expect(events).toMatchObject([
      { type: 'StasisStart', channel, app: CONFERENCE, recovered: true, sequence: 1, args: ['100'] },
    ]);
  });

  test('rebuilds the starts and ends that the network has swallowed, and says between which times', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const { it, proxy, events, gaps, happened, synced, times, state } = await link({ apps: [IVR, CONFERENCE] });
    it.start();
    await synced();
    const [gone, stays] = [await dial(), await dial()];
    await until('both calls', () => events.length === 2);
    const before = Date.now();
    proxy.swallow();
    const came = await dial('conference');
    asterisk.hangUp(gone);
    await until('the silence to be noticed', () => times(`disconnected ${IVR},${CONFERENCE}`) === 1);
    const noticed = Date.now();
    proxy.cut();
    proxy.restore();
    await synced(2);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({ apps: [IVR, CONFERENCE], cause: 'network' });
    expect(gaps[0]?.from).toBeLessThanOrEqual(noticed);
    expect(gaps[0]?.from).toBeGreaterThan(before - 5000);
    expect(gaps[0]?.to).toBeGreaterThanOrEqual(noticed);
    expect(events.slice(2)).toMatchObject([
      { type: 'StasisEnd', channel: gone, app: IVR, recovered: true },
      { type: 'StasisStart', channel: came, app: CONFERENCE, recovered: true, args: ['100'] },
    ]);
    expect(happened.indexOf('gap')).toBeLessThan(happened.indexOf('StasisEnd recovered'));
    expect([state.isIn(stays, IVR), state.isIn(came, CONFERENCE), state.isIn(gone, IVR)]).toEqual([true, true, false]);

    // It goes on with Asterisk's own.
    asterisk.hangUp(came);
    await until('the end', () => events.at(-1)?.type === 'StasisEnd');
    expect(events.at(-1)).toMatchObject({ channel: came, recovered: false });
  });

  test('rebuilds that a channel was moved to another app meanwhile', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const { it, proxy, events, synced, times } = await link({ apps: [IVR, CONFERENCE] });
    const writer = createAriClient(
      httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => WRITER) }),
    );
    context.onTestFinished(() => writer.close());
    it.start();
    await synced();
    const channel = await dial();
    await until('the call', () => events.length === 1);
    proxy.swallow();
    await writer.channels.move({ channelId: channel, app: CONFERENCE, appArgs: '100' });
    await until('the silence to be noticed', () => times(`disconnected ${IVR},${CONFERENCE}`) === 1);
    proxy.cut();
    proxy.restore();
    await synced(2);
    expect(events.slice(1)).toMatchObject([
      { type: 'StasisEnd', channel, app: IVR, recovered: true },
      { type: 'StasisStart', channel, app: CONFERENCE, recovered: true },
    ]);
  });

  test('tells a restart of Asterisk, of which no call is left, from a cut network', async (context) => {
    const { expect } = context;
    const world = await stage(context);
    const { it, events, gaps, synced } = await world.link();
    it.start();
    await synced();
    const channel = await world.dial();
    await until('the call', () => events.length === 1);
    await world.reboot();
    await synced(2);
    expect(gaps).toMatchObject([{ apps: [IVR], cause: 'asterisk-restarted' }]);
    expect(events.slice(1)).toMatchObject([{ type: 'StasisEnd', channel, recovered: true }]);
  });

  test('does so too where it had only begun to ask', async (context) => {
    const { expect } = context;
    const world = await stage(context);
    world.asterisk.failNext('channels.list', ...Array(10).fill(500));
    const { it, gaps, happened, synced } = await world.link();
    it.start();
    await until('the question', () => world.commands.some(({ operation }) => operation === 'channels.list'));
    expect(happened).not.toContain('synced');
    await world.reboot();
    await synced();
    expect(gaps).toMatchObject([{ apps: [IVR], cause: 'asterisk-restarted' }]);
  });

  test('does so too when it has taken over from another connector', async (context) => {
    const { expect } = context;
    const world = await stage(context);
    const old = await world.link({ instance: 'old' });
    old.it.start();
    await old.synced();
    const young = await world.link({ instance: 'young' });
    young.it.start();
    await young.synced();
    await old.it.stop();
    await world.reboot();
    await young.synced(2);
    expect(young.gaps).toMatchObject([{ apps: [IVR], cause: 'asterisk-restarted' }]);
  });

  test('announces the time in which there was no connector, when it knows of an earlier one', async (context) => {
    const { expect } = context;
    const { link, dial } = await stage(context);
    const first = await link();
    first.it.start();
    await first.synced();
    await dial();
    await until('the call', () => first.events.length === 1);
    await first.it.stop();
    const stopped = Date.now();

    const second = await link({ state: new NodeState(structuredClone(first.state.checkpoint())) });
    second.it.start();
    await second.synced();
    expect(second.gaps).toMatchObject([{ apps: [IVR], cause: 'connector-restarted' }]);
    expect(second.gaps[0]?.from).toBeLessThanOrEqual(stopped);
    // The call was known, and is still there.
    expect(second.events).toEqual([]);
  });

  test('does not tell twice of a call that comes while it looks', async (context) => {
    const { expect } = context;
    const { link, asterisk, commands } = await stage(context);
    const other = await openEvents(asterisk.url, READER, [CONFERENCE]);
    asterisk.dial('conference');
    const { it, events, synced, happened } = await link({ apps: [IVR, CONFERENCE] });
    it.start();
    // Between connecting and the first look, and between that and the second one.
    await until('the connection', () => happened.includes(`connected ${IVR},${CONFERENCE}`));
    const early = asterisk.dial('ivr');
    await until('the first look', () => commands.some(({ operation }) => operation === 'channels.list'));
    const late = asterisk.dial('ivr');
    await synced();
    await until('all three', () => events.length === 3);
    expect(events.filter(({ channel }) => channel === early || channel === late)).toMatchObject([
      { type: 'StasisStart', channel: early, recovered: false },
      { type: 'StasisStart', channel: late, recovered: false },
    ]);
    expect(types(events).toSorted()).toEqual(['(StasisStart)', 'StasisStart', 'StasisStart']);
    other.close();
  });
});

describe.concurrent('a call whose start is on its way while Asterisk lists it', () => {
  test('is told of by Asterisk’s own event only', async (context) => {
    const { expect } = context;
    const { link } = await stage(context);
    const peer = await AriPeer.start();
    context.onTestFinished(() => peer.close());
    const channel = { id: '1.0', dialplan: { app_name: 'Stasis', app_data: IVR } };
    peer.answers['/channels'] = [channel];
    peer.answers['/applications'] = [{ name: IVR, channel_ids: ['1.0'] }];
    const { it, events, happened, synced } = await link({ url: peer.url });
    it.start();
    await until('the first look', () => peer.asked.includes('/channels'));
    peer.send({ type: 'StasisStart', application: IVR, args: [], channel });
    await synced();
    expect(types(events)).toEqual(['StasisStart']);
    // And a call that comes in this very moment is no sign of a gap.
    expect(happened).not.toContain('gap');
  });
});

describe.concurrent('when Asterisk cannot be asked, a node’s link', () => {
  test('asks again, and tells then', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const { it, proxy, events, gaps, synced } = await link();
    it.start();
    await synced();
    const channel = await dial();
    await until('the call', () => events.length === 1);
    proxy.cut();
    asterisk.hangUp(channel);
    asterisk.failNext('channels.list', 500);
    proxy.restore();
    await synced(2);
    expect(gaps).toHaveLength(1);
    expect(types(events)).toEqual(['StasisStart', '(StasisEnd)']);
  });

  test('announces the gap all the same after some attempts, and makes it good as soon as Asterisk answers', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const { it, proxy, events, gaps, happened, lines, synced } = await link();
    it.start();
    await synced();
    await dial();
    await until('the call', () => events.length === 1);
    proxy.cut();
    asterisk.hangUp(events[0]?.channel as string);
    asterisk.failNext('asterisk.getInfo', ...Array(4).fill(500));
    proxy.restore();
    await synced(2);
    expect(gaps).toHaveLength(1);
    expect(lines.join('\n')).toContain('Calls that entered or left during the gap are unknown until Asterisk answers');
    // Announced before Asterisk answered, and without another connection.
    expect(happened.slice(-3)).toEqual(['gap', 'StasisEnd recovered', 'synced']);
    expect(happened.filter((what) => what.startsWith('connected'))).toHaveLength(2);
  });

  test('announces it once more where the connection ends before, and makes it good at the next one', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const { it, proxy, events, gaps, lines, synced } = await link();
    it.start();
    await synced();
    const channel = await dial();
    await until('the call', () => events.length === 1);
    proxy.cut();
    asterisk.hangUp(channel);
    asterisk.failNext('asterisk.getInfo', ...Array(10).fill(500));
    const cutAt = Date.now();
    proxy.restore();
    await until('the gap', () => gaps.length === 1);
    expect(gaps[0]).toMatchObject({ apps: [IVR], cause: 'network' });
    expect(gaps[0]?.from).toBeLessThanOrEqual(cutAt);
    expect(lines.join('\n')).toContain('Calls that entered or left during the gap are unknown until Asterisk answers');
    expect(types(events)).toEqual(['StasisStart']);

    asterisk.failNext('asterisk.getInfo');
    proxy.cut();
    proxy.restore();
    await synced(2);
    // From the beginning of the first gap on: it was not made good.
    expect(gaps).toHaveLength(2);
    expect(gaps[1]?.from).toBe(gaps[0]?.from);
    expect(types(events)).toEqual(['StasisStart', '(StasisEnd)']);
  });
});

describe.concurrent('when another connector has the app, a node’s link', () => {
  test('takes it over without a gap from one that lives, which stands by, and knows its calls', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const old = await link({ instance: 'old' });
    old.it.start();
    await old.synced();
    const channel = await dial();
    await until('the call', () => old.events.length === 1);

    const young = await link({ instance: 'young' });
    young.it.start();
    await young.synced();
    expect(young.gaps).toEqual([]);
    expect(young.events).toEqual([]);
    expect(young.state.isIn(channel, IVR)).toBe(true);
    expect(old.happened).toContain(`replaced ${IVR}`);
    expect(old.it.status).toEqual({ ready: true, says: `standing by for "${IVR}", which another connector holds` });
    expect([old.it.connectedApps, young.it.connectedApps]).toEqual([[], [IVR]]);

    asterisk.hangUp(channel);
    await until('the end', () => young.events.length > 0);
    expect(types(young.events)).toContain('StasisEnd');
    expect(types(old.events)).toEqual(['StasisStart']);
  });

  test('takes it over and knows its calls also where Asterisk does not answer at first', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const old = await link({ instance: 'old' });
    old.it.start();
    await old.synced();
    const channel = await dial();
    await until('the call', () => old.events.length === 1);
    asterisk.failNext('channels.list', 500);
    const young = await link({ instance: 'young' });
    young.it.start();
    await young.synced();
    expect(young.lines.join('\n')).toContain("Cannot read Asterisk's channels");
    expect([young.state.isIn(channel, IVR), young.gaps]).toEqual([true, []]);
  });

  test('leaves it there until the bus has taken something: a connector that works is not replaced by one that does not', async (context) => {
    const { expect } = context;
    const { link, dial } = await stage(context);
    const old = await link({ instance: 'old' });
    old.it.start();
    await old.synced();
    const proven = Promise.withResolvers<void>();
    const young = await link({ instance: 'young', firstAccepted: proven.promise });
    young.it.start();
    await until('the wait', () => young.it.status.says.includes('waiting for the bus to accept an event'));
    expect(young.it.status.ready).toBe(false);
    await dial();
    await until('the call', () => old.events.length === 1);
    expect(young.happened).toEqual([]);
    proven.resolve();
    await young.synced();
    expect(young.gaps).toEqual([]);
    expect(old.happened).toContain(`replaced ${IVR}`);
  });

  test('is not stuck while it waits for the bus, however long, and is when nothing happens after', async (context) => {
    const { expect } = context;
    const { link } = await stage(context);
    const old = await link({ instance: 'old' });
    old.it.start();
    await old.synced();
    const inAnHour = Date.now() + 3_600_000;
    // As a clock an hour later would find it, had it neither heard anything nor tried to.
    expect([old.it.isStuck(), old.it.isStuck(inAnHour)]).toEqual([false, true]);
    const young = await link({ instance: 'young', firstAccepted: new Promise(() => {}) });
    young.it.start();
    await until('the wait', () => young.it.status.says.includes('waiting for the bus to accept an event'));
    expect(young.it.isStuck(inAnHour)).toBe(false);
  });

  test('is not stuck while Asterisk is away: it goes on trying', async (context) => {
    const { link, asterisk } = await stage(context);
    const { it, synced } = await link();
    it.start();
    await synced();
    await asterisk.stop();
    await until('the loss', () => !it.status.ready);
    const lost = Date.now();
    // Each attempt counts from when it was made: two minutes after the loss there were others.
    await until('further attempts', () => !it.isStuck(lost + 120_001));
  });

  test('does not wait for the bus where nobody has the app', async (context) => {
    const { link } = await stage(context);
    const { it, synced } = await link({ firstAccepted: new Promise(() => {}) });
    it.start();
    await synced();
  });

  test('takes it from one that does not answer any more, announces a gap, and finds its calls', async (context) => {
    const { expect } = context;
    const { link, asterisk, dial } = await stage(context);
    const dead = await openEvents(asterisk.url, READER, [IVR, holderName(IVR, 'dead')]);
    const channel = await dial();
    const { it, gaps, events, synced } = await link();
    it.start();
    await synced();
    expect(gaps).toMatchObject([{ apps: [IVR], from: undefined, cause: 'connector-silent' }]);
    await until('the call', () => events.length === 1);
    expect(events).toMatchObject([{ type: 'StasisStart', channel, recovered: true }]);
    dead.close();
  });

  test('takes it back, with a gap, when that one is gone', async (context) => {
    const { expect } = context;
    const { link, dial, commands } = await stage(context);
    const old = await link({ instance: 'old' });
    old.it.start();
    await old.synced();
    const young = await link({ instance: 'young' });
    young.it.start();
    await young.synced();
    await until('the old one to stand by', () => old.it.status.says.startsWith('standing by'));
    // As long as the young one lives, the old one looks, and leaves it the app.
    const stoodDown = Date.now();
    const looks = () => commands.filter(({ operation }) => operation === 'applications.list').length;
    const before = looks();
    await until('ten looks', () => looks() >= before + 10);
    expect(old.times(`connected ${IVR}`)).toBe(1);
    const cut = Date.now();
    young.proxy.cut();
    await old.synced(2);
    expect(old.it.status).toEqual({ ready: true, says: 'connected' });
    expect(old.gaps).toMatchObject([{ apps: [IVR] }]);
    // From when the young one was last seen, not from when the old one stood down.
    expect(old.gaps[0]?.from).toBeGreaterThan(stoodDown);
    expect(old.gaps[0]?.from).toBeLessThan(cut + 5000);
    const channel = await dial();
    await until('the call', () => old.events.length === 1);
    expect(old.events).toMatchObject([{ type: 'StasisStart', channel, recovered: false }]);
  });

  test('goes on with its other apps meanwhile', async (context) => {
    const { expect } = context;
    const { link, dial } = await stage(context);
    const both = await link({ instance: 'both', apps: [IVR, CONFERENCE] });
    both.it.start();
    await both.synced();
    const one = await link({ instance: 'one', apps: [IVR] });
    one.it.start();
    await one.synced();
    expect([both.it.connectedApps, one.it.connectedApps]).toEqual([[CONFERENCE], [IVR]]);
    const [ivr, conference] = [await dial('ivr'), await dial('conference')];
    await until('both calls', () => both.events.length === 1 && one.events.length === 1);
    expect([both.events[0]?.channel, one.events[0]?.channel]).toEqual([conference, ivr]);
  });

  test('stops while it stands by', async (context) => {
    const { expect } = context;
    const { link, asterisk } = await stage(context);
    const old = await link({ instance: 'old' });
    old.it.start();
    await old.synced();
    const other = await openEvents(asterisk.url, READER, [IVR]);
    await until('the old one to stand by', () => old.it.status.says.startsWith('standing by'));
    await old.it.stop();
    other.close();
    await sleep(300);
    expect(old.times(`connected ${IVR}`)).toBe(1);
  });
});

describe.concurrent('Asterisk is told what it need not send', () => {
  const excludedTypes = ['ChannelVarset'];

  test('at each connection, by a user who may write', async (context) => {
    const { expect } = context;
    const { link, asterisk, commands } = await stage(context);
    const { it, proxy, synced } = await link({ user: WRITER, apps: [IVR, CONFERENCE], excludedTypes });
    const told = () =>
      commands.filter(({ operation, status }) => operation === 'applications.filter' && status === 200).length;
    it.start();
    await synced();
    await until('both apps', () => told() === 2);
    const writer = createAriClient(
      httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => WRITER) }),
    );
    context.onTestFinished(() => writer.close());
    const apps = await writer.applications.list();
    for (const app of [IVR, CONFERENCE]) {
      expect(apps.find(({ name }) => name === app)?.events_disallowed).toEqual([{ type: 'ChannelVarset' }]);
    }
    proxy.cut();
    proxy.restore();
    await until('both apps once more', () => told() === 4);
  });

  test('not by a user who may only read, and that is no trouble', async (context) => {
    const { expect } = context;
    const { link } = await stage(context);
    const { it, proxy, synced, lines } = await link({ user: READER, excludedTypes });
    it.start();
    await synced();
    proxy.cut();
    proxy.restore();
    await synced(2);
    expect(it.status.ready).toBe(true);
    expect(lines.join('\n')).not.toContain('leave');
  });
});
