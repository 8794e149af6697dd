import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Step } from '../../trace/step.ts';
import { SYSTEM } from '../../trace/step.ts';
import type { FeedMessage, PhoneState } from '../feed.ts';
import { type Call, Calls } from './model.ts';

const calls = new Calls();
/** Incremented whenever `calls` has changed. */
const revision = signal(0);

/** Whether the feed is connected. */
export const isLive = signal(false);
/** The dial pad's calls; `undefined` where there is a real Asterisk. */
export const phone = signal<PhoneState | undefined>(undefined);
/** The open call. */
export const openCallId = signal<string | undefined>(undefined);
/** The number of the open step. */
export const openStepNumber = signal<number | undefined>(undefined);
/** What a screen reader announces: one sentence, rarely. */
export const announcement = signal('');

/** A value computed from the calls, computed again whenever they have changed. */
function ofCalls<T>(read: () => T): ReadonlySignal<T> {
  return computed(() => {
    revision.value;
    return read();
  });
}

export const callList = ofCalls(() => calls.list);
export const system = ofCalls(() => calls.get(SYSTEM));
export const dropped = ofCalls(() => calls.dropped);
/** The open call, a new object whenever it may have changed. */
export const openCall = ofCalls<{ call: Call } | undefined>(() => {
  const call = openCallId.value === undefined ? undefined : calls.get(openCallId.value);
  return call && { call };
});
export const openStep = computed<Step | undefined>(() =>
  openCall.value?.call.steps.find(({ number }) => number === openStepNumber.value),
);

/** Connects to the server's feed; the browser reconnects by itself. */
export function listen(): void {
  const source = new EventSource('/api/feed');
  source.onopen = () => {
    isLive.value = true;
  };
  source.onerror = () => {
    isLive.value = false;
  };
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const { reset, steps, dropped: gone, phone: state } = JSON.parse(data) as FeedMessage;
    if (reset) calls.clear();
    if (state) {
      announceRinging(phone.value, state);
      phone.value = state;
    }
    const open = openCallId.value === undefined ? undefined : calls.get(openCallId.value);
    const step = open?.steps[0]?.number;
    calls.take(steps, gone);
    // The open call was a leg, whose steps have moved to the call that made it.
    if (open?.steps.length === 0 && step !== undefined) openCallId.value = calls.ofStep(step)?.id ?? open.id;
    revision.value += 1;
  };
  // After a restart of `npm start` earlier calls are gone.
  effect(() => {
    if (openStepNumber.value !== undefined && openCall.value === undefined) openStepNumber.value = undefined;
  });
}

/** A screen reader announces the phones that have begun to ring. */
function announceRinging(before: PhoneState | undefined, now: PhoneState): void {
  const known = new Set(before?.calls.map(({ channelId }) => channelId));
  const ringing = now.calls.filter(({ channelId, state }) => state === 'Ringing' && !known.has(channelId));
  if (ringing.length > 0) announcement.value = `${ringing.map(({ name }) => name).join(', ')} rings`;
}

export function showCall(id: string): void {
  if (openCallId.value !== id) openStepNumber.value = undefined;
  openCallId.value = id;
}
