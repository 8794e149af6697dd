import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../hash-of.ts';
import { ASTERISK_ROOT } from '../install.ts';
import type { BrokenInstallation } from './installation.ts';
import { ari, conf, http } from './lines.ts';
import { CONNECTOR, HANDLERS, type Stage } from './stage.ts';

/** By one line of ari.conf. */
const byAri =
  (section: string, option: string, value: string) =>
  (stage: Stage): void =>
    stage.editor.write(ari(section, option, value));
const without =
  (section: string, option: string) =>
  (stage: Stage): void =>
    stage.editor.remove(ari(section, option, ''));
const calls = () => ({ calls: true });

/** Adds to a file, which is written again before the next broken installation. */
function append(file: string, text: string): void {
  appendFileSync(join(ASTERISK_ROOT, 'etc/asterisk', file), text);
}

const HASH = 'password = <the hash that "asterisk-config ari.conf" writes>';
const REFUSED = 'refused the user "handlers" (401)';

/** What is wrong with ari.conf, or with what is known of its users. */
export const ARI_ROWS: readonly BrokenInstallation[] = [
  {
    broken: 'ARI is off',
    by: byAri('general', 'enabled', 'no'),
    check: 'ari',
    cause: '`enabled` in ari.conf',
    line: 'ari.conf [general] enabled = yes',
  },
  {
    broken: 'ARI is off, and `servername` of http.conf is not Asterisk’s',
    by: (stage) => {
      byAri('general', 'enabled', 'no')(stage);
      stage.editor.write(http('servername', 'pbx'));
    },
    check: 'ari',
    cause: '`enabled` in ari.conf',
    line: 'ari.conf [general] enabled = yes',
  },
  {
    broken: 'an option unknown to Asterisk in `[general]` of ari.conf, after a restart',
    by: async (stage) => {
      stage.editor.write(ari('general', 'permitted', 'yes'));
      await stage.restart();
    },
    check: 'ari',
    cause: 'no option unknown to Asterisk',
    line: 'ari.conf [general] enabled = yes',
    alike: true,
  },
  {
    broken: '`[general]` is twice in ari.conf, after a restart',
    by: async (stage) => {
      append('ari.conf', '\n[general]\nenabled = yes\n');
      await stage.restart();
    },
    check: 'ari',
    cause: 'is not there twice',
    line: 'ari.conf [general] enabled = yes',
    alike: true,
  },
  {
    broken: 'a user is twice in ari.conf, after a restart',
    by: async (stage) => {
      append('ari.conf', '\n[handlers]\ntype = user\npassword = other\n');
      await stage.restart();
    },
    check: 'connector',
    also: ['handlers'],
    cause: 'no section twice',
    line: `ari.conf [connector] ${HASH}`,
    alike: true,
  },
  {
    broken: 'there is no such user',
    patient: () => ({ users: { connector: CONNECTOR, handlers: { ...HANDLERS, username: 'dispatcher' } } }),
    check: 'handlers',
    cause: 'refused the user "dispatcher" (401)',
    line: `ari.conf [dispatcher] ${HASH}`,
  },
  {
    broken: 'the section is not a user: `type` is missing',
    by: without('handlers', 'type'),
    check: 'handlers',
    cause: REFUSED,
    line: 'ari.conf [handlers] type = user',
  },
  {
    broken: 'the password is another one',
    by: byAri('handlers', 'password', hashOf('another')),
    check: 'handlers',
    cause: REFUSED,
    line: `ari.conf [handlers] ${HASH}`,
  },
  {
    broken: 'the passwords of both users are swapped',
    patient: () => ({
      users: {
        connector: { ...CONNECTOR, password: HANDLERS.password },
        handlers: { ...HANDLERS, password: CONNECTOR.password },
      },
    }),
    check: 'connector',
    also: ['handlers'],
    cause: 'refused the user "connector" (401)',
    line: `ari.conf [connector] ${HASH}`,
    corrected: () => ({}),
  },
  {
    broken: 'the hash is cut off',
    by: byAri('handlers', 'password', hashOf(HANDLERS.password).slice(0, -3)),
    check: 'handlers',
    cause: REFUSED,
    line: `ari.conf [handlers] ${HASH}`,
  },
  {
    broken: 'the password itself is where its hash belongs',
    by: byAri('handlers', 'password', HANDLERS.password),
    check: 'handlers',
    cause: 'Compare the secret with the section [handlers] in ari.conf',
    line: `ari.conf [handlers] ${HASH}`,
  },
  {
    broken: 'the hash is taken for the password: `password_format=plain`',
    by: byAri('connector', 'password_format', 'plain'),
    check: 'connector',
    cause: 'refused the user "connector" (401)',
    line: 'ari.conf [connector] password_format = crypt',
  },
  {
    broken: 'the secret has the hash in place of the password',
    patient: () => ({ users: { connector: CONNECTOR, handlers: { ...HANDLERS, password: hashOf('any') } } }),
    check: 'handlers',
    also: ['handlers'],
    cause: REFUSED,
    line: `ari.conf [handlers] ${HASH}`,
    corrected: () => ({}),
  },
  {
    broken: 'an option unknown to Asterisk in a user’s section, as `permit` is before 22.9',
    by: async (stage) => {
      stage.editor.write(ari('handlers', 'permitted', '127.0.0.1'));
      await stage.restart();
    },
    check: 'handlers',
    cause: 'no option unknown to Asterisk (permit, deny and acl are, before 22.9 and 20.19)',
    line: `ari.conf [handlers] ${HASH}`,
    alike: true,
  },
  {
    broken: '`deny` keeps out this address',
    by: byAri('handlers', 'deny', '0.0.0.0/0.0.0.0'),
    check: 'handlers',
    cause: 'permit, deny and acl of [handlers] in ari.conf allow 127.0.0.1',
    line: 'ari.conf [handlers] permit = 127.0.0.1/32',
  },
  {
    broken: 'the handlers’ user may only read',
    by: byAri('handlers', 'read_only', 'yes'),
    check: 'handlers-may-write',
    cause: 'allows the user "handlers" only to read (403)',
    line: 'ari.conf [handlers] read_only = no',
  },
  {
    broken: 'the connector’s user may write',
    by: byAri('connector', 'read_only', 'no'),
    check: 'connector-read-only',
    cause: 'the user "connector" may write',
    line: 'ari.conf [connector] read_only = yes',
  },
  {
    broken: 'a password is in plain text, which every ARI user can read',
    by: (stage) => {
      stage.editor.write(ari('handlers', 'password', HANDLERS.password));
      stage.editor.write(ari('handlers', 'password_format', 'plain'));
    },
    patient: calls,
    check: 'password-format',
    cause: 'ari.conf has the password of "handlers" in plain text',
  },
  {
    broken: 'calls have no id in events',
    by: without('general', 'channelvars'),
    patient: calls,
    check: 'channelvars',
    cause: 'channels lack CHANNEL(linkedid)',
    line: 'ari.conf [general] channelvars = CHANNEL(linkedid),ARI_OUTCOME,ARI_STATE',
  },
  {
    broken: 'a reader of events has 5 ms',
    by: byAri('general', 'websocket_write_timeout', '5'),
    patient: calls,
    check: 'write-timeout',
    cause: 'websocket_write_timeout of ari.conf is 5 ms',
    line: 'ari.conf [general] websocket_write_timeout = 100',
  },
  {
    broken: 'the dialplan has no rescue',
    patient: () => ({ calls: true, rescueContext: 'default' }),
    check: 'rescue',
    cause: 'the dialplan',
    line: 'extensions.conf [default] exten => T,1,Goto(ari-eventbridge-rescue,T,1)',
    corrected: calls,
  },
  {
    broken: 'dialplan and channelvars lack what verbs need',
    patient: () => ({ calls: true, verbs: true }),
    check: 'channelvars',
    also: ['verbs'],
    cause: 'channels lack ARI_OUTCOME,ARI_STATE',
    line: 'ari.conf [general] channelvars = CHANNEL(linkedid),ARI_OUTCOME,ARI_STATE',
    corrected: calls,
  },
];

/** What is wrong with other files, or what runs in Asterisk. */
export const MODULE_ROWS: readonly BrokenInstallation[] = [
  noload('res_ari.so', 'ari', 'modules.conf loads res_ari.so'),
  noload('res_stasis.so', 'ari', 'modules.conf loads res_ari.so'),
  noload('res_http_websocket.so', 'prefix', 'check that modules.conf loads res_http_websocket.so'),
  ...[
    'app_stasis.so',
    'res_ari_applications.so',
    'res_ari_asterisk.so',
    'res_ari_bridges.so',
    'res_ari_channels.so',
    'res_ari_events.so',
    'res_stasis_answer.so',
    'res_stasis_playback.so',
    'res_stasis_recording.so',
  ].map((module) => noload(module, 'modules', `${module} is not running`)),
  noload('res_ari_sounds.so', 'sounds', 'res_ari_sounds.so is not running'),
  {
    broken: 'user events are declined',
    by: ({ editor }) =>
      editor.write(conf('stasis.conf', 'declined_message_types', 'decline', 'ast_multi_user_event_type')),
    check: 'round-trip',
    cause: 'stasis.conf declines ast_multi_user_event_type',
    line: 'stasis.conf [declined_message_types] ;decline = ast_multi_user_event_type',
  },
  {
    broken: 'there are no sounds in the default language',
    by: ({ editor }) => editor.write(conf('asterisk.conf', 'options', 'defaultlanguage', 'tlh')),
    check: 'sounds',
    cause: 'there are no sounds in the default language "tlh"',
    line: 'asterisk.conf [options] defaultlanguage = en',
  },
  {
    broken: 'no connector is subscribed to the app',
    patient: () => ({ apps: ['Intro-IVR'] }),
    check: 'apps',
    cause: 'the app "Intro-IVR" is not registered',
  },
  {
    broken: 'the app is listed, and its last program has gone',
    by: (stage) => stage.abandonApp('Intro-IVR'),
    patient: () => ({ apps: ['Intro-IVR'] }),
    check: 'apps',
    verdict: 'skipped',
    cause: '"Intro-IVR" is listed, but no connector of this project holds it',
  },
  {
    broken: 'the clocks differ: Asterisk’s is 90 s behind',
    by: (stage) => stage.shiftClock(90_000),
    check: 'clock',
    cause: 's behind this one',
  },
  {
    broken: 'the clocks differ: Asterisk’s is an hour ahead',
    by: (stage) => stage.shiftClock(-3_700_000),
    check: 'clock',
    cause: 's ahead of this one',
  },
];

function noload(module: string, check: string, cause: string): BrokenInstallation {
  return {
    broken: `${module} is not loaded`,
    by: ({ editor }) => editor.write(conf('modules.conf', 'modules', 'noload', module)),
    check,
    cause,
    line: `modules.conf [modules] load = ${module}`,
  };
}
