import { vi } from 'vitest';
import { Connector } from '../../connector/connector.ts';
import type { EventBus } from '../../connector/event-bus.ts';
import { cachedCredentials } from '../../lib/ari/credentials.ts';
import type { CallHandler } from '../../lib/call-handler/call-handler.ts';
import type { CallEventEnvelope } from '../../lib/events/call-event.ts';
import { CALL_EVENT_SOURCE } from '../../lib/events/entry.ts';
import { AwsEndpoint } from '../../lib/local/aws-endpoint.ts';
import { Bus } from '../../lib/local/bus.ts';
import { Secrets } from '../../lib/local/secrets.ts';
import { createLog } from '../../lib/log.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { until } from './until.ts';

const NODE = 'pbx-1';
const USER = { username: 'handlers', password: 'p' };
const SECRET = 'arn:handlers';

/** The source file of each app's call handler. */
const HANDLERS: Record<string, string> = {
  'Intro-IVR': '../../functions/intro-ivr/index.ts',
  'Super-Conference': '../../functions/super-conference/index.ts',
};

/**
 * How events reach the handlers: `cold`, each in an environment of its own; `twice`, each two times in the same
 * environment; `twice cold`, each two times in different ones.
 */
export type Delivery = 'once' | 'twice' | 'cold' | 'twice cold';

/** A simulated Asterisk and the real connector in front of the bundled handlers, which are run in this process. */
export async function stage(delivery: Delivery = 'once') {
  const asterisk = await SimulatedAsterisk.start({ users: [USER], speed: 40 });
  const secrets = new Secrets([]);
  secrets.put(SECRET, USER);
  const endpoint = new AwsEndpoint(new Bus([], [], { onEvent: () => {}, invoke: () => {} }), secrets);
  const nodes = [{ name: NODE, url: asterisk.url, apps: Object.keys(HANDLERS), secretId: SECRET }];
  vi.stubEnv('ARI_NODES', JSON.stringify(nodes));
  vi.stubEnv('AWS_ENDPOINT_URL', await endpoint.listen());
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');

  // What the handlers log.
  const output = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  // Handlers keep their ARI clients: those of an earlier stage would talk to an Asterisk that is gone.
  vi.resetModules();

  const envelopes: CallEventEnvelope[] = [];
  const errors: unknown[] = [];
  let running = 0;

  const deliver = async (envelope: CallEventEnvelope, cold = delivery.includes('cold')): Promise<void> => {
    const file = HANDLERS[envelope.detail.application];
    if (file === undefined) return;
    if (cold) vi.resetModules();
    const { handler } = (await import(file)) as { handler: CallHandler };
    await handler(envelope);
  };
  // One event after the other, as a call's events come when nothing is late.
  let line = Promise.resolve();
  const bus: EventBus = {
    put: async (entries) => {
      for (const { Source, DetailType, Detail } of entries) {
        if (Source !== CALL_EVENT_SOURCE) continue;
        const envelope = { source: Source, 'detail-type': DetailType, detail: JSON.parse(Detail) } as CallEventEnvelope;
        envelopes.push(envelope);
        running += 1;
        line = line
          .then(() => deliver(envelope))
          .then(() => (delivery.startsWith('twice') ? deliver(envelope) : undefined))
          .catch((error) => void errors.push(error))
          .finally(() => {
            running -= 1;
          });
      }
      return entries.map(() => ({ status: 'accepted' }));
    },
    close: () => {},
  };
  const connector = new Connector({
    nodes,
    bus,
    credentialsOf: () => cachedCredentials(async () => USER),
    log: createLog({}, () => {}),
    journalMaxBytes: 1e6,
    putEventsMaxBytes: 1e6,
    putEventsConcurrency: 1,
  });
  connector.start();
  await until('the connector', () => connector.status.ready);

  return {
    asterisk,
    errors,
    /** Hands an event to its handler again, in a new environment. */
    redeliver: (envelope: CallEventEnvelope) => deliver(envelope, true),
    /** The channel's events of one type. */
    events: (channelId: string, type: string) =>
      envelopes.filter(({ detail }) => detail.metadata.channelId === channelId && detail.type === type),
    /** What the channel was played, from medium to medium. */
    heard: (channelId: string): string[] =>
      envelopes.flatMap(({ detail }) =>
        detail.type === 'PlaybackStarted' && detail.metadata.channelId === channelId ? [detail.playback.media_uri] : [],
      ),
    /** Resolves when every event that was sent has been handled. */
    settled: () => until('the handlers to be done', () => running === 0 && connector.status.waiting === 0),
    close: async () => {
      await connector.stop(1000);
      await line;
      await endpoint.close();
      await asterisk.stop();
      output.mockRestore();
      vi.unstubAllEnvs();
    },
  };
}

export type Stage = Awaited<ReturnType<typeof stage>>;
