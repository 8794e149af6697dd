import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import { RECORDINGS_FOLDER, type Recordings } from '../media/recordings.ts';
import { atOnce } from '../threads.ts';
import type { Application } from './pbx.ts';

interface Begun {
  name: string;
  format: string;
  at: number;
}

/** `MixMonitor(file.format,options)`, both sides of a conversation; a file in ARI's folder is one of its stored recordings. */
export function mixing(recordings: Recordings): Record<string, Application> {
  const begun = new WeakMap<Channel, Begun>();
  return {
    MixMonitor: (channel, data) =>
      atOnce(() => {
        const [path = ''] = applicationFields(data);
        const [, file = '', format = ''] = /^(.*)\.([^./]+)$/s.exec(path) ?? [];
        if (!file.startsWith(RECORDINGS_FOLDER)) return 0;
        const name = file.slice(RECORDINGS_FOLDER.length);
        begun.set(channel, { name, format, at: channel.now.getTime() });
        recordings.keep({ name, format }, 0);
        return 0;
      }),
    StopMixMonitor: (channel) =>
      atOnce(() => {
        const one = begun.get(channel);
        begun.delete(channel);
        if (!one) return 0;
        const { name, format, at } = one;
        recordings.keep({ name, format }, Math.floor((channel.now.getTime() - at) / 1000));
        return 0;
      }),
  };
}
