import type { AriClient } from '../../ari/client.ts';
import type { CallEvent } from '../../events/call-event.ts';
import type { Log } from '../../log.ts';

/** An event that a handler is given, and what it has to act on it. */
export interface Occasion {
  event: CallEvent;
  /** All of ARI on the event's node. */
  ari: AriClient;
  /** The same, which claims the call with its first command: where the call stays in its app. */
  claiming: AriClient;
  log: Log;
}
