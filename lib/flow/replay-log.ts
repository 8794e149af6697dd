import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Log } from '../log.ts';

/**
 * The log of a flow: what a replay comes by again is logged once, and not each time. In steps, which a replay does not run,
 * everything is logged.
 */
export function replayLog(context: DurableContext, log: Log): Log {
  context.configureLogger({ customLogger: { ...log, debug: () => {} } });
  // The SDK passes on only what is not a replay.
  const { logger } = context;
  const withFields = (fields: object): Log => ({
    info: (message, more) => logger.info(message, { ...fields, ...more }),
    warn: (message, more) => logger.warn(message, { ...fields, ...more }),
    error: (message, more) => logger.error(message, { ...fields, ...more }),
    with: (more) => withFields({ ...fields, ...more }),
  });
  return withFields({});
}
