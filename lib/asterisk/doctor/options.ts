import { confLine, type Remedy } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Examination } from './examination.ts';
import { error, type Outcome, ok, skipped, warning } from './finding.ts';
import { settled } from './settled.ts';

/** Asterisk's own default for `websocket_write_timeout`. */
const WRITE_TIMEOUT_MS = 100;
/** How long an event of the doctor's channel may take. */
const EVENT_MS = 5000;
const CHANNELVARS = 'CHANNEL(linkedid)';
const setChannelvars = confLine('ari.conf', 'general', 'channelvars', CHANNELVARS);
const setWriteTimeout = confLine('ari.conf', 'general', 'websocket_write_timeout', String(WRITE_TIMEOUT_MS));
/** A channel that calls nobody: created and never dialled, it stays outside the dialplan. */
const ENDPOINT = 'Local/ari-eventbridge-doctor@ari-eventbridge-doctor/n';

/**
 * A channel in the doctor's own app. Through it Asterisk reads the options of its configuration files, which no other
 * command shows.
 */
export const channel: Check = {
  name: 'channel',
  needs: ['events', 'modules', 'handlers-may-write'],
  as: 'handlers',
  async look(examination) {
    if (!examination.patient.calls) {
      return skipped(
        'not tried whether a channel enters an app, as that takes a channel: --calls allows one that calls nobody',
      );
    }
    const as = examination.accepted.get('handlers');
    const id = `${examination.app}-channel`;
    const query = `endpoint=${encodeURIComponent(ENDPOINT)}&app=${examination.app}&channelId=${id}`;
    const created = await examination.ask(`/ari/channels/create?${query}`, { as, method: 'POST' });
    if (created.status !== 200)
      return error(`Asterisk created no channel (${created.status}): ${created.body.slice(0, 200)}`);
    examination.channelId = id;
    await examination.atEnd(`the channel ${id}`, async () => {
      await examination.ask(`/ari/channels/${id}`, { as, method: 'DELETE' });
      // Asterisk keeps an app in its list for good when its last channel leaves it while its WebSocket closes, and the
      // channel leaves a moment later than Asterisk says.
      await came(examination, 'StasisEnd');
      await settled(() => hasNoChannels(examination), EVENT_MS);
    });
    if (!(await came(examination, 'StasisStart'))) {
      return error(
        `a channel was created, and no StasisStart of it came over the WebSocket within ${EVENT_MS / 1000} s`,
      );
    }
    return ok("a channel entered an app of the doctor's own");
  },
};

/** Every channel of every event carries the id of its call. */
export const channelvars: Check = {
  name: 'channelvars',
  needs: ['modules'],
  as: 'reader',
  async look(examination) {
    const { json } = await examination.read('/channels');
    const [first] = Array.isArray(json) ? (json as { channelvars?: Record<string, string> }[]) : [];
    if (!first) {
      return skipped(
        'channelvars of ari.conf show in a channel only, and there is none: call, or allow one that calls nobody with --calls. Compare this line',
        setChannelvars,
      );
    }
    if (first.channelvars && CHANNELVARS in first.channelvars) return ok(`channels carry ${CHANNELVARS}`);
    return warning(
      `channels do not carry ${CHANNELVARS}, so that \`metadata.callId\` is missing on the bus: write channelvars into [general] of ari.conf`,
      setChannelvars,
    );
  },
};

/** How long Asterisk waits for a reader of events that has fallen behind. */
export const writeTimeout: Check = {
  name: 'write-timeout',
  needs: [],
  as: 'reader',
  async look(examination) {
    const read = await readOption(examination, 'ari.conf', 'general', 'websocket_write_timeout');
    if (!read) return unseen('websocket_write_timeout', setWriteTimeout);
    const { text } = read;
    if (text === undefined) return ok(`websocket_write_timeout is the default, ${WRITE_TIMEOUT_MS} ms`);
    if (Number(text) >= WRITE_TIMEOUT_MS) return ok(`websocket_write_timeout is ${text} ms`);
    return warning(
      `websocket_write_timeout of ari.conf is ${text} ms: a reader that falls behind for so long loses its WebSocket, and every app on it. Write ${WRITE_TIMEOUT_MS} or more`,
      setWriteTimeout,
    );
  },
};

/** Passwords of ari.conf are hashes. */
export const passwordFormat: Check = {
  name: 'password-format',
  needs: [],
  as: 'reader',
  async look(examination) {
    const username = examination.sectionOf('handlers');
    const read = await readOption(examination, 'ari.conf', username, 'password_format');
    if (!read) return unseen('password_format', confLine('ari.conf', username, 'password_format', 'crypt'));
    if (read.text === 'crypt') return ok('ari.conf holds the hash of the password only');
    return warning(
      `ari.conf holds the password of "${username}" as it is, and every ARI user, a read-only one too, can read that file through any channel. Write password_format=crypt there, and the hash of the password: "ari-eventbridge asterisk-config" prints both`,
    );
  },
};

/** Whether the doctor's own app lists no channel any more. */
async function hasNoChannels(examination: Examination): Promise<boolean> {
  const { json } = await examination.read(`/applications/${examination.app}`);
  return ((json as { channel_ids?: string[] } | undefined)?.channel_ids ?? []).length === 0;
}

function came({ events }: Examination, wanted: string): Promise<boolean> {
  return settled(() => events.some(({ type }) => type === wanted), EVENT_MS);
}

function unseen(option: string, line: Remedy): Outcome {
  const says = `${option} of ari.conf cannot be seen from outside: allow a channel that calls nobody with --calls, or compare this line`;
  return skipped(says, line);
}

/**
 * What stands in a configuration file now, of which Asterisk may have read an older version. Is never asked for a password.
 *
 * @returns `undefined` where it cannot be read; no `text` where the option is not set
 */
async function readOption(
  examination: Examination,
  file: string,
  section: string,
  option: 'websocket_write_timeout' | 'password_format',
): Promise<{ text?: string } | undefined> {
  const { channelId, modules } = examination;
  if (channelId === undefined || modules?.has('func_config.so') === false) return undefined;
  const variable = encodeURIComponent(`AST_CONFIG(${file},${section},${option})`);
  const { status, json } = await examination.read(`/channels/${channelId}/variable?variable=${variable}`);
  // An option that is not set cannot be read: "Unable to read provided function".
  if (status === 500) return {};
  const { value } = (json ?? {}) as { value?: string };
  return status === 200 && value !== undefined ? { text: value } : undefined;
}
