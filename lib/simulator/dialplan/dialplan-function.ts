import type { Channel } from '../channel/channel.ts';

/** A function of the dialplan. Its arguments are parted at commas, or one text as a whole. */
export interface DialplanFunction {
  read?: (channel: Channel, args: string[], whole: string) => string | undefined;
  write?: (channel: Channel, args: string[], value: string) => void;
}
