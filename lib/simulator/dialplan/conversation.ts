import type { Channel, Frame } from '../channel/channel.ts';
import type { Thread, Threads } from '../threads.ts';
import { setVariable } from './variables.ts';

const NORMAL_CLEARING = 16;

/** What two who talk need. */
export interface TalkSurroundings {
  threads: Threads;
  /** @returns ends the bridge that it made for a caller and the called */
  talk(caller: Channel, called: Channel): () => void;
}

/** Lets two channels talk until one of them is to end; in the thread of the first, which the second's joins. */
export function* conversation(one: Channel, other: Channel, { threads, talk: begin }: TalkSurroundings): Thread {
  const end = begin(one, other);
  const talk = { isOver: false };
  setVariable(one, 'BRIDGEPEER', other.name);
  setVariable(other, 'BRIDGEPEER', one.name);
  threads.start(passOn(other, one, talk));
  yield* passOn(one, other, talk);
  end();
  for (const channel of [one, other]) {
    if (channel.hangupCause === 0) channel.hangupCause = NORMAL_CLEARING;
    setVariable(channel, 'BRIDGEPEER', undefined);
  }
}

/** Passes on what comes in on a channel. */
function* passOn(from: Channel, to: Channel, talk: { isOver: boolean }): Thread {
  while (!talk.isOver) {
    if (!from.isReadable) {
      yield from.changed;
      continue;
    }
    const frame = from.read();
    if (frame) pass(frame, to);
    else talk.isOver = true;
  }
  to.changed.notify();
}

function pass(frame: Frame, to: Channel): void {
  if (frame.type === 'digit') to.technology.digit(to, frame.digit);
  else if (frame.type === 'control' && /^(hold|unhold|ringing|progress)$/.test(frame.control)) {
    to.indicate(frame.control);
  }
}
