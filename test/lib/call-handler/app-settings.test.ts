import { type ConnectorEventEnvelope, createAriClient } from 'ari-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { handler } from '../../../lib/call-handler/app-settings.ts';
import { connectorEntry } from '../../../lib/events/connector-event.ts';
import { createLog } from '../../../lib/log.ts';

afterEach(() => {
  delete process.env.APP_SETTINGS;
});

test('when a node has been connected, each of its apps with settings gets what they list', async () => {
  process.env.APP_SETTINGS = JSON.stringify({
    'pbx-1': { a: { subscriptions: ['endpoint:PJSIP/1001'], disallowedEvents: ['ChannelVarset'] } },
    'pbx-2': { b: { subscriptions: [] } },
  });
  const asked: string[] = [];
  const app = { endpoint_ids: [], device_names: [] };
  const own = handler.withOptions({
    clientOf: () =>
      createAriClient({
        request: async ({ method, path }) => {
          asked.push(`${method} ${path}`);
          return { status: 200, reason: 'OK', body: JSON.stringify(app) };
        },
        close: () => {},
      }),
    log: createLog({}, () => {}),
  });
  const detail = { node: 'pbx-1', apps: ['a', 'b'], connection: 'c' };
  const { Source, DetailType, Detail } = connectorEntry('NodeConnected', detail, 'id-1');
  await own({ source: Source, 'detail-type': DetailType, detail: JSON.parse(Detail) } as ConnectorEventEnvelope);
  expect(asked).toEqual([
    'GET /applications/a',
    'POST /applications/a/subscription',
    'PUT /applications/a/eventFilter',
  ]);
});
