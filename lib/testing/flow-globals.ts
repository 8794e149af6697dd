import { installSameEachTime } from './same-each-time.ts';
import { installShortTimers } from './short-timers.ts';

let users = 0;
let takeBack: (() => void)[] = [];

/**
 * Changes what flows of a test share with everything in this process: their timers, and what they must not call.
 *
 * @returns lets go of it; after the last one all is as it was
 */
export function holdFlowGlobals(): () => void {
  users += 1;
  if (users === 1) takeBack = [installShortTimers(), installSameEachTime()];
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    users -= 1;
    if (users === 0) for (const one of takeBack.splice(0).toReversed()) one();
  };
}
