import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import { isCutShort } from '../media/media-library.ts';
import type { Thread } from '../threads.ts';
import { answered, slept } from './applications.ts';
import type { Application } from './pbx.ts';
import type { Sounds } from './sounds.ts';
import { setVariable } from './variables.ts';

/** The format of `SayUnixTime()` unless it is given: `ABdY 'digits/at' IMp`, of which each letter is a word. */
const WORDS_OF_A_TIME = 'ABdYIMp';

/** The applications of the dialplan that play sounds. */
export function playing(sounds: Sounds): Record<string, Application> {
  const { library } = sounds;
  function* spoken(channel: Channel, kind: string, text: string, words = text): Thread<number> {
    return text === '' ? 0 : yield* sounds.say(channel, `${kind}:${text}`, library.spoken(words));
  }
  return {
    *Playback(channel, data) {
      return yield* played(channel, sounds, data);
    },
    *SayDigits(channel, data) {
      return yield* spoken(channel, 'digits', data);
    },
    *SayAlpha(channel, data) {
      return yield* spoken(channel, 'characters', data);
    },
    *SayNumber(channel, data) {
      const [text = ''] = applicationFields(data);
      const number = Number.parseInt(text, 10);
      if (text === '') return -1;
      return Number.isNaN(number) ? 0 : yield* spoken(channel, 'number', String(number));
    },
    /** `SayUnixTime(seconds,zone,format)` */
    *SayUnixTime(channel, data) {
      const [seconds = '', , format = ''] = applicationFields(data);
      const given = Number.parseInt(seconds, 10);
      const time = Number.isNaN(given) ? Math.floor(channel.now.getTime() / 1000) : given;
      return yield* spoken(channel, 'time', String(time), format || WORDS_OF_A_TIME);
    },
    /** `MusicOnHold(class,seconds)`: until the call is over where no seconds are given. */
    *MusicOnHold(channel, data) {
      const [given = '', seconds = ''] = applicationFields(data);
      const media = `music:${given || 'default'}`;
      if (library.isMissing(media)) return 0;
      const ms = 1000 * Number.parseInt(seconds, 10);
      sounds.hear(channel, media);
      return yield* slept(channel, sounds.clock, ms >= 0 ? ms : Number.POSITIVE_INFINITY);
    },
  };
}

function* played(channel: Channel, sounds: Sounds, data: string): Thread<number> {
  const [files = '', options = ''] = applicationFields(data);
  if (channel.state !== 'Up' && !/noanswer|n/.test(options)) yield* answered(channel, sounds.clock);
  let status = 'SUCCESS';
  let result = 0;
  for (const file of files.split('&')) {
    const ended = yield* sounds.play(channel, file);
    if (ended === 'missing') status = 'FAILED';
    if (isCutShort(ended)) result = -1;
    if (result === -1) break;
  }
  setVariable(channel, 'PLAYBACKSTATUS', status);
  return result;
}
