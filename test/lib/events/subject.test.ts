import { expect, test } from 'vitest';
import { subjectOf } from '../../../lib/events/subject.ts';

const CHANNEL = { id: '1.0', channelvars: { 'CHANNEL(linkedid)': '1.0' } };

test.each([
  [
    'a channel and its call',
    { channel: CHANNEL },
    { channelId: '1.0', channel: CHANNEL, callId: '1.0', resources: ['channel/1.0'] },
  ],
  [
    'a channel without channelvars',
    { channel: { id: '1.0' } },
    { channelId: '1.0', channel: { id: '1.0' }, resources: ['channel/1.0'] },
  ],
  [
    'the called channel of a Dial',
    { peer: { id: '2.0' }, caller: CHANNEL },
    { channelId: '2.0', channel: { id: '2.0' }, callId: '1.0', resources: ['channel/2.0', 'channel/1.0'] },
  ],
  [
    'a channel and its bridge',
    { bridge: { id: '100' }, channel: CHANNEL },
    { channelId: '1.0', channel: CHANNEL, callId: '1.0', resources: ['channel/1.0', 'bridge/100'] },
  ],
  [
    'an endpoint',
    { endpoint: { technology: 'PJSIP', resource: '1001', state: 'online', channel_ids: [] } },
    { resources: ['endpoint/PJSIP/1001'] },
  ],
  ['a device', { device_state: { name: 'Stasis:lamp', state: 'INUSE' } }, { resources: ['device/Stasis:lamp'] }],
  [
    'the channel that a playback plays to',
    { playback: { id: 'p', target_uri: 'channel:1.0' } },
    { channelId: '1.0', resources: ['playback/p', 'channel/1.0'] },
  ],
  [
    'the bridge that a playback plays to, which is no channel',
    { playback: { id: 'p', target_uri: 'bridge:100' } },
    { resources: ['playback/p', 'bridge/100'] },
  ],
  [
    'the channel that is recorded',
    { recording: { name: 'r', target_uri: 'channel:1.0' } },
    { channelId: '1.0', resources: ['recording/r', 'channel/1.0'] },
  ],
  ['nothing of a call', { replaced_by: 'x' }, { resources: [] }],
  ['nothing where fields are not what they should be', { channel: 'c', bridge: 7, playback: null }, { resources: [] }],
])('an event concerns %s', (_, event, subject) => {
  expect(subjectOf(event)).toEqual(subject);
});
