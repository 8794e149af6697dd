import { randomUUID } from 'node:crypto';
import type { Channel } from '../channel/channel.ts';
import type { PlaybackWish } from '../media/playbacks.ts';
import { isFileFormat, Recordings, type RecordingWish } from '../media/recordings.ts';
import { allocationFailed, Refusal } from '../refusal.ts';
import type { World } from '../world.ts';
import type { Command, Commands } from './command.ts';
import { type CommandResult, NO_CONTENT, type Params } from './params.ts';

/** How far `forward` and `reverse` go where `skipms` does not say. */
const DEFAULT_SKIP_MS = 3000;
const OPERATIONS = ['restart', 'pause', 'unpause', 'reverse', 'forward'];

/** Playbacks and recordings, once they have begun. */
export const mediaCommands: Commands = {
  'playbacks.get': (world, params) => [200, world.playbacks.get(params.id('playbackId')).snapshot],
  'playbacks.stop': (world, params) => {
    world.playbacks.get(params.id('playbackId')).stop();
    return NO_CONTENT;
  },
  'playbacks.control': (world, params) => {
    const operation = params.text('operation');
    if (operation === undefined) throw new Refusal(400, 'Missing operation');
    if (!OPERATIONS.includes(operation)) throw new Refusal(400, `Invalid operation ${operation}`);
    world.playbacks.get(params.id('playbackId')).control(operation);
    return NO_CONTENT;
  },
  'recordings.listStored': (world) => [200, world.recordings.stored],
  'recordings.getStored': (world, params) => [200, world.recordings.storedOne(params.id('recordingName'))],
  'recordings.getStoredFile': (world, params) => [200, world.recordings.file(params.id('recordingName'))],
  'recordings.copyStored': (world, params) => {
    const destination = params.text('destinationRecordingName');
    return [200, world.recordings.copy(params.id('recordingName'), destination)];
  },
  'recordings.deleteStored': (world, params) => {
    world.recordings.deleteStored(params.id('recordingName'));
    return NO_CONTENT;
  },
  'recordings.getLive': (world, params) => [200, world.recordings.live(params.id('recordingName')).snapshot],
  'recordings.stop': live((recording) => recording.end(true)),
  'recordings.cancel': (world, params) => {
    world.recordings.cancel(params.id('recordingName'));
    return NO_CONTENT;
  },
  'recordings.pause': live((recording) => recording.pause(true)),
  'recordings.unpause': live((recording) => recording.pause(false)),
  'recordings.mute': live((recording) => recording.mute()),
  'recordings.unmute': live((recording) => recording.mute()),
};

function live(act: (recording: ReturnType<Recordings['live']>) => void): Command {
  return (world, params) => {
    act(world.recordings.live(params.id('recordingName')));
    return NO_CONTENT;
  };
}

export function playOnChannel(world: World, params: Params): CommandResult {
  const control = world.stasis.controlOfReached(params.id('channelId'));
  const { channel } = control;
  checkOffsets(params);
  const media = params.list('media');
  if (media.length === 0 || media.includes('')) throw new Refusal(500, 'Failed to queue media for playback');
  const wish = { ...wishOf(params, media), target: `channel:${channel.id}`, language: languageOf(params, channel) };
  const task = world.playbacks.create(wish, (type, playback) => channel.tell(type, { playback }));
  const queued = task.snapshot;
  control.post(
    function* () {
      const { seat } = control;
      if (seat) yield* seat.inTurn(() => task.play(channel));
      else yield* task.play(channel);
      return 0;
    },
    () => world.playbacks.remove(task),
  );
  return [201, queued];
}

export function playOnBridge(world: World, params: Params): CommandResult {
  const bridge = world.bridges.get(params.id('bridgeId'));
  const media = params.list('media');
  if (media.length === 0 || media.includes('')) {
    if (world.bridges.hasAnnouncer(bridge)) throw allocationFailed();
    return world.bridges.visited(bridge, () => {
      throw allocationFailed();
    });
  }
  const wish = { ...wishOf(params, media), target: `bridge:${bridge.id}`, language: params.text('lang') || 'en' };
  const task = world.playbacks.create(wish, (type, playback) => world.apps.tell([bridge.id], type, { playback }));
  const queued = task.snapshot;
  world.bridges.announce(bridge, function* (announcer) {
    yield* task.play(announcer);
    world.playbacks.remove(task);
  });
  return [201, queued];
}

export function recordChannel(world: World, params: Params): CommandResult {
  const wish = recordingOf(params, `channel:${params.id('channelId')}`);
  Recordings.check(wish);
  const control = world.stasis.control(params.id('channelId'));
  const { channel } = control;
  const task = world.recordings.create(wish, (type, recording) => channel.tell(type, { recording }));
  const queued = task.snapshot;
  control.recordings += 1;
  control.post(
    function* () {
      if (control.seat) task.fail('Cannot record channel while in bridge');
      else yield* task.record(channel);
      control.recordings -= 1;
      return 0;
    },
    () => world.recordings.finish(task),
  );
  return [201, queued];
}

export function recordBridge(world: World, params: Params): CommandResult {
  const bridge = world.bridges.get(params.id('bridgeId'));
  const wish = recordingOf(params, `bridge:${bridge.id}`);
  if (!isFileFormat(wish.format)) throw new Refusal(422, 'specified format is unknown on this system');
  const task = world.bridges.visited(bridge, () =>
    world.recordings.create(wish, (type, recording) => world.apps.tell([bridge.id], type, { recording })),
  );
  const queued = task.snapshot;
  world.bridges.listen(bridge, function* (recorder) {
    yield* task.record(recorder);
    world.recordings.finish(task);
  });
  return [201, queued];
}

function recordingOf(params: Params, target: string): RecordingWish {
  return {
    name: params.text('name') ?? '',
    format: params.text('format') ?? '',
    target,
    maxDuration: params.number('maxDurationSeconds'),
    maxSilence: params.number('maxSilenceSeconds'),
    ifExists: params.text('ifExists') || 'fail',
    terminateOn: params.text('terminateOn') || 'none',
  };
}

/** What a playback takes from its parameters, wherever it plays. */
function wishOf(params: Params, media: readonly string[]): Omit<PlaybackWish, 'target' | 'language'> {
  return {
    id: params.text('playbackId') || randomUUID(),
    media,
    offsetMs: Math.max(0, params.number('offsetms')),
    skipMs: params.number('skipms') || DEFAULT_SKIP_MS,
  };
}

function languageOf(params: Params, { language }: Channel): string {
  return params.text('lang') || language;
}

function checkOffsets(params: Params): void {
  if (params.number('skipms') < 0) throw new Refusal(400, 'skipms cannot be negative');
  if (params.number('offsetms') < 0) throw new Refusal(400, 'offsetms cannot be negative');
}
