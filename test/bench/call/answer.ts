/** The call handler of the local way. */
import { callHandler } from 'ari-eventbridge';

export const handler = callHandler({ StasisStart: ({ channel }) => channel.answer() });
