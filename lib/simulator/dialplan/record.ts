import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { isCutShort } from '../media/media-library.ts';
import { isFileFormat, RECORDINGS_FOLDER, type Recordings } from '../media/recordings.ts';
import { type Thread, waitUntil } from '../threads.ts';
import { answer } from './applications.ts';
import type { Application } from './pbx.ts';
import type { Sounds } from './sounds.ts';
import { setVariable } from './variables.ts';

type Status = 'DTMF' | 'SILENCE' | 'TIMEOUT' | 'HANGUP' | 'SKIP' | 'ERROR';

/** `Record(file.format,silence,seconds,options)`; a file in ARI's folder is one of its stored recordings. */
export function recording(sounds: Sounds, recordings: Recordings): Application {
  return function* (channel, data) {
    const [path = '', silence = '', longest = '', options = ''] = applicationFields(data);
    const [, file = '', format = ''] = /^(.*)[.:]([^.:/]+)$/s.exec(path) ?? [];
    const ended = (status: Status, result: number): number => {
      setVariable(channel, 'RECORD_STATUS', status);
      return result;
    };
    if (file === '') return ended('ERROR', -1);
    setVariable(channel, 'RECORDED_FILE', file);
    if (channel.state !== 'Up') {
      if (options.includes('s')) return ended('SKIP', 0);
      if (!options.includes('n') && !answer(channel)) return ended('ERROR', -1);
    }
    if (!options.includes('q') && isCutShort(yield* sounds.play(channel, 'beep'))) {
      return ended('HANGUP', channel.isHungUp ? -1 : 0);
    }
    if (!isFileFormat(format)) return ended('ERROR', 0);
    const name = file.startsWith(RECORDINGS_FOLDER) ? file.slice(RECORDINGS_FOLDER.length) : undefined;
    if (name !== undefined) recordings.keep({ name, format }, 0);
    const begun = channel.now.getTime();
    const limits = { silence: Number.parseInt(silence, 10) || 0, longest: Number.parseInt(longest, 10) || 0 };
    const status = yield* listened(channel, sounds.clock, limits, endingDigits(options));
    if (name !== undefined) {
      const seconds = Math.floor((channel.now.getTime() - begun) / 1000);
      if (status !== 'HANGUP' || options.includes('k')) recordings.keep({ name, format }, seconds);
      else recordings.forget(name);
    }
    return ended(status, status === 'HANGUP' ? -1 : 0);
  };
}

function endingDigits(options: string): string {
  if (options.includes('x')) return '';
  if (options.includes('y')) return '0123456789*#ABCDabcd';
  return options.includes('t') ? '*' : '#';
}

/** Until something ends it. The simulated line is silent, so that a longest silence is over in its time. */
function* listened(
  channel: Channel,
  clock: Clock,
  { silence, longest }: { silence: number; longest: number },
  endings: string,
): Thread<Status> {
  const end = clock.now().getTime() + 1000 * (longest || Number.POSITIVE_INFINITY);
  let heard = clock.now().getTime();
  for (;;) {
    const quiet = heard + 1000 * (silence || Number.POSITIVE_INFINITY);
    const left = Math.min(end, quiet) - clock.now().getTime();
    if (left <= 0) return quiet < end ? 'SILENCE' : 'TIMEOUT';
    yield* waitUntil(() => channel.isReadable, channel.changed, clock, Number.isFinite(left) ? left : undefined);
    if (!channel.isReadable) continue;
    const frame = channel.read();
    if (!frame) return 'HANGUP';
    if (frame.type !== 'digit') continue;
    heard = clock.now().getTime();
    if (endings.includes(frame.digit)) return 'DTMF';
  }
}
