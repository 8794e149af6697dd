import { confLine, type Remedy } from '../../ari/connect-failure.ts';
import { CALL_VARIABLES } from '../../ari/verbs-dialplan.ts';
import type { Check } from './check.ts';
import type { Examination } from './examination.ts';
import { error, type Outcome, ok, skipped, warning } from './finding.ts';
import { settled } from './settled.ts';

/** Asterisk's own default for `websocket_write_timeout`. */
const WRITE_TIMEOUT_MS = 100;
/** Time limit for an event of the doctor's channel. */
const EVENT_MS = 5000;
const CALL_ID = 'CHANNEL(linkedid)';
const setChannelvars = confLine('ari.conf', 'general', 'channelvars', [CALL_ID, ...CALL_VARIABLES].join());
const setWriteTimeout = confLine('ari.conf', 'general', 'websocket_write_timeout', String(WRITE_TIMEOUT_MS));
/** A channel that calls nobody: created but never dialled, it does not enter the dialplan. */
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
        'not examined whether a channel can enter an app: that needs a channel; --calls allows one that calls nobody',
      );
    }
    const as = examination.accepted.get('handlers');
    const id = `${examination.app}-channel`;
    const query = `endpoint=${encodeURIComponent(ENDPOINT)}&app=${examination.app}&channelId=${id}`;
    const created = await examination.ask(`/ari/channels/create?${query}`, { as, method: 'POST' });
    if (created.status !== 200)
      return error(`Asterisk did not create a channel (${created.status}): ${created.body.slice(0, 200)}`);
    examination.channelId = id;
    await examination.atEnd(`the channel ${id}`, async () => {
      await examination.ask(`/ari/channels/${id}`, { as, method: 'DELETE' });
      // Asterisk never removes an app from its list when the last channel leaves it while its WebSocket closes, and the
      // channel leaves a moment after StasisEnd.
      await came(examination, 'StasisEnd');
      await settled(() => hasNoChannels(examination), EVENT_MS);
    });
    if (!(await came(examination, 'StasisStart'))) {
      return error(
        `a channel was created, but its StasisStart did not come over the WebSocket within ${EVENT_MS / 1000} s`,
      );
    }
    return ok("a channel entered the doctor's own app");
  },
};

/** Every channel of every event has the id of its call, and what verbs tell handlers by variables. */
export const channelvars: Check = {
  name: 'channelvars',
  needs: ['modules'],
  as: 'reader',
  async look(examination) {
    const { json } = await examination.read('/channels');
    const [first] = Array.isArray(json) ? (json as { channelvars?: Record<string, string> }[]) : [];
    if (!first) {
      return skipped(
        'channelvars of ari.conf can be examined on a channel only, and there is none: make a call, or allow a channel that calls nobody with --calls, or compare this line',
        setChannelvars,
      );
    }
    const { channelvars: found = {} } = first;
    if (!(CALL_ID in found)) {
      return warning(
        `channels lack ${CALL_ID}, so \`metadata.callId\` is missing on the bus: set channelvars in [general] of ari.conf`,
        setChannelvars,
      );
    }
    const missing = CALL_VARIABLES.filter((name) => !(name in found));
    if (!examination.patient.verbs || missing.length === 0) return ok(`channels have ${Object.keys(found).join()}`);
    return warning(
      `channels lack ${missing.join()}, so handlers do not learn the outcome of a verb that the caller's hang-up ended, and have no call.state: set channelvars in [general] of ari.conf`,
      setChannelvars,
    );
  },
};

/** How long Asterisk waits for a slow event reader before it closes the WebSocket. */
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
      `websocket_write_timeout of ari.conf is ${text} ms: a reader that is slower loses its WebSocket and every app on it. Set it to ${WRITE_TIMEOUT_MS} or more`,
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
    if (read.text === 'crypt') return ok('ari.conf has only the hash of the password');
    return warning(
      `ari.conf has the password of "${username}" in plain text, and every ARI user, even a read-only one, can read that file through any channel. Write password_format=crypt and the hash of the password instead: "ari-eventbridge asterisk-config" prints both`,
    );
  },
};

/** Whether the doctor's own app has no channel left. */
async function hasNoChannels(examination: Examination): Promise<boolean> {
  const { json } = await examination.read(`/applications/${examination.app}`);
  return ((json as { channel_ids?: string[] } | undefined)?.channel_ids ?? []).length === 0;
}

function came({ events }: Examination, wanted: string): Promise<boolean> {
  return settled(() => events.some(({ type }) => type === wanted), EVENT_MS);
}

function unseen(option: string, line: Remedy): Outcome {
  const says = `${option} of ari.conf cannot be read from outside: allow a channel that calls nobody with --calls, or compare this line`;
  return skipped(says, line);
}

/**
 * Reads an option from a configuration file; Asterisk itself may have loaded an older version of the file. Never used
 * for passwords.
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
  // An option that is not set cannot be read: "Unable to read provided function". Neither can a file.
  if (status === 500) return (await canRead(examination, channelId, file)) ? {} : undefined;
  const { value } = (json ?? {}) as { value?: string };
  return status === 200 && value !== undefined ? { text: value } : undefined;
}

/** Every user that Asterisk accepts has a section with a type. */
async function canRead(examination: Examination, channelId: string, file: string): Promise<boolean> {
  const variable = encodeURIComponent(`AST_CONFIG(${file},${examination.reader?.username},type)`);
  return (await examination.read(`/channels/${channelId}/variable?variable=${variable}`)).status === 200;
}
