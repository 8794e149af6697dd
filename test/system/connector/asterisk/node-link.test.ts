import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import type { LinkEvent, ReadEvent } from '../../../../connector/asterisk/link-event.ts';
import { NodeLink, type NodeLinkOptions } from '../../../../connector/asterisk/node-link.ts';
import { NodeState } from '../../../../connector/asterisk/node-state.ts';
import { holderName } from '../../../../connector/asterisk/presence.ts';
import { createAriClient } from '../../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../../lib/ari/http-transport.ts';
import { subjectOf } from '../../../../lib/events/subject.ts';
import { createLog } from '../../../../lib/log.ts';
import type { ServedCommand } from '../../../../lib/simulator/router.ts';
import { SimulatedAsterisk } from '../../../../lib/simulator/simulated-asterisk.ts';
import { AriPeer } from '../../../support/ari-peer.ts';
import { freePort } from '../../../support/free-port.ts';
import { openEvents } from '../../../support/open-events.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { until } from '../../../support/until.ts';

const WRITER = { username: 'handlers', password: 'h' };
const READER = { username: 'connector', password: 'c', readOnly: true };
const IVR = 'Intro-IVR';
const CONFERENCE = 'Super-Conference';
/** The link's waits are shorter by this factor. */
const SPEEDUP = 20;

interface Seen {
  type: string;
  channel: string;
  app: string;
  recovered: boolean;
  sequence: number;
  args: unknown;
}

/** An Asterisk and the links of one or more connectors to it, each over a TCP proxy of its own. */
async function stage({ onTestFinished }: TestContext) {
  const commands: ServedCommand[] = [];
  const port = await freePort();
  const boot = () =>
    SimulatedAsterisk.start({ users: [WRITER, READER], port, onCommand: (command) => commands.push(command) });
  let asterisk = await boot();
  onTestFinished(() => asterisk.stop());

  const createLink = async (
    options: Partial<NodeLinkOptions> & { user?: typeof WRITER; apps?: string[]; url?: string; foreign?: 'leave' } = {},
  ) => {
    const { user = READER, apps = [IVR], url = asterisk.url, foreign, ...more } = options;
    const proxy = await TcpProxy.before(url);
    const node = { name: 'pbx-1', url: proxy.url, apps, ...(foreign && { foreign }) };
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
      state.observe(event, subject, { recovered });
      const { type, application, args } = event;
      if (type === 'ApplicationReplaced') return;
      events.push({ type, channel: channelId, app: String(application), recovered, sequence, args });
      happened.push(`${type}${recovered ? ' recovered' : ''}`);
    };
    const link = new NodeLink({
      node,
      credentials,
      ari,
      state,
      instance: 'one',
      excludedTypes: [],
      acceptedSince: () => Promise.resolve(),
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
        else if (event.kind === 'taken') happened.push('taken');
        if (event.kind === 'connected' || event.kind === 'disconnected') happened.push(`${event.kind} ${event.apps}`);
        else if (event.kind === 'gap' || event.kind === 'synced') happened.push(event.kind);
      },
    });
    onTestFinished(async () => {
      await link.stop();
      ari.close();
      proxy.close();
    });
    const times = (what: string): number => happened.filter((one) => one === what).length;
    const synced = (count = 1) => until(`synced ${count}`, () => times('synced') >= count);
    /** Starts, and forgets the gap before the first connection. */
    const start = async (): Promise<void> => {
      link.start();
      await synced();
      gaps.length = 0;
    };
    return { link, proxy, state, gaps, events, happened, lines, times, synced, start };
  };

  return {
    createLink,
    /** A link that is connected and knows Asterisk's channels. */
    connected: async (options: Parameters<typeof createLink>[0] = {}) => {
      const created = await createLink(options);
      created.link.start();
      await created.synced();
      return created;
    },
    commands,
    get asterisk() {
      return asterisk;
    },
    reboot: async () => {
      await asterisk.stop();
      asterisk = await boot();
    },
    dial: (extension = 'ivr') => asterisk.dial(extension) ?? Promise.reject(new Error('Asterisk ejected the call')),
  };
}

const types = (events: Seen[]): string[] => events.map(({ type, recovered }) => (recovered ? `(${type})` : type));

describe.concurrent('a node’s link', () => {
  test('announces a gap without a beginning when it connects for the first time, as it knows of no time before', async (context) => {
    const { expect } = context;
    const { createLink, dial } = await stage(context);
    const { link, events, gaps, synced } = await createLink();
    link.start();
    expect(link.status).toEqual({ ready: false, says: 'not connected yet' });
    await synced();
    expect(gaps).toMatchObject([{ apps: [IVR], from: undefined, cause: 'connector-restarted' }]);
    expect([link.status, link.connectedApps]).toEqual([{ ready: true, says: 'connected' }, [IVR]]);
    await dial();
    await until('the call', () => events.length === 1);
    expect(types(events)).toEqual(['StasisStart']);
  });

  test('rebuilds the StasisStart of calls that entered before it started, and announces a gap without a beginning', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const other = await openEvents(asterisk.url, READER, [CONFERENCE]);
    const channel = await dial('conference');
    other.close();
    const { link, events, gaps, synced } = await createLink({ apps: [IVR, CONFERENCE] });
    link.start();
    await synced();
    expect(gaps).toMatchObject([{ apps: [IVR, CONFERENCE], from: undefined, cause: 'connector-restarted' }]);
    expect(events).toMatchObject([
      { type: 'StasisStart', channel, app: CONFERENCE, recovered: true, sequence: 1, args: ['100'] },
    ]);
  });

  test('rebuilds the StasisStart and StasisEnd events lost in the network, and announces when the gap began and ended', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const { proxy, events, gaps, happened, synced, times, state, start } = await createLink({
      apps: [IVR, CONFERENCE],
    });
    await start();
    const [gone, stays] = [await dial(), await dial()];
    await until('both calls', () => events.length === 2);
    const before = Date.now();
    proxy.mute();
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

    // Asterisk's own events follow.
    asterisk.hangUp(came);
    await until('the end', () => events.at(-1)?.type === 'StasisEnd');
    expect(events.at(-1)).toMatchObject({ channel: came, recovered: false });
  });

  test('is connected again within 5 s of the network being back, where no packet came through meanwhile', async (context) => {
    const { expect } = context;
    const { createLink } = await stage(context);
    const { link, proxy, synced, times } = await createLink({ backoff: undefined });
    link.start();
    await synced();
    proxy.mute();
    await until('the silence to be noticed', () => times(`disconnected ${IVR}`) === 1);
    // Attempts are in progress, without an answer.
    await sleep(2500);
    proxy.restore();
    const restored = performance.now();
    await until('the connection', () => times(`connected ${IVR}`) === 2);
    expect(performance.now() - restored).toBeLessThan(5000);
  });

  test('rebuilds the events of a channel that was moved to another app during the gap', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const { link, proxy, events, synced, times } = await createLink({ apps: [IVR, CONFERENCE] });
    const writer = createAriClient(
      httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => WRITER) }),
    );
    context.onTestFinished(() => writer.close());
    link.start();
    await synced();
    const channel = await dial();
    await until('the call', () => events.length === 1);
    proxy.mute();
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

  test('announces a restart of Asterisk as the cause of a gap, and rebuilds the StasisEnd of every call', async (context) => {
    const { expect } = context;
    const pbx = await stage(context);
    const { events, gaps, synced, start } = await pbx.createLink();
    await start();
    const channel = await pbx.dial();
    await until('the call', () => events.length === 1);
    await pbx.reboot();
    await synced(2);
    expect(gaps).toMatchObject([{ apps: [IVR], cause: 'asterisk-restarted' }]);
    expect(events.slice(1)).toMatchObject([{ type: 'StasisEnd', channel, recovered: true }]);
  });

  test('announces a restart as the cause also where it had not yet read Asterisk’s channels before', async (context) => {
    const { expect } = context;
    const pbx = await stage(context);
    pbx.asterisk.failNext('channels.list', ...Array(10).fill(500));
    const { link, gaps, happened, synced } = await pbx.createLink();
    link.start();
    await until('the request', () => pbx.commands.some(({ operation }) => operation === 'channels.list'));
    expect(happened).not.toContain('synced');
    await pbx.reboot();
    await synced();
    expect(gaps).toMatchObject([{ apps: [IVR], cause: 'asterisk-restarted' }]);
  });

  test('announces a restart as the cause also after it took over from another connector', async (context) => {
    const { expect } = context;
    const pbx = await stage(context);
    const old = await pbx.connected({ instance: 'old' });
    const newer = await pbx.connected({ instance: 'newer' });
    await old.link.stop();
    await pbx.reboot();
    await newer.synced(2);
    expect(newer.gaps).toMatchObject([{ apps: [IVR], cause: 'asterisk-restarted' }]);
  });

  test('announces the time between an earlier connector and itself as a gap', async (context) => {
    const { expect } = context;
    const { connected, dial } = await stage(context);
    const first = await connected();
    await dial();
    await until('the call', () => first.events.length === 1);
    await first.link.stop();
    const stopped = Date.now();

    const second = await connected({ state: new NodeState(structuredClone(first.state.checkpoint())) });
    expect(second.gaps).toMatchObject([{ apps: [IVR], cause: 'connector-restarted' }]);
    expect(second.gaps[0]?.from).toBeLessThanOrEqual(stopped);
    // The call was known and is still in the app.
    expect(second.events).toEqual([]);
  });

  test('does not rebuild the StasisStart of a call that enters while it reads Asterisk’s channels', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, commands } = await stage(context);
    const other = await openEvents(asterisk.url, READER, [CONFERENCE]);
    asterisk.dial('conference');
    const { link, events, synced, happened } = await createLink({ apps: [IVR, CONFERENCE] });
    link.start();
    // One call enters before the first read of the channels, one between the first read and the second.
    await until('the connection', () => happened.includes(`connected ${IVR},${CONFERENCE}`));
    const early = asterisk.dial('ivr');
    await until('the first read of the channels', () =>
      commands.some(({ operation }) => operation === 'channels.list'),
    );
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

describe.concurrent('a StasisStart that is on its way while Asterisk lists the channel', () => {
  test('is emitted once, as Asterisk’s own event, and is not rebuilt', async (context) => {
    const { expect } = context;
    const { createLink } = await stage(context);
    const peer = await AriPeer.start();
    context.onTestFinished(() => peer.close());
    const channel = { id: '1.0', dialplan: { app_name: 'Stasis', app_data: IVR } };
    peer.answers['/channels'] = [channel];
    peer.answers['/applications'] = [{ name: IVR, channel_ids: ['1.0'] }];
    const { link, events, synced } = await createLink({ url: peer.url });
    link.start();
    await until('the first read of the channels', () => peer.asked.includes('/channels'));
    peer.send({ type: 'StasisStart', application: IVR, args: [], channel });
    await synced();
    expect(types(events)).toEqual(['StasisStart']);
  });
});

describe.concurrent('while Asterisk’s channels cannot be read, a node’s link', () => {
  test('asks again, and announces the gap when Asterisk answers', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const { proxy, events, gaps, synced, start } = await createLink();
    await start();
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

  test('announces the gap after some attempts, and rebuilds the events as soon as Asterisk answers', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const { proxy, events, gaps, happened, lines, synced, start } = await createLink();
    await start();
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

  test('announces the gap again and rebuilds the events on the next connection, where this one ends before', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const { proxy, events, gaps, lines, synced, start } = await createLink();
    await start();
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
    // It begins where the first gap began, as that gap's events were not rebuilt.
    expect(gaps).toHaveLength(2);
    expect(gaps[1]?.from).toBe(gaps[0]?.from);
    expect(types(events)).toEqual(['StasisStart', '(StasisEnd)']);
  });
});

describe.concurrent('when another connector holds the app, a node’s link', () => {
  test('takes the app over without a gap, the other connector stands by, and the calls are known', async (context) => {
    const { expect } = context;
    const { connected, asterisk, dial } = await stage(context);
    const old = await connected({ instance: 'old' });
    const channel = await dial();
    await until('the call', () => old.events.length === 1);

    const newer = await connected({ instance: 'newer' });
    expect(newer.gaps).toEqual([]);
    expect(newer.events).toEqual([]);
    expect(newer.state.isIn(channel, IVR)).toBe(true);
    expect(old.happened).toContain(`replaced ${IVR}`);
    expect(old.link.status).toEqual({ ready: true, says: `standing by for "${IVR}", which another connector holds` });
    expect([old.link.connectedApps, newer.link.connectedApps]).toEqual([[], [IVR]]);

    asterisk.hangUp(channel);
    await until('the end', () => newer.events.length > 0);
    expect(types(newer.events)).toContain('StasisEnd');
    expect(types(old.events)).toEqual(['StasisStart']);
  });

  test('takes the app over and knows its calls even when Asterisk does not answer at first', async (context) => {
    const { expect } = context;
    const { connected, asterisk, dial } = await stage(context);
    const old = await connected({ instance: 'old' });
    const channel = await dial();
    await until('the call', () => old.events.length === 1);
    asterisk.failNext('channels.list', 500);
    const newer = await connected({ instance: 'newer' });
    expect(newer.lines.join('\n')).toContain("Cannot read Asterisk's channels");
    expect([newer.state.isIn(channel, IVR), newer.gaps]).toEqual([true, []]);
  });

  test('does not take the app over while Asterisk’s list of apps cannot be read: another connector may hold it', async (context) => {
    const { expect } = context;
    const { connected, createLink, asterisk } = await stage(context);
    const old = await connected({ instance: 'old' });
    asterisk.failNext('applications.list', 500, 500, 500);
    const newer = await createLink({ instance: 'newer', acceptedSince: () => new Promise(() => {}) });
    newer.link.start();
    await until('the wait', () => newer.link.status.says.includes('waiting for the bus to accept an event'));
    expect(newer.lines.join()).toContain('Not connected: applications.list (/applications): 500');
    expect(old.happened).not.toContain(`replaced ${IVR}`);
  });

  test('takes the app back from a program that is not a connector, and announces the gap', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const { link, gaps, happened, events, synced, start } = await createLink({ takeBackMs: 500 });
    await start();
    const foreign = await openEvents(asterisk.url, READER, [IVR]);
    context.onTestFinished(() => foreign.close());
    const before = Date.now();
    const channel = await dial();
    await until('the program to be recognized', () => happened.includes('taken'));
    expect(link.status.ready).toBe(false);
    expect(link.status.says).toContain(`a program that is not a connector has taken the app "${IVR}"`);
    await synced(2);
    expect(link.status).toEqual({ ready: true, says: 'connected' });
    expect(gaps).toMatchObject([{ apps: [IVR], cause: 'app-taken' }]);
    expect(gaps[0]?.from).toBeLessThanOrEqual(before + 200);
    expect(events.at(-1)).toMatchObject({ type: 'StasisStart', channel, recovered: true });
  });

  test('leaves the app to such a program where the node’s `foreign` says so', async (context) => {
    const { expect } = context;
    const { createLink, asterisk } = await stage(context);
    const { link, happened, synced } = await createLink({ foreign: 'leave', takeBackMs: 100 });
    link.start();
    await synced();
    const foreign = await openEvents(asterisk.url, READER, [IVR]);
    context.onTestFinished(() => foreign.close());
    await until('the program to be recognized', () => happened.includes('taken'));
    await sleep(300);
    expect(link.status.ready).toBe(true);
    expect(link.status.says).toContain('`foreign` leaves it there');
  });

  test('takes the app over only after the bus has accepted an entry, as the other connector works', async (context) => {
    const { expect } = context;
    const { connected, createLink, dial } = await stage(context);
    const old = await connected({ instance: 'old' });
    const proven = Promise.withResolvers<void>();
    const newer = await createLink({ instance: 'newer', acceptedSince: () => proven.promise });
    newer.link.start();
    await until('the wait', () => newer.link.status.says.includes('waiting for the bus to accept an event'));
    expect(newer.link.status.ready).toBe(false);
    await dial();
    await until('the call', () => old.events.length === 1);
    expect(newer.happened).toEqual([]);
    proven.resolve();
    await newer.synced();
    expect(newer.gaps).toEqual([]);
    expect(old.happened).toContain(`replaced ${IVR}`);
  });

  test('that has lost its connection takes its app back from another connector only after an acceptance since then', async (context) => {
    const { expect } = context;
    const { connected, createLink } = await stage(context);
    const asked: number[] = [];
    // The bus has accepted entries, and accepts none any more.
    const acceptedSince = (time: number): Promise<void> => {
      asked.push(time);
      return time < begun ? Promise.resolve() : new Promise(() => {});
    };
    const begun = Date.now();
    const { link, proxy, happened, start } = await createLink({ instance: 'cut off', acceptedSince });
    await start();
    proxy.cut();
    await until('the loss', () => happened.includes(`disconnected ${IVR}`));
    const other = await connected({ instance: 'other' });
    proxy.restore();
    await until('the wait', () => link.status.says.includes('waiting for the bus to accept an event'));
    expect(asked.at(-1)).toBeGreaterThanOrEqual(begun);
    expect(other.happened).not.toContain(`replaced ${IVR}`);
  });

  test('waits for an acceptance also where another connector has taken the app since it looked who has it', async (context) => {
    const { expect } = context;
    const { createLink } = await stage(context);
    const other = await createLink({ instance: 'other' });
    const newer = await createLink({
      instance: 'newer',
      acceptedSince: () => new Promise(() => {}),
      history: async () => {
        if (other.happened.length === 0) other.link.start();
        await other.synced();
        return undefined;
      },
    });
    newer.link.start();
    await until('the wait', () => newer.link.status.says.includes('waiting for the bus to accept an event'));
    expect(newer.lines.join()).toContain('Not connected: another connector has taken the apps just now');
    expect(other.happened).not.toContain(`replaced ${IVR}`);
  });

  test('takes the app without an acceptance where its holder is gone while it waits for the bus: callers would be refused', async (context) => {
    const { expect } = context;
    const { createLink } = await stage(context);
    const old = await createLink({ instance: 'old' });
    await old.start();
    const newer = await createLink({ instance: 'newer', acceptedSince: () => new Promise(() => {}) });
    newer.link.start();
    await until('the wait', () => newer.link.status.says.includes('waiting for the bus to accept an event'));
    await old.link.stop();
    await newer.synced();
    expect(newer.link.status).toEqual({ ready: true, says: 'connected' });
    expect(newer.gaps).toMatchObject([{ apps: [IVR], cause: 'connector-restarted' }]);
  });

  test('is not stuck while it waits for the bus, however long, but after an hour without a sign of Asterisk otherwise', async (context) => {
    const { expect } = context;
    const { connected, createLink } = await stage(context);
    const old = await connected({ instance: 'old' });
    const inAnHour = Date.now() + 3_600_000;
    // An hour later, if it had neither heard from Asterisk nor tried to connect.
    expect([old.link.isStuck(), old.link.isStuck(inAnHour)]).toEqual([false, true]);
    const newer = await createLink({ instance: 'newer', acceptedSince: () => new Promise(() => {}) });
    newer.link.start();
    await until('the wait', () => newer.link.status.says.includes('waiting for the bus to accept an event'));
    expect(newer.link.isStuck(inAnHour)).toBe(false);
  });

  test('is not stuck while Asterisk is away, as it tries to connect', async (context) => {
    const { createLink, asterisk } = await stage(context);
    const { link, synced } = await createLink();
    link.start();
    await synced();
    await asterisk.stop();
    await until('the loss', () => !link.status.ready);
    const lost = Date.now();
    // Each attempt is a sign: two minutes after the loss, later attempts count.
    await until('further attempts', () => !link.isStuck(lost + 120_001));
  });

  test('does not wait for the bus when no other connector holds the app', async (context) => {
    const { createLink } = await stage(context);
    const { link, synced } = await createLink({ acceptedSince: () => new Promise(() => {}) });
    link.start();
    await synced();
  });

  test('takes the app from a connector that no longer answers, announces a gap, and rebuilds the StasisStart of its calls', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const dead = await openEvents(asterisk.url, READER, [IVR, holderName(IVR, 'dead')]);
    const channel = await dial();
    const { link, gaps, events, synced } = await createLink();
    link.start();
    await synced();
    expect(gaps).toMatchObject([{ apps: [IVR], from: undefined, cause: 'connector-silent' }]);
    await until('the call', () => events.length === 1);
    expect(events).toMatchObject([{ type: 'StasisStart', channel, recovered: true }]);
    dead.close();
  });

  test('that is replaced before a silent connector’s time is over rebuilds the StasisStart of its calls before it stands by', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, dial } = await stage(context);
    const dead = await openEvents(asterisk.url, READER, [IVR, holderName(IVR, 'dead')]);
    const channel = await dial();
    const unhurried = { handoverMs: 600, sleep: (ms: number) => sleep(ms / 5) };
    const replaced = await createLink({ instance: 'replaced', ...unhurried });
    replaced.link.start();
    await until('the connection', () => replaced.times(`connected ${IVR}`) === 1);
    dead.close();
    const list = { method: 'GET', path: '/applications', query: new URLSearchParams() };
    await until('its name to be gone', async () => !JSON.stringify(await asterisk.request(list)).includes('dead'));
    // This one takes the calls of the connector that hands over for known.
    const last = await createLink({ instance: 'last' });
    last.link.start();
    await until('the call', () => replaced.events.length === 1);
    expect(replaced.events).toMatchObject([{ type: 'StasisStart', channel, recovered: true }]);
    expect(replaced.gaps).toMatchObject([{ apps: [IVR], cause: 'connector-silent' }]);
    await last.synced();
    expect(last.events).toEqual([]);
  });

  test('takes the app back, with a gap, when the other connector is gone', async (context) => {
    const { expect } = context;
    const { connected, createLink, dial, commands } = await stage(context);
    const old = await createLink({ instance: 'old' });
    await old.start();
    const newer = await connected({ instance: 'newer' });
    await until('the old one to stand by', () => old.link.status.says.startsWith('standing by'));
    // While the newer connector is connected, the old one polls and leaves it the app.
    const stoodDown = Date.now();
    const polls = () => commands.filter(({ operation }) => operation === 'applications.list').length;
    const before = polls();
    await until('ten polls', () => polls() >= before + 10);
    expect(old.times(`connected ${IVR}`)).toBe(1);
    const cut = Date.now();
    newer.proxy.cut();
    await old.synced(2);
    expect(old.link.status).toEqual({ ready: true, says: 'connected' });
    expect(old.gaps).toMatchObject([{ apps: [IVR] }]);
    // What the newer connector has read may be lost with it: the gap begins when the old one stood down.
    expect(old.gaps[0]?.from).toBeLessThanOrEqual(stoodDown);
    expect(old.gaps[0]?.to).toBeGreaterThanOrEqual(cut);
    const channel = await dial();
    await until('the call', () => old.events.length === 1);
    expect(old.events).toMatchObject([{ type: 'StasisStart', channel, recovered: false }]);
  });

  test('keeps its other apps', async (context) => {
    const { expect } = context;
    const { connected, dial } = await stage(context);
    const both = await connected({ instance: 'both', apps: [IVR, CONFERENCE] });
    const one = await connected({ instance: 'one', apps: [IVR] });
    expect([both.link.connectedApps, one.link.connectedApps]).toEqual([[CONFERENCE], [IVR]]);
    const [ivr, conference] = [await dial('ivr'), await dial('conference')];
    await until('both calls', () => both.events.length === 1 && one.events.length === 1);
    expect([both.events[0]?.channel, one.events[0]?.channel]).toEqual([conference, ivr]);
  });

  test('does not take the app back after it was stopped while it stood by', async (context) => {
    const { expect } = context;
    const { connected, asterisk } = await stage(context);
    const old = await connected({ instance: 'old' });
    const other = await openEvents(asterisk.url, READER, [IVR]);
    await until('the old one to stand by', () => old.link.status.says.startsWith('standing by'));
    await old.link.stop();
    other.close();
    await sleep(300);
    expect(old.times(`connected ${IVR}`)).toBe(1);
  });
});

describe.concurrent('a node’s link asks Asterisk to filter event types', () => {
  const excludedTypes = ['ChannelVarset'];

  test('at each connection, with a user who may write', async (context) => {
    const { expect } = context;
    const { createLink, asterisk, commands } = await stage(context);
    const { link, proxy, synced } = await createLink({ user: WRITER, apps: [IVR, CONFERENCE], excludedTypes });
    const filtered = () =>
      commands.filter(({ operation, status }) => operation === 'applications.filter' && status === 200).length;
    link.start();
    await synced();
    await until('both apps', () => filtered() === 2);
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
    await until('both apps once more', () => filtered() === 4);
  });

  test('and takes the filter of an earlier connector away where all types are forwarded', async (context) => {
    const { expect } = context;
    const { createLink, asterisk } = await stage(context);
    const writer = createAriClient(
      httpTransport({ url: asterisk.url, credentials: cachedCredentials(async () => WRITER) }),
    );
    context.onTestFinished(() => writer.close());
    const disallowed = async () =>
      (await writer.applications.list()).find(({ name }) => name === IVR)?.events_disallowed;
    const first = await createLink({ user: WRITER, excludedTypes, instance: 'first' });
    first.link.start();
    await until('the filter', async () => (await disallowed())?.length === 1);
    const second = await createLink({ user: WRITER, excludedTypes: [], instance: 'second' });
    second.link.start();
    await until('no filter', async () => (await disallowed())?.length === 0);
    expect(second.lines.join('\n')).not.toContain('filter');
  });

  test('without a warning where the user may only read', async (context) => {
    const { expect } = context;
    const { createLink } = await stage(context);
    const { link, proxy, synced, lines } = await createLink({ user: READER, excludedTypes });
    link.start();
    await synced();
    proxy.cut();
    proxy.restore();
    await synced(2);
    expect(link.status.ready).toBe(true);
    expect(lines.join('\n')).not.toContain('does not filter event types');
  });
});
