import type { Log } from '../log.ts';
import { isInFlow } from './in-flow.ts';

/**
 * The log of a flow: what a replay comes by again is logged once, and not each time. In steps, which a replay does not run,
 * everything is logged.
 *
 * @param isReplay whether the flow comes by what it has done before
 */
export function replayLog(log: Log, isReplay: () => boolean): Log {
  const unlessAgain = (write: (message: string, fields?: object) => void) => (message: string, fields?: object) => {
    if (!(isInFlow() && isReplay())) write(message, fields);
  };
  return {
    info: unlessAgain(log.info),
    warn: unlessAgain(log.warn),
    error: unlessAgain(log.error),
    with: (fields) => replayLog(log.with(fields), isReplay),
  };
}
