import type { Media } from '../../ari/media.ts';
import type { Verb } from './list.ts';

/** Names of files that an application of the dialplan can be given: no comma, no `&`, and no `@`. */
const FILE = /^[\w./+ -]+$/;

/** One or more media. */
export type MediaList = Media | readonly Media[];

/**
 * The verbs of the dialplan that play media one after the other.
 *
 * @returns `undefined` where one of them is nothing that the dialplan plays: a URL, a tone
 */
export function playing(media: MediaList): Verb[] | undefined {
  const verbs: Verb[] = [];
  let files: string[] = [];
  const flush = (): void => {
    if (files.length > 0) verbs.push(['play', files.join('&')]);
    files = [];
  };
  for (const one of [media].flat()) {
    const file = fileOf(one);
    const [, scheme = '', text = ''] = /^(digits|number|characters):([\w*#+ -]+)$/.exec(one) ?? [];
    if (file !== undefined) files.push(file);
    else if (scheme === '') return undefined;
    else {
      flush();
      verbs.push([scheme, text]);
    }
  }
  flush();
  return verbs;
}

/**
 * The files of a prompt that a key stops.
 *
 * @returns `undefined` where one of the media is not made of files
 */
export function promptFiles(media: MediaList): string | undefined {
  const files = [media].flat().flatMap((one) => {
    const [, digits] = /^digits:(\d+)$/.exec(one) ?? [];
    return digits === undefined ? [fileOf(one)] : [...digits].map((digit) => `digits/${digit}`);
  });
  return files.includes(undefined) ? undefined : files.join('&');
}

/** Silence of so many seconds, rounded up: Asterisk has files of 1 to 10 s. */
export function silence(seconds: number): Media[] {
  const whole = Math.max(1, Math.ceil(seconds));
  const tens: Media[] = Array.from({ length: Math.floor(whole / 10) }, () => 'sound:silence/10' as const);
  return whole % 10 === 0 ? tens : [...tens, `sound:silence/${whole % 10}`];
}

function fileOf(media: Media): string | undefined {
  const [, scheme, name = ''] = /^(sound|recording):(.*)$/s.exec(media) ?? [];
  if (scheme === undefined || !FILE.test(name)) return undefined;
  return scheme === 'sound' ? name : `@${name}`;
}
