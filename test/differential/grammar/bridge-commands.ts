import fc, { type Arbitrary } from 'fast-check';
import type { Command } from '../program.ts';
import { bridge, bridgeMedia, channel, command, maybe, playable, playback } from './words.ts';

const at = { bridge };
const b = '/bridges/{bridge}';
const type = fc.constantFrom(
  ...[undefined, 'mixing', 'mixing', 'holding', 'mixing,dtmf_events', 'proxy_media', 'mixing,proxy_media'],
  ...['video_sfu', 'mixing,video_single', 'mixing,holding', 'nonsense', 'nonsense,mixing'],
);
const members = fc.oneof(
  { weight: 6, arbitrary: channel },
  { weight: 2, arbitrary: fc.constantFrom(['~caller', '~out'], ['~out', '~nobody'], ['~caller', '~caller']) },
  { weight: 1, arbitrary: fc.constantFrom('', undefined) },
);
const variables = fc.constantFrom({ X: '1' }, { X: { value: 'v', report_events: true } }, { X: 2 }, {}, undefined);

export const bridgeCommands: [number, Arbitrary<Command>][] = [
  [0.2, command('bridges.list', 'GET /bridges')],
  [0.7, command('bridges.create', 'POST /bridges', {}, { type, bridgeId: bridge, name: maybe(fc.constant('Room')) })],
  [
    4,
    command('bridges.createWithId', `POST ${b}`, at, {
      type: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(undefined, 'mixing', 'holding') },
        { weight: 1, arbitrary: type },
      ),
      name: maybe(fc.constant('Room, "1"')),
      variables: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: variables }),
    }),
  ],
  [0.5, command('bridges.get', `GET ${b}`, at)],
  [0.7, command('bridges.destroy', `DELETE ${b}`, at)],
  [
    0.8,
    command('bridges.getBridgeVar', `GET ${b}/variable`, at, { variable: fc.constantFrom('X', 'X', 'X', 'Y', '') }, [
      'query',
    ]),
  ],
  [
    1,
    command('bridges.setBridgeVar', `POST ${b}/variable`, at, {
      variable: fc.constantFrom('X', 'X', 'X', 'Y', ''),
      value: fc.constantFrom('1', '1', '1', '', undefined),
      report_events: fc.constantFrom(undefined, true),
    }),
  ],
  [
    0.4,
    command(
      'bridges.getBridgeVars',
      `GET ${b}/variables`,
      at,
      { variables: fc.constantFrom('X', 'X,Y', '', undefined) },
      ['query'],
    ),
  ],
  [0.4, command('bridges.setBridgeVars', `POST ${b}/variables`, at, { variables }, ['body'])],
  [
    3.5,
    command('bridges.addChannel', `POST ${b}/addChannel`, at, {
      channel: members,
      role: fc.constantFrom(undefined, undefined, undefined, 'participant', 'nonsense'),
      absorbDTMF: fc.constantFrom(undefined, undefined, true),
      mute: fc.constantFrom(undefined, undefined, true),
    }),
  ],
  [1.2, command('bridges.removeChannel', `POST ${b}/removeChannel`, at, { channel: members })],
  [0.8, command('bridges.setVideoSource', `POST ${b}/videoSource/{channel}`, { ...at, channel })],
  [0.3, command('bridges.clearVideoSource', `DELETE ${b}/videoSource`, at)],
  [0.6, command('bridges.startMoh', `POST ${b}/moh`, at, { mohClass: maybe(fc.constant('default')) })],
  [1, command('bridges.stopMoh', `DELETE ${b}/moh`, at)],
  [0.6, command('bridges.play', `POST ${b}/play`, at, { media: bridgeMedia, playbackId: playback })],
  [1, command('bridges.playWithId', `POST ${b}/play/{playback}`, { ...at, playback }, { media: bridgeMedia })],
  [
    0.8,
    command('bridges.record', `POST ${b}/record`, at, {
      // Nothing ends the recording of an empty bridge by itself.
      name: fc.constantFrom('~r', '~r', '~r', '~nothing'),
      format: fc.constantFrom('wav', 'wav', 'ulaw', 'nonsense'),
      ifExists: fc.constantFrom(undefined, 'overwrite', 'perhaps'),
      terminateOn: fc.constantFrom(undefined, 'any', 'q'),
    }).map(playable),
  ],
];
