import fc, { type Arbitrary } from 'fast-check';
import { VERBS_CONTEXT } from '../../../lib/ari/verbs-dialplan.ts';
import { type Command, LISTS, PHONE } from '../program.ts';
import {
  app,
  appArgs,
  channel,
  command,
  maybe,
  media,
  playable,
  playback,
  recording,
  value,
  variable,
} from './words.ts';

const at = { channel };
const c = '/channels/{channel}';
const endpoint = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Local/answers@~', 'Local/rings@~', 'Local/busy@~') },
  { weight: 2, arbitrary: fc.constantFrom('Local/call@~', 'Local/nowhere@~', 'Local/back@~') },
  { weight: 1, arbitrary: fc.constantFrom('PJSIP/nobody', 'Nothing/1', 'Local', 'Local/', '', undefined) },
);
const callerId = fc.constantFrom(
  ...[undefined, 'Bob <1002>', '1003', 'Support', '"Support"', '"A, B" <1004>', 'A "B" C <1003>', 'A<b> <1005>', ''],
);
const variables = fc.constantFrom<unknown>(
  ...[undefined, undefined, { X: '1' }, { __KEPT: 'yes', _ONCE: 'o' }, { 'CALLERID(name)': 'By Variable' }],
  ...[{ X: { value: 'v' } }, { X: { value: 'v', report_events: true } }, { X: 2 }, { X: { v: '1' } }, {}],
);
const out = fc.constantFrom('~out', '~out', '~out', '~short', '~caller');
const direction = fc.constantFrom('in', 'out', 'both', 'none', 'sideways', undefined);

function ofOut(channelId: unknown, app: unknown): Record<string, unknown> {
  // An app has to hear when the short time is over: programs wait for it.
  return channelId === '~short' ? { timeout: 1, app: app ?? '~app' } : { timeout: 60 };
}

const originated = {
  endpoint,
  app: maybe(app),
  appArgs,
  extension: maybe(fc.constantFrom('answers', 'back', 'nowhere')),
  // The context `default` is not the program's own.
  context: fc.constantFrom('~', '~', 'nowhere'),
  callerId,
  variables,
  originator: fc.constantFrom(undefined, undefined, undefined, '~caller', '~nobody'),
};

/** Calls that ring for a second, or for as long as a program runs. */
function withTimeout(made: Arbitrary<Command>): Arbitrary<Command> {
  return fc.tuple(made, fc.constantFrom(undefined, 0, -1)).map(([given, timeout]) => {
    const id = given.path.split('/')[2] ?? given.params.channelId;
    const params = {
      ...given.params,
      ...(timeout === undefined || id === '~short' ? ofOut(id, given.params.app) : { timeout }),
    };
    return { ...given, params };
  });
}

const simple = (name: string, template: string): [number, Arbitrary<Command>] => [
  0.5,
  command(`channels.${name}`, template, at),
];

export const channelCommands: [number, Arbitrary<Command>][] = [
  [0.2, command('channels.list', 'GET /channels')],
  [0.3, command('channels.get', `GET ${c}`, at)],
  [0.5, withTimeout(command('channels.originate', 'POST /channels', {}, { ...originated, channelId: out }))],
  [2, withTimeout(command('channels.originateWithId', 'POST /channels/{out}', { out }, originated))],
  [
    1.5,
    command(
      'channels.create',
      'POST /channels/create',
      {},
      { endpoint, app: maybe(app), appArgs, channelId: fc.constantFrom('~out', '~out', '~caller'), variables },
    ),
  ],
  [1.2, command('channels.dial', `POST /channels/{out}/dial`, { out }, { timeout: fc.constantFrom(undefined, 0, 60) })],
  [
    0.8,
    command('channels.hangup', `DELETE ${c}`, at, {
      reason: fc.constantFrom(
        ...[undefined, undefined, 'normal', 'busy', 'congestion', 'no_answer', 'timeout', 'rejected', 'unallocated'],
        ...['normal_unspecified', 'number_incomplete', 'codec_mismatch', 'interworking', 'failure', 'boredom'],
        'answered_elsewhere',
      ),
      reason_code: fc.constantFrom(undefined, undefined, undefined, '42', 'x'),
    }),
  ],
  [
    1,
    command('channels.continueInDialplan', `POST ${c}/continue`, at, {
      context: fc.constantFrom(undefined, '~', 'nowhere'),
      extension: fc.constantFrom(undefined, undefined, 'back', 'answers', 'nowhere'),
      priority: fc.constantFrom(undefined, undefined, 1, 2, 99),
      label: fc.constantFrom(undefined, undefined, undefined, '1', 'somewhere', '0'),
    }),
  ],
  [
    1.5,
    command('channels.continueInDialplan', `POST ${c}/continue`, at, {
      context: fc.constant(VERBS_CONTEXT),
      extension: fc.constantFrom(...LISTS),
      priority: fc.constant(1),
    }),
  ],
  [1.5, command('channels.move', `POST ${c}/move`, at, { app, appArgs })],
  [0.4, command('channels.redirect', `POST ${c}/redirect`, at, { endpoint })],
  [3, command('channels.answer', `POST ${c}/answer`, at)],
  simple('ring', `POST ${c}/ring`),
  simple('ringStop', `DELETE ${c}/ring`),
  simple('progress', `POST ${c}/progress`),
  [1, command('channels.sendDTMF', `POST ${c}/dtmf`, at, { dtmf: fc.constantFrom('1', '2#', '', undefined) })],
  [0.5, command('channels.mute', `POST ${c}/mute`, at, { direction })],
  [0.5, command('channels.unmute', `DELETE ${c}/mute`, at, { direction })],
  simple('hold', `POST ${c}/hold`),
  simple('unhold', `DELETE ${c}/hold`),
  [0.5, command('channels.startMoh', `POST ${c}/moh`, at, { mohClass: maybe(fc.constant('default')) })],
  simple('stopMoh', `DELETE ${c}/moh`),
  simple('startSilence', `POST ${c}/silence`),
  simple('stopSilence', `DELETE ${c}/silence`),
  [
    1.5,
    command('channels.play', `POST ${c}/play`, at, { media, playbackId: playback, lang: maybe(fc.constant('fr')) }),
  ],
  [
    3,
    command(
      'channels.playWithId',
      `POST ${c}/play/{playback}`,
      { ...at, playback },
      { media, offsetms: fc.constantFrom(undefined, undefined, 0, -1), skipms: fc.constantFrom(undefined, 0, -1) },
    ),
  ],
  [
    2,
    fc
      .tuple(
        command('channels.record', `POST ${c}/record`, at, {
          name: recording,
          format: fc.constantFrom('wav', 'wav', 'wav', 'ulaw', 'alaw', 'gsm', 'sln16', 'g722', 'mp3', 'nonsense'),
          ifExists: fc.constantFrom(undefined, 'fail', 'overwrite', 'append', 'perhaps'),
          terminateOn: fc.constantFrom(undefined, 'none', 'any', '#', '*', 'q'),
          beep: fc.constantFrom(undefined, false),
        }),
        fc.constantFrom({ maxDurationSeconds: 1 }, { maxDurationSeconds: 1 }, { maxDurationSeconds: -1 }),
      )
      .map(([given, limit]) => playable(withLimit(given, limit))),
  ],
  [1.5, command('channels.getChannelVar', `GET ${c}/variable`, at, { variable: maybe(variable) }, ['query'])],
  [
    3,
    command('channels.setChannelVar', `POST ${c}/variable`, at, {
      variable: fc.oneof({ weight: 20, arbitrary: variable }, { weight: 1, arbitrary: fc.constant(undefined) }),
      value,
      report_events: fc.constantFrom(undefined, undefined, true),
    }).map(withValue),
  ],
  [
    0.6,
    command(
      'channels.getChannelVars',
      `GET ${c}/variables`,
      at,
      { variables: fc.constantFrom('X', 'X,Y', 'CALLERID(num)', '', undefined) },
      ['query'],
    ),
  ],
  [0.8, command('channels.setChannelVars', `POST ${c}/variables`, at, { variables }, ['body'])],
  [
    1,
    command(
      'channels.snoopChannelWithId',
      `POST ${c}/snoop/{spy}`,
      { ...at, spy: fc.constant('~spy') },
      {
        // Where nobody listens for the app, Asterisk lists a channel that is gone.
        app: maybe(fc.constantFrom('~app', '~other')),
        appArgs,
        spy: direction,
        whisper: direction,
      },
    ),
  ],
  [
    0.3,
    command('channels.snoopChannel', `POST ${c}/snoop`, at, {
      app: fc.constant('~app'),
      spy: direction,
      snoopId: fc.constant('~spy'),
    }),
  ],
  [
    0.8,
    command('channels.rtpstatistics', `GET ${c}/rtp_statistics`, { channel: fc.constantFrom('~media', '~caller') }),
  ],
  [
    1,
    command(
      'channels.externalMedia',
      'POST /channels/externalMedia',
      {},
      {
        channelId: fc.constantFrom('~media', '~media', '~media', '~caller'),
        app: fc.constantFrom('~app', '~app', '~other', '~unheard', undefined),
        external_host: fc.constantFrom('127.0.0.1:9', '127.0.0.1:9', '127.0.0.1:9', '127.0.0.1', undefined),
        format: fc.constantFrom('slin', 'slin', 'slin16', undefined),
        encapsulation: fc.constantFrom(undefined, undefined, 'rtp', 'audiosocket', 'none'),
        transport: fc.constantFrom(undefined, undefined, 'udp', 'tcp', 'websocket'),
        connection_type: fc.constantFrom(undefined, 'client', 'server'),
        direction: fc.constantFrom(undefined, 'both', 'nowhere'),
      },
    ),
  ],
  [
    0.6,
    command(
      'channels.originateWithId',
      'POST /channels/~media',
      {},
      { endpoint: fc.constant(`PJSIP/${PHONE}`), app: fc.constantFrom('~app', '~other'), callerId },
    ),
  ],
  [
    0.3,
    command('channels.transfer_progress', `POST ${c}/transfer_progress`, at, {
      states: fc.constantFrom('channel_answered', 'channel_progress', 'nonsense', undefined),
    }),
  ],
];

/** Asterisk 22.10 crashes where a function is given no value. */
function withValue(given: Command): Command {
  const isFunction = String(given.params.variable).endsWith(')');
  return isFunction ? { ...given, params: { value: '', ...given.params } } : given;
}

/** A recording whose name says so ends by itself after a second. */
function withLimit(given: Command, limit: { maxDurationSeconds: number }): Command {
  const short = String(given.params.name).includes('short');
  return short || limit.maxDurationSeconds < 0 ? { ...given, params: { ...given.params, ...limit } } : given;
}
