import type { AriEventType } from '../events/call-event.ts';

/** The types of events that a flow's dispatcher needs: calls that enter the app or are back in it, and calls that are over. */
export const FLOW_EVENT_TYPES = ['StasisStart', 'ChannelDestroyed'] as const satisfies readonly AriEventType[];
