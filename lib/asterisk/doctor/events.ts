import { confLine } from '../../ari/connect-failure.ts';
import { reasonOf } from '../../ari/errors.ts';
import { dialWebSocketTransport } from '../../ari/websocket-dial.ts';
import type { Check } from './check.ts';
import type { Examination } from './examination.ts';
import { error, type Outcome, ok, skipped, warning } from './finding.ts';
import { NGINX_UPGRADE } from './proxy.ts';
import { settled } from './settled.ts';

const ROUND_TRIP_MS = 5000;
/** The name of the event that the doctor sends to itself. */
export const DOCTOR_EVENT = 'AriEventbridgeDoctor';

const afterModules = skipped('not examined: fix "modules" first');

/** The event WebSocket opens, for the doctor's own app. */
export const events: Check = {
  name: 'events',
  needs: [],
  as: 'reader',
  async look(examination) {
    const user = examination.reader;
    if (!user) return skipped('no user was accepted');
    if (examination.modules?.has('res_ari_events.so') === false) return afterModules;
    const { url, ca } = examination.patient;
    try {
      examination.socket = await dialWebSocketTransport({
        url,
        apps: [examination.app],
        credentials: { get: async () => user, refresh: async () => user },
        onEvent: (event) => examination.events.push(event as Record<string, unknown>),
        ...(ca !== undefined && { ca }),
      });
    } catch (cause) {
      if (examination.proxy !== undefined) {
        return error(
          `${reasonOf(cause)}. Plain requests pass ${examination.proxy}, which may not hand on the change to a WebSocket: for nginx these lines do`,
          ...NGINX_UPGRADE,
        );
      }
      // ARI itself has answered before: only the module with its WebSocket is missing.
      if (!reasonOf(cause).includes('(404)')) return error(reasonOf(cause));
      return error(
        'ARI has no event WebSocket (404): res_ari_events.so is not running. Add "load = res_ari_events.so" to modules.conf, and remove a noload of it',
        confLine('modules.conf', 'modules', 'load', 'res_ari_events.so'),
      );
    }
    await examination.atEnd('the event WebSocket', () => examination.socket?.close());
    return ok(`the event WebSocket opens for "${user.username}"`);
  },
};

/** The node's apps are registered, and by which connector. */
export const apps: Check = {
  name: 'apps',
  needs: ['modules'],
  as: 'reader',
  async look(examination) {
    const { json } = await examination.read('/applications');
    const all = Array.isArray(json) ? (json as { name: string }[]).map((app) => app.name) : [];
    const listed = all.filter((name) => name !== examination.app);
    const wanted = examination.patient.apps;
    if (wanted.length === 0) return skipped(`no apps were named; registered are: ${listed.join(', ') || 'none'}`);
    return wanted.map((app) => {
      if (!listed.includes(app)) {
        const others = listed.filter((name) => !name.includes('~'));
        const instead = others.length > 0 ? `; registered are ${others.join(', ')}` : '';
        return warning(
          `the app "${app}" is not registered${instead}: Stasis(${app}) returns the channel to the dialplan at once. Check that the connector is running, and \`apps\` of the node in cdk.json`,
        );
      }
      // The connector registers this name for each app that it holds: connector/asterisk/presence.ts.
      const holders = listed.filter((name) => name.startsWith(`${app}~held-by~`)).map((name) => name.split('~').at(-1));
      if (holders.length > 0) {
        return ok(`"${app}" is registered by connector ${holders.join(' and ')}: channels can enter it`);
      }
      // Asterisk lists an app also after its last program has gone.
      return skipped(
        `"${app}" is listed, but no connector of this project holds it, and whether another program listens cannot be seen from outside: on Asterisk's machine, asterisk -rx 'ari show app ${app}' says so`,
      );
    });
  },
};

/** A user event comes back over the WebSocket. Uses no other app, and no channel or device. */
export const roundTrip: Check = {
  name: 'round-trip',
  needs: ['events', 'handlers-may-write'],
  as: 'handlers',
  async look(examination) {
    if (!examination.socket) return afterModules;
    const began = performance.now();
    const { status, body } = await sendUserEvent(examination, examination.app);
    // Asterisk 22 answers 500 where stasis.conf declines user events.
    if (status === 500) return declined(`Asterisk cannot create user events (500): ${body}`);
    if (status >= 300) return error(`Asterisk refused a user event for the doctor's own app (${status}): ${body}`);
    const isOurs = ({ eventname }: Record<string, unknown>): boolean => eventname === DOCTOR_EVENT;
    if (await settled(() => examination.events.some(isOurs), ROUND_TRIP_MS)) {
      return ok(`a user event came back after ${Math.ceil(performance.now() - began)} ms`);
    }
    return declined('Asterisk accepted a user event, but did not send it over the WebSocket');
  },
};

function declined(what: string): Outcome {
  return error(`${what}. If stasis.conf declines ast_multi_user_event_type, comment out that line`, {
    file: 'stasis.conf',
    section: 'declined_message_types',
    option: 'decline',
    line: ';decline = ast_multi_user_event_type',
  });
}

/** Sends a user event to an app: it needs no channel, bridge or endpoint. */
export function sendUserEvent(examination: Examination, app: string): ReturnType<Examination['ask']> {
  const path = `/ari/events/user/${DOCTOR_EVENT}?application=${encodeURIComponent(app)}`;
  return examination.ask(path, { as: examination.accepted.get('handlers'), method: 'POST' });
}
