import fc, { type Arbitrary } from 'fast-check';
import { type Command, DEAF_ADDRESS, DEAF_PHONE } from '../program.ts';
import { app, channel, command, maybe, playback, recording } from './words.ts';

const a = '/applications/{app}';
const ofApp = { app };
const eventSource = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('channel:~caller', 'bridge:~room', 'channel:~out') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('deviceState:Stasis:~lamp', 'deviceState:~x', ['channel:~caller', 'bridge:~hall']),
  },
  { weight: 1, arbitrary: fc.constantFrom('channel:~nobody', 'nonsense:x', 'endpoint:PJSIP/nobody', '', undefined) },
);
const device = fc.constantFrom('Stasis:~lamp', 'Stasis:~lamp', 'Stasis:~lamp', 'PJSIP/~nobody', 'Stasis:');
const global = fc.constantFrom('~global', '~global', '~never', '', undefined);
const phone = fc.constantFrom(DEAF_PHONE, '~nobody');
const to = fc.constantFrom(
  `pjsip:${DEAF_PHONE}`,
  `pjsip:${DEAF_PHONE}/${DEAF_ADDRESS}`,
  'pjsip:~nobody',
  '',
  undefined,
);
const ofRecording = { recording };
const r = '/recordings/live/{recording}';
const stored = '/recordings/stored/{recording}';

export const otherCommands: [number, Arbitrary<Command>][] = [
  [1.5, command('playbacks.stop', 'DELETE /playbacks/{playback}', { playback })],
  [0.4, command('playbacks.get', 'GET /playbacks/{playback}', { playback })],
  [
    1,
    command(
      'playbacks.control',
      'POST /playbacks/{playback}/control',
      { playback },
      {
        operation: fc.constantFrom('restart', 'pause', 'unpause', 'reverse', 'forward', 'dance', undefined),
      },
    ),
  ],
  [0.1, command('recordings.listStored', 'GET /recordings/stored')],
  [0.3, command('recordings.getStored', `GET ${stored}`, ofRecording)],
  [0.3, command('recordings.getStoredFile', `GET ${stored}/file`, ofRecording)],
  [0.5, command('recordings.deleteStored', `DELETE ${stored}`, ofRecording)],
  [
    0.4,
    command('recordings.copyStored', `POST ${stored}/copy`, ofRecording, {
      destinationRecordingName: fc.constantFrom('~copy', '~r', '', undefined),
    }),
  ],
  [0.6, command('recordings.getLive', `GET ${r}`, ofRecording)],
  [0.5, command('recordings.cancel', `DELETE ${r}`, ofRecording)],
  [1, command('recordings.stop', `POST ${r}/stop`, ofRecording)],
  [0.5, command('recordings.pause', `POST ${r}/pause`, ofRecording)],
  [0.4, command('recordings.unpause', `DELETE ${r}/pause`, ofRecording)],
  [0.3, command('recordings.mute', `POST ${r}/mute`, ofRecording)],
  [0.3, command('recordings.unmute', `DELETE ${r}/mute`, ofRecording)],
  [0.1, command('asterisk.ping', 'GET /asterisk/ping')],
  [
    0.2,
    command(
      'asterisk.getInfo',
      'GET /asterisk/info',
      {},
      { only: fc.constantFrom(undefined, 'build', 'status,config', 'nonsense') },
      ['query'],
    ),
  ],
  [0.3, command('asterisk.getGlobalVar', 'GET /asterisk/variable', {}, { variable: global }, ['query'])],
  [
    0.3,
    command(
      'asterisk.setGlobalVar',
      'POST /asterisk/variable',
      {},
      { variable: global, value: fc.constantFrom('1', '', undefined) },
    ),
  ],
  [0.1, command('deviceStates.list', 'GET /deviceStates')],
  [0.5, command('deviceStates.get', 'GET /deviceStates/{device}', { device })],
  [
    0.8,
    command(
      'deviceStates.update',
      'PUT /deviceStates/{device}',
      { device },
      {
        deviceState: fc.constantFrom('INUSE', 'NOT_INUSE', 'BUSY', 'RINGING', 'nonsense', undefined),
      },
    ),
  ],
  [0.4, command('deviceStates.delete', 'DELETE /deviceStates/{device}', { device })],
  [0.1, command('applications.list', 'GET /applications')],
  [0.3, command('applications.get', `GET ${a}`, ofApp)],
  [1, command('applications.subscribe', `POST ${a}/subscription`, ofApp, { eventSource })],
  [0.7, command('applications.unsubscribe', `DELETE ${a}/subscription`, ofApp, { eventSource })],
  [
    0.5,
    command(
      'applications.filter',
      `PUT ${a}/eventFilter`,
      ofApp,
      {
        allowed: fc.constantFrom(undefined, undefined, [], [{ type: 'StasisStart' }]),
        disallowed: fc.constantFrom(
          undefined,
          [],
          [{ type: 'ChannelVarset' }],
          [{ type: 'ChannelDialplan' }],
          [{}],
          'x',
        ),
      },
      ['body'],
    ),
  ],
  [
    0.6,
    command(
      'events.userEvent',
      'POST /events/user/Hello',
      {},
      {
        application: maybe(app),
        source: fc.oneof(
          { weight: 3, arbitrary: channel.map((id) => `channel:${id}`) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(undefined, 'bridge:~room', 'nonsense', ['channel:~caller', 'bridge:~room']),
          },
        ),
        variables: fc.constantFrom(undefined, { a: '1' }, { a: { b: [1] } }),
      },
    ),
  ],
  [
    0.3,
    command('events.claimChannel', 'POST /events/claim', {}, { channelId: maybe(channel), application: maybe(app) }),
  ],
  [0.2, command('endpoints.list', 'GET /endpoints')],
  [
    0.2,
    command('endpoints.listByTech', 'GET /endpoints/{tech}', { tech: fc.constantFrom('PJSIP', 'Local', 'Nothing') }),
  ],
  [
    0.2,
    command('endpoints.get', 'GET /endpoints/PJSIP/{resource}', { resource: fc.constantFrom(DEAF_PHONE, '~nobody') }),
  ],
  [
    0.2,
    command(
      'endpoints.sendMessage',
      'PUT /endpoints/sendMessage',
      {},
      {
        to,
        from: fc.constant('sip:a@127.0.0.1'),
        body: fc.constant('hello'),
        variables: fc.constantFrom(undefined, { X: 1 }, { X: '1' }),
      },
      ['body'],
    ),
  ],
  [
    0.2,
    command(
      'endpoints.sendMessageToEndpoint',
      'PUT /endpoints/PJSIP/{phone}/sendMessage',
      { phone },
      { from: fc.constant('sip:a@b') },
    ),
  ],
  [
    0.2,
    command(
      'endpoints.refer',
      'POST /endpoints/refer',
      {},
      {
        to,
        from: fc.constant('pjsip:a'),
        refer_to: fc.constant('sip:b@127.0.0.1'),
      },
      ['body'],
    ),
  ],
  [
    0.2,
    command(
      'endpoints.referToEndpoint',
      'POST /endpoints/PJSIP/{phone}/refer',
      { phone },
      { from: fc.constant('pjsip:a'), refer_to: fc.constant('sip:b@127.0.0.1') },
    ),
  ],
  [0.1, command('sounds.list', 'GET /sounds', {}, { format: fc.constantFrom(undefined, 'wav', 'nonsense') })],
  [
    0.2,
    command('sounds.get', 'GET /sounds/{sound}', { sound: fc.constantFrom('beep', 'hello-world', 'nothing-there') }),
  ],
  [0.2, command('mailboxes.list', 'GET /mailboxes')],
  [0.1, command('mailboxes.get', 'GET /mailboxes/{box}', { box: fc.constant('~box') })],
  [
    0.1,
    command(
      'mailboxes.update',
      'PUT /mailboxes/{box}',
      { box: fc.constant('~box') },
      { oldMessages: fc.constant(1), newMessages: fc.constant(2) },
    ),
  ],
  [0.1, command('mailboxes.delete', 'DELETE /mailboxes/{box}', { box: fc.constant('~box') })],
];
