import type { CollectedCall } from './collected-call.ts';
import type { Occasion } from './occasion.ts';

/**
 * Subscribes the app to the call's channel, so that it hears of the end also where the call has left the app by then: once,
 * and not for a call that comes with the outcome of an earlier list.
 */
export async function hearOfEnd(call: CollectedCall, { event, ari }: Pick<Occasion, 'event' | 'ari'>): Promise<void> {
  if (call.isBack) return;
  await ari.applications.subscribe({ applicationName: event.application, eventSource: `channel:${call.id}` });
}
