import { expect } from 'vitest';
import { NIX, nothing, type OperationName, type Row } from './row.ts';

const nix = { recordingName: NIX };
const noPlayback = { playbackId: NIX };

export const recordingAndPlaybackRows = {
  'recordings.listStored': {
    works: async (stage) => {
      const name = await stage.stored();
      expect(await stage.ari.recordings.listStored()).toContainEqual({ name, format: 'wav' });
    },
  },
  'recordings.getStored': {
    works: async (stage) => {
      const recordingName = await stage.stored();
      expect(await stage.ari.recordings.getStored({ recordingName })).toEqual({ name: recordingName, format: 'wav' });
    },
    missing: [404, (ari) => ari.recordings.getStored(nix)],
  },
  'recordings.deleteStored': {
    works: async (stage) => {
      const recordingName = await stage.stored();
      await nothing(stage.ari.recordings.deleteStored({ recordingName }));
      await expect(stage.ari.recordings.getStored({ recordingName })).rejects.toMatchObject({ kind: 'gone' });
    },
    missing: [404, (ari) => ari.recordings.deleteStored(nix)],
  },
  'recordings.getStoredFile': {
    works: async (stage) => {
      const recordingName = await stage.stored();
      const file = stage.ari.recordings.getStoredFile({ recordingName });
      if (stage.transport === 'WebSocket') {
        await expect(file).rejects.toMatchObject({ kind: 'rejected', status: 406 }); // a frame cannot hold it
        await expect(file).rejects.toThrow('Use HTTP GET');
        return;
      }
      const bytes = Buffer.from(await file);
      expect(bytes.subarray(0, 4).toString('latin1')).toBe('RIFF');
      // The file tells its own length, which text that was decoded as UTF-8 would not have.
      expect(bytes.length).toBe(bytes.readUInt32LE(4) + 8);
    },
    missing: [404, (ari) => ari.recordings.getStoredFile(nix)],
  },
  'recordings.copyStored': {
    works: async (stage) => {
      const copy = { recordingName: await stage.stored(), destinationRecordingName: stage.name() };
      const copied = await stage.ari.recordings.copyStored(copy);
      expect(copied).toEqual({ name: copy.destinationRecordingName, format: 'wav' });
      await expect(stage.ari.recordings.copyStored(copy)).rejects.toMatchObject({ kind: 'wrong-state', status: 409 });
    },
    missing: [404, (ari) => ari.recordings.copyStored({ ...nix, destinationRecordingName: 'other' })],
  },
  'recordings.getLive': {
    works: async (stage) => {
      const recordingName = await stage.recording();
      const live = await stage.ari.recordings.getLive({ recordingName });
      expect(live).toMatchObject({ name: recordingName, state: 'recording' });
    },
    missing: [404, (ari) => ari.recordings.getLive(nix)],
  },
  'recordings.cancel': {
    works: async (stage) => {
      const recordingName = await stage.recording();
      await nothing(stage.ari.recordings.cancel({ recordingName }));
    },
    missing: [404, (ari) => ari.recordings.cancel(nix)],
  },
  'recordings.stop': {
    works: async (stage) => nothing(stage.ari.recordings.stop({ recordingName: await stage.recording() })),
    missing: [404, (ari) => ari.recordings.stop(nix)],
  },
  'recordings.pause': {
    works: async (stage) => {
      const recordingName = await stage.recording();
      await nothing(stage.ari.recordings.pause({ recordingName }));
      expect((await stage.ari.recordings.getLive({ recordingName })).state).toBe('paused');
    },
    missing: [404, (ari) => ari.recordings.pause(nix)],
  },
  'recordings.unpause': {
    works: async (stage) => {
      const recordingName = await stage.recording();
      await stage.ari.recordings.pause({ recordingName });
      await nothing(stage.ari.recordings.unpause({ recordingName }));
      expect((await stage.ari.recordings.getLive({ recordingName })).state).toBe('recording');
    },
    missing: [404, (ari) => ari.recordings.unpause(nix)],
  },
  'recordings.mute': {
    works: async (stage) => nothing(stage.ari.recordings.mute({ recordingName: await stage.recording() })),
    missing: [404, (ari) => ari.recordings.mute(nix)],
  },
  'recordings.unmute': {
    works: async (stage) => {
      const recordingName = await stage.recording();
      await stage.ari.recordings.mute({ recordingName });
      await nothing(stage.ari.recordings.unmute({ recordingName }));
    },
    missing: [404, (ari) => ari.recordings.unmute(nix)],
  },
  'playbacks.get': {
    works: async (stage) => {
      const playbackId = await stage.playback();
      expect(await stage.ari.playbacks.get({ playbackId })).toMatchObject({ id: playbackId, state: 'playing' });
    },
    missing: [404, (ari) => ari.playbacks.get(noPlayback)],
  },
  'playbacks.stop': {
    works: async (stage) => nothing(stage.ari.playbacks.stop({ playbackId: await stage.playback() })),
    missing: [404, (ari) => ari.playbacks.stop(noPlayback)],
  },
  'playbacks.control': {
    works: async (stage) => {
      const playbackId = await stage.playback();
      await nothing(stage.ari.playbacks.control({ playbackId, operation: 'pause' }));
    },
    missing: [404, (ari) => ari.playbacks.control({ ...noPlayback, operation: 'pause' })],
  },
} satisfies Partial<Record<OperationName, Row>>;
