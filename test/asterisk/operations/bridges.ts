import { expect } from 'vitest';
import { NIX, nothing, type OperationName, type Row } from './row.ts';

const nix = { bridgeId: NIX };

export const bridgeRows = {
  'bridges.list': {
    works: async (stage) => {
      const id = await stage.bridge();
      expect(await stage.ari.bridges.list()).toContainEqual(expect.objectContaining({ id, channels: [] }));
    },
  },
  'bridges.create': {
    works: async (stage) => {
      const bridge = { bridgeId: stage.id(), name: 'a room, ä', type: 'mixing,dtmf_events', variables: { X: '1' } };
      const created = await stage.ari.bridges.create(bridge);
      expect(created).toMatchObject({ id: bridge.bridgeId, name: bridge.name, bridge_type: 'mixing' });
      const variable = { bridgeId: bridge.bridgeId, variable: 'X' };
      expect(await stage.ari.bridges.getBridgeVar(variable)).toEqual({ value: '1' });
      await expect(stage.ari.bridges.create(bridge)).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
  },
  'bridges.createWithId': {
    works: async (stage) => {
      const bridge = { bridgeId: stage.id(), type: 'holding', variables: { X: '1' } };
      const created = await stage.ari.bridges.createWithId(bridge);
      expect(created).toMatchObject({ id: bridge.bridgeId, bridge_type: 'holding' });
      const variable = { bridgeId: bridge.bridgeId, variable: 'X' };
      expect(await stage.ari.bridges.getBridgeVar(variable)).toEqual({ value: '1' });
      await expect(stage.ari.bridges.createWithId(bridge)).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
  },
  'bridges.get': {
    works: async (stage) => {
      const { bridgeId, channelId } = await stage.bridged();
      expect(await stage.ari.bridges.get({ bridgeId })).toMatchObject({ id: bridgeId, channels: [channelId] });
    },
    missing: [404, (ari) => ari.bridges.get(nix)],
  },
  'bridges.destroy': {
    works: async (stage) => nothing(stage.ari.bridges.destroy({ bridgeId: await stage.bridge() })),
    missing: [404, (ari) => ari.bridges.destroy(nix)],
  },
  'bridges.getBridgeVar': {
    works: async (stage) => {
      const bridgeId = await stage.bridge();
      await stage.ari.bridges.setBridgeVar({ bridgeId, variable: 'X', value: '1' });
      expect(await stage.ari.bridges.getBridgeVar({ bridgeId, variable: 'X' })).toEqual({ value: '1' });
    },
    missing: [404, (ari) => ari.bridges.getBridgeVar({ ...nix, variable: 'X' })],
  },
  'bridges.setBridgeVar': {
    works: async (stage) =>
      nothing(stage.ari.bridges.setBridgeVar({ bridgeId: await stage.bridge(), variable: 'X', value: 'ä' })),
    missing: [404, (ari) => ari.bridges.setBridgeVar({ ...nix, variable: 'X', value: '1' })],
  },
  'bridges.getBridgeVars': {
    works: async (stage) => {
      const bridgeId = await stage.bridge();
      await stage.ari.bridges.setBridgeVars({ bridgeId, variables: { X: '1', Y: '2' } });
      const both = await stage.ari.bridges.getBridgeVars({ bridgeId, variables: ['X', 'Y'] });
      expect(both).toEqual({ variables: { X: '1', Y: '2' } });
    },
    missing: [404, (ari) => ari.bridges.getBridgeVars({ ...nix, variables: 'X' })],
  },
  'bridges.setBridgeVars': {
    works: async (stage) =>
      nothing(stage.ari.bridges.setBridgeVars({ bridgeId: await stage.bridge(), variables: { X: '1' } })),
    missing: [404, (ari) => ari.bridges.setBridgeVars({ ...nix, variables: { X: '1' } })],
  },
  'bridges.addChannel': {
    works: async (stage) => {
      const bridgeId = await stage.bridge();
      const channels = [await stage.channel(), await stage.channel()];
      await nothing(stage.ari.bridges.addChannel({ bridgeId, channel: channels, mute: false }));
      expect((await stage.ari.bridges.get({ bridgeId })).channels.toSorted()).toEqual(channels.toSorted());
    },
    missing: [404, (ari) => ari.bridges.addChannel({ ...nix, channel: NIX })],
  },
  'bridges.removeChannel': {
    works: async (stage) => {
      const { bridgeId, channelId } = await stage.bridged();
      await nothing(stage.ari.bridges.removeChannel({ bridgeId, channel: channelId }));
      const again = stage.ari.bridges.removeChannel({ bridgeId, channel: channelId });
      await expect(again).rejects.toMatchObject({ kind: 'wrong-state', status: 422 });
    },
    missing: [404, (ari) => ari.bridges.removeChannel({ ...nix, channel: NIX })],
  },
  'bridges.setVideoSource': {
    works: async (stage) => nothing(stage.ari.bridges.setVideoSource(await stage.bridged())),
    missing: [404, (ari) => ari.bridges.setVideoSource({ ...nix, channelId: NIX })],
  },
  'bridges.clearVideoSource': {
    works: async (stage) => nothing(stage.ari.bridges.clearVideoSource({ bridgeId: await stage.bridge() })),
    missing: [404, (ari) => ari.bridges.clearVideoSource(nix)],
  },
  'bridges.startMoh': {
    works: async (stage) => nothing(stage.ari.bridges.startMoh({ bridgeId: await stage.bridge() })),
    missing: [404, (ari) => ari.bridges.startMoh(nix)],
  },
  'bridges.stopMoh': {
    works: async (stage) => {
      const bridgeId = await stage.bridge();
      await stage.ari.bridges.startMoh({ bridgeId });
      await nothing(stage.ari.bridges.stopMoh({ bridgeId }));
    },
    missing: [404, (ari) => ari.bridges.stopMoh(nix)],
  },
  'bridges.play': {
    works: async (stage) => {
      const { bridgeId } = await stage.bridged();
      const playback = await stage.ari.bridges.play({ bridgeId, media: ['sound:beep', 'sound:silence/1'] });
      expect(playback).toMatchObject({ media_uri: 'sound:beep', target_uri: `bridge:${bridgeId}` });
    },
    missing: [404, (ari) => ari.bridges.play({ ...nix, media: 'sound:beep' })],
  },
  'bridges.playWithId': {
    works: async (stage) => {
      const [{ bridgeId }, playbackId] = [await stage.bridged(), stage.id()];
      const playback = await stage.ari.bridges.playWithId({ bridgeId, playbackId, media: 'sound:beep' });
      expect(playback).toMatchObject({ id: playbackId });
    },
    missing: [404, (ari) => ari.bridges.playWithId({ ...nix, playbackId: NIX, media: 'sound:beep' })],
  },
  'bridges.record': {
    works: async (stage) => {
      const [{ bridgeId }, name] = [await stage.bridged(), stage.name()];
      expect(await stage.ari.bridges.record({ bridgeId, name, format: 'wav' })).toMatchObject({ name });
    },
    missing: [404, (ari) => ari.bridges.record({ ...nix, name: NIX, format: 'wav' })],
  },
} satisfies Partial<Record<OperationName, Row>>;
