import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import { operations } from '../../lib/ari/generated/operations.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { dialWebSocketTransport } from '../../lib/ari/websocket-dial.ts';
import type { ReceivedEvent } from '../support/open-events.ts';
import { bridgeRows } from './operations/bridges.ts';
import { channelRows } from './operations/channels.ts';
import { recordingAndPlaybackRows } from './operations/recordings-and-playbacks.ts';
import type { OperationName, Row } from './operations/row.ts';
import { serverRows } from './operations/server.ts';
import { APP, DIALPLAN, pjsip, Stage, type TransportName } from './operations/stage.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

/** Every command of ARI: the compiler finds missing ones, and a test finds those that no longer exist. */
const ROWS: Record<OperationName, Row> = { ...serverRows, ...channelRows, ...bridgeRows, ...recordingAndPlaybackRows };

const USER = { username: 'operations', password: 'p' };
const KINDS: Record<number, string> = { 400: 'rejected', 404: 'gone', 409: 'wrong-state', 422: 'rejected' };

test('the table has every operation of the API but its 109th, the event WebSocket itself', () => {
  const all = Object.entries(operations).flatMap(([resource, byName]) =>
    Object.keys(byName).map((name) => `${resource}.${name}`),
  );
  expect(Object.keys(ROWS).toSorted()).toEqual(all.toSorted());
  expect(all).toHaveLength(108);
});

// It loads modules, writes objects and names log files, which must not be done to a server in use.
describe.skipIf(!OWN_ASTERISK)('on a real Asterisk', () => {
  let asterisk: RealAsterisk;
  const events: ReceivedEvent[] = [];
  const stages = new Map<TransportName, Stage>();
  let close = () => {};

  beforeAll(async () => {
    asterisk = await RealAsterisk.prepare();
    const sorcery = '[res_pjsip]\naor = config,pjsip.conf,criteria=type=aor\naor = memory\n';
    asterisk.configure([USER], DIALPLAN, { 'pjsip.conf': pjsip(asterisk.sipPort), 'sorcery.conf': sorcery });
    await asterisk.start();
    const credentials = cachedCredentials(async () => USER);
    const onEvent = (event: unknown) => events.push(event as ReceivedEvent);
    const webSocket = await dialWebSocketTransport({ url: asterisk.url, credentials, apps: [APP], onEvent });
    const http = httpTransport({ url: asterisk.url, credentials });
    stages.set('HTTP', new Stage('HTTP', http, events));
    stages.set('WebSocket', new Stage('WebSocket', webSocket, events));
    close = () => {
      http.close();
      webSocket.close();
    };
  });
  afterEach(async () => {
    const { ari } = stages.get('HTTP') as Stage;
    await Promise.allSettled((await ari.channels.list()).map(({ id }) => ari.channels.hangup({ channelId: id })));
  });
  afterAll(async () => {
    close();
    await asterisk?.stop();
  });

  describe.each<TransportName>(['HTTP', 'WebSocket'])('over %s', (name) => {
    const stage = () => stages.get(name) as Stage;
    const working = Object.entries<Row>(ROWS).filter(([, row]) => row.works);
    const missing = Object.entries<Row>(ROWS).filter(([, row]) => row.missing);

    test.each(working)('%s works', async (_, { works }) => {
      await works?.(stage());
    });

    test.each(missing)('%s fails as documented for what does not exist', async (operation, row) => {
      const [status, run] = row.missing ?? [];
      await expect(run?.(stage().ari)).rejects.toMatchObject({
        name: 'AriError',
        operation,
        status,
        kind: KINDS[status ?? 0],
      });
    });
  });
});
