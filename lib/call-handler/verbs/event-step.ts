import type { Media } from '../../ari/media.ts';
import type { DigitLimits } from '../../events/gathered-digits.ts';

/** A verb that the handler itself carries out with commands of ARI, and that is over when an event says so. JSON. */
export type EventStep =
  | { do: 'answer' }
  | { do: 'ring' }
  | { do: 'play'; media: Media[] }
  | GatherStep
  | { do: 'next'; name: string }
  | { do: 'leave'; to: { context: string; extension: string; priority?: number } | undefined }
  | { do: 'hangup'; cause: number };

/** Times are in seconds. */
export interface GatherStep extends DigitLimits {
  do: 'gather';
  name: string;
  media: Media[];
  timeout: number;
  interDigitTimeout: number;
  tries: number;
}
