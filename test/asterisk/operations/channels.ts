import { expect } from 'vitest';
import { NIX, nothing, type OperationName, type Row } from './row.ts';
import { APP } from './stage.ts';

const ENDPOINT = 'Local/wait@default';
const nix = { channelId: NIX };

export const channelRows = {
  'channels.list': {
    works: async (stage) => {
      const id = await stage.channel();
      expect(await stage.ari.channels.list()).toContainEqual(expect.objectContaining({ id, state: 'Up' }));
    },
  },
  'channels.originate': {
    works: async (stage) => {
      const channelId = stage.id();
      const variables = { GREETING: 'ä "quoted" \\ $ß' };
      const channel = await stage.ari.channels.originate({ channelId, endpoint: ENDPOINT, app: APP, variables });
      expect(channel).toMatchObject({ id: channelId, caller: { name: '', number: '' } });
      await stage.inStasis(channelId);
      const { value } = await stage.ari.channels.getChannelVar({ channelId, variable: 'GREETING' });
      expect(value).toBe(variables.GREETING);
    },
    missing: [400, (ari) => ari.channels.originate({ endpoint: ENDPOINT })],
  },
  'channels.create': {
    works: async (stage) => {
      const channelId = stage.id();
      const create = () => stage.ari.channels.create({ channelId, endpoint: ENDPOINT, app: APP });
      expect(await create()).toMatchObject({ id: channelId, state: 'Down' });
      await expect(create()).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
  },
  'channels.get': {
    works: async (stage) => {
      const channelId = await stage.channel();
      expect(await stage.ari.channels.get({ channelId })).toMatchObject({ id: channelId, state: 'Up' });
    },
    missing: [404, (ari) => ari.channels.get(nix)],
  },
  'channels.originateWithId': {
    works: async (stage) => {
      const channelId = stage.id();
      const how = { channelId, endpoint: ENDPOINT, app: APP, appArgs: 'one,two', callerId: 'Ann <123>' };
      expect(await stage.ari.channels.originateWithId(how)).toMatchObject({ id: channelId });
      expect((await stage.inStasis(channelId)).args).toEqual(['one', 'two']);
      await expect(stage.ari.channels.originateWithId(how)).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
  },
  'channels.hangup': {
    works: async (stage) => {
      const channelId = await stage.channel();
      await nothing(stage.ari.channels.hangup({ channelId, reason: 'busy' }));
      const { cause } = await stage.event(
        'its end',
        ({ type, channel }) => type === 'ChannelDestroyed' && (channel as { id: string }).id === channelId,
      );
      expect(cause).toBe(17);
    },
    missing: [404, (ari) => ari.channels.hangup(nix)],
  },
  'channels.continueInDialplan': {
    works: async (stage) => {
      const channelId = await stage.channel();
      const on = { channelId, context: 'default', extension: 'wait', priority: 1 };
      await nothing(stage.ari.channels.continueInDialplan(on));
      await stage.event(
        'StasisEnd',
        ({ type, channel }) => type === 'StasisEnd' && (channel as { id: string }).id === channelId,
      );
      const again = stage.ari.channels.continueInDialplan(on);
      await expect(again).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
    missing: [404, (ari) => ari.channels.continueInDialplan(nix)],
  },
  'channels.move': {
    works: async (stage) => nothing(stage.ari.channels.move({ channelId: await stage.channel(), app: APP })),
    missing: [404, (ari) => ari.channels.move({ ...nix, app: APP })],
  },
  'channels.redirect': {
    works: async (stage) =>
      nothing(stage.ari.channels.redirect({ channelId: await stage.channel(), endpoint: ENDPOINT })),
    missing: [404, (ari) => ari.channels.redirect({ ...nix, endpoint: ENDPOINT })],
  },
  'channels.answer': {
    works: async (stage) => nothing(stage.ari.channels.answer({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.answer(nix)],
  },
  'channels.ring': {
    works: async (stage) => nothing(stage.ari.channels.ring({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.ring(nix)],
  },
  'channels.ringStop': {
    works: async (stage) => nothing(stage.ari.channels.ringStop({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.ringStop(nix)],
  },
  'channels.progress': {
    works: async (stage) => nothing(stage.ari.channels.progress({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.progress(nix)],
  },
  'channels.sendDTMF': {
    works: async (stage) =>
      nothing(stage.ari.channels.sendDTMF({ channelId: await stage.channel(), dtmf: '1#', between: 50 })),
    missing: [404, (ari) => ari.channels.sendDTMF({ ...nix, dtmf: '1' })],
  },
  'channels.mute': {
    works: async (stage) => nothing(stage.ari.channels.mute({ channelId: await stage.channel(), direction: 'in' })),
    missing: [404, (ari) => ari.channels.mute({ ...nix, direction: 'both' })],
  },
  'channels.unmute': {
    works: async (stage) => nothing(stage.ari.channels.unmute({ channelId: await stage.channel(), direction: 'in' })),
    missing: [404, (ari) => ari.channels.unmute({ ...nix, direction: 'both' })],
  },
  'channels.hold': {
    works: async (stage) => nothing(stage.ari.channels.hold({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.hold(nix)],
  },
  'channels.unhold': {
    works: async (stage) => nothing(stage.ari.channels.unhold({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.unhold(nix)],
  },
  'channels.startMoh': {
    works: async (stage) =>
      nothing(stage.ari.channels.startMoh({ channelId: await stage.channel(), mohClass: 'default' })),
    missing: [404, (ari) => ari.channels.startMoh(nix)],
  },
  'channels.stopMoh': {
    works: async (stage) => nothing(stage.ari.channels.stopMoh({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.stopMoh(nix)],
  },
  'channels.startSilence': {
    works: async (stage) => nothing(stage.ari.channels.startSilence({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.startSilence(nix)],
  },
  'channels.stopSilence': {
    works: async (stage) => nothing(stage.ari.channels.stopSilence({ channelId: await stage.channel() })),
    missing: [404, (ari) => ari.channels.stopSilence(nix)],
  },
  'channels.play': {
    works: async (stage) => {
      const channelId = await stage.channel();
      const playbackId = stage.id();
      const media = ['sound:beep', 'sound:silence/1'] as const;
      const playback = await stage.ari.channels.play({ channelId, playbackId, media });
      expect(playback).toMatchObject({ id: playbackId, media_uri: 'sound:beep', target_uri: `channel:${channelId}` });
      // Both, one after the other: a list is joined, as Asterisk takes the last of a repeated parameter alone.
      await stage.event(
        'the second sound',
        (event) => event.type === 'PlaybackContinuing' && (event.playback as { id: string }).id === playbackId,
      );
    },
    missing: [404, (ari) => ari.channels.play({ ...nix, media: 'sound:beep' })],
  },
  'channels.playWithId': {
    works: async (stage) => {
      const [channelId, playbackId] = [await stage.channel(), stage.id()];
      const playback = await stage.ari.channels.playWithId({ channelId, playbackId, media: 'sound:beep' });
      expect(playback).toMatchObject({ id: playbackId, media_uri: 'sound:beep' });
    },
    missing: [404, (ari) => ari.channels.playWithId({ ...nix, playbackId: NIX, media: 'sound:beep' })],
  },
  'channels.record': {
    works: async (stage) => {
      const [channelId, name] = [await stage.channel(), stage.name()];
      const record = () => stage.ari.channels.record({ channelId, name, format: 'wav', beep: false, terminateOn: '#' });
      expect(await record()).toMatchObject({ name, format: 'wav' });
      await expect(record()).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
    missing: [404, (ari) => ari.channels.record({ ...nix, name: NIX, format: 'wav' })],
  },
  'channels.getChannelVar': {
    works: async (stage) => {
      const channelId = await stage.channel();
      expect(await stage.ari.channels.getChannelVar({ channelId, variable: 'CHANNEL(state)' })).toEqual({
        value: 'Up',
      });
      const unset = stage.ari.channels.getChannelVar({ channelId, variable: 'UNSET' });
      await expect(unset).rejects.toMatchObject({ kind: 'gone', status: 404 });
    },
    missing: [404, (ari) => ari.channels.getChannelVar({ ...nix, variable: 'X' })],
  },
  'channels.setChannelVar': {
    works: async (stage) => {
      const channelId = await stage.channel();
      const value = 'a b&c=d+e%20ä,f';
      await nothing(stage.ari.channels.setChannelVar({ channelId, variable: 'X', value }));
      expect(await stage.ari.channels.getChannelVar({ channelId, variable: 'X' })).toEqual({ value });
    },
    missing: [404, (ari) => ari.channels.setChannelVar({ ...nix, variable: 'X', value: '1' })],
  },
  'channels.getChannelVars': {
    works: async (stage) => {
      const channelId = await stage.channel();
      await stage.ari.channels.setChannelVars({ channelId, variables: { X: '1', Y: '2' } });
      const both = await stage.ari.channels.getChannelVars({ channelId, variables: ['X', 'Y'] });
      expect(both).toEqual({ variables: { X: '1', Y: '2' } });
    },
    missing: [404, (ari) => ari.channels.getChannelVars({ ...nix, variables: ['X', 'Y'] })],
  },
  'channels.setChannelVars': {
    works: async (stage) => {
      const channelId = await stage.channel();
      const value = 'x'.repeat(30_000);
      await nothing(stage.ari.channels.setChannelVars({ channelId, variables: { LONG: value } }));
      expect((await stage.ari.channels.getChannelVar({ channelId, variable: 'LONG' })).value).toHaveLength(30_000);
    },
    missing: [404, (ari) => ari.channels.setChannelVars({ ...nix, variables: { X: '1' } })],
  },
  'channels.snoopChannel': {
    works: async (stage) => {
      const snoop = { channelId: await stage.channel(), snoopId: stage.id(), app: APP, spy: 'both' } as const;
      expect(await stage.ari.channels.snoopChannel(snoop)).toMatchObject({ id: snoop.snoopId, state: 'Up' });
    },
    missing: [404, (ari) => ari.channels.snoopChannel({ ...nix, app: APP, spy: 'in' })],
  },
  'channels.snoopChannelWithId': {
    works: async (stage) => {
      const snoop = { channelId: await stage.channel(), snoopId: stage.id(), app: APP, whisper: 'out' } as const;
      expect(await stage.ari.channels.snoopChannelWithId(snoop)).toMatchObject({ id: snoop.snoopId });
      await expect(stage.ari.channels.snoopChannelWithId(snoop)).rejects.toMatchObject({ status: 500 });
    },
    missing: [404, (ari) => ari.channels.snoopChannelWithId({ ...nix, snoopId: NIX, app: APP, spy: 'in' })],
  },
  'channels.dial': {
    works: async (stage) => {
      const channelId = stage.id();
      await stage.ari.channels.create({ channelId, endpoint: ENDPOINT, app: APP });
      await stage.inStasis(channelId); // it is on its way there when `create` answers
      await nothing(stage.ari.channels.dial({ channelId, timeout: 5 }));
      await stage.event(
        'Dial',
        ({ type, peer, dialstatus }) =>
          type === 'Dial' && dialstatus === 'ANSWER' && (peer as { id: string }).id === channelId,
      );
    },
    missing: [404, (ari) => ari.channels.dial(nix)],
  },
  'channels.rtpstatistics': {
    works: async (stage) => {
      const channelId = await stage.channel('PJSIP/loop');
      const statistics = await stage.ari.channels.rtpstatistics({ channelId });
      expect(statistics).toMatchObject({ txcount: expect.any(Number), rxcount: expect.any(Number) });
      const local = stage.ari.channels.rtpstatistics({ channelId: await stage.channel() });
      await expect(local).rejects.toMatchObject({ kind: 'rejected', status: 403 });
    },
    missing: [404, (ari) => ari.channels.rtpstatistics(nix)],
  },
  'channels.externalMedia': {
    works: async (stage) => {
      const channelId = stage.id();
      const media = { channelId, app: APP, external_host: '127.0.0.1:9', format: 'ulaw', variables: { X: '1' } };
      expect(await stage.ari.channels.externalMedia(media)).toMatchObject({ id: channelId });
      expect(await stage.ari.channels.getChannelVar({ channelId, variable: 'X' })).toEqual({ value: '1' });
    },
    missing: [400, (ari) => ari.channels.externalMedia({ app: APP, format: 'ulaw' })],
  },
  'channels.transfer_progress': {
    works: async (stage) =>
      nothing(stage.ari.channels.transfer_progress({ channelId: await stage.channel(), states: 'channel_answered' })),
    missing: [404, (ari) => ari.channels.transfer_progress({ ...nix, states: 'channel_answered' })],
  },
} satisfies Partial<Record<OperationName, Row>>;
