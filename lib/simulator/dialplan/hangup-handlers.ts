import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';

interface Place {
  context: string;
  exten: string;
  priority: number;
}

/** Subroutines that a channel runs when it is hung up, the last one that was set first. */
const HANDLERS = new WeakMap<Channel, Place[]>();

/** `CHANNEL(hangup_handler_push)`, `CHANNEL(hangup_handler_pop)`, `CHANNEL(hangup_handler_wipe)`; the value is `context,exten,priority`. */
export function writeHangupHandlers(channel: Channel, action: string, value: string): void {
  const handlers = HANDLERS.get(channel) ?? [];
  HANDLERS.set(channel, handlers);
  if (action === 'pop') handlers.pop();
  else if (action === 'wipe') handlers.length = 0;
  if (value === '') return;
  const [at = '1', exten = channel.exten, context = channel.context] = applicationFields(value).toReversed();
  const priority = channel.dialplan.priority(context, exten, at);
  if (priority !== undefined) handlers.push({ context, exten, priority });
}

/** The one that runs next, which is forgotten. */
export function nextHangupHandler(channel: Channel): Place | undefined {
  return HANDLERS.get(channel)?.pop();
}
