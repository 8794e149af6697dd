import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Step } from '../../trace/step.ts';
import { SYSTEM } from '../../trace/step.ts';
import type { FeedMessage, PhoneState } from '../feed.ts';
import { type Call, Calls } from './model.ts';

const calls = new Calls();
/** Rises whenever `calls` has changed. */
const revision = signal(0);

/** Whether news arrive. */
export const isLive = signal(false);
/** The dial pad's calls; `undefined` where there is a real Asterisk. */
export const phone = signal<PhoneState | undefined>(undefined);
/** The call that is open. */
export const openCallId = signal<string | undefined>(undefined);
/** The step that is open, by number. */
export const openStepNumber = signal<number | undefined>(undefined);
/** What a screen reader says: one sentence, seldom. */
export const announcement = signal('');

/** What is read of the calls, read again whenever they have changed. */
function ofCalls<T>(read: () => T): ReadonlySignal<T> {
  return computed(() => {
    revision.value;
    return read();
  });
}

export const callList = ofCalls(() => calls.list);
export const system = ofCalls(() => calls.get(SYSTEM));
export const dropped = ofCalls(() => calls.dropped);
/** The open call, a new object whenever something of it may have changed. */
export const openCall = ofCalls<{ call: Call } | undefined>(() => {
  const call = openCallId.value === undefined ? undefined : calls.get(openCallId.value);
  return call && { call };
});
export const openStep = computed<Step | undefined>(() =>
  openCall.value?.call.steps.find(({ number }) => number === openStepNumber.value),
);

/** Begins to listen to the server; the browser connects again by itself. */
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
    if (state) phone.value = state;
    calls.take(steps, gone);
    revision.value += 1;
  };
  // Who restarts `npm start` begins anew: a call of before is not there any more.
  effect(() => {
    if (openStepNumber.value !== undefined && openCall.value === undefined) openStepNumber.value = undefined;
  });
}

export function showCall(id: string): void {
  if (openCallId.value !== id) openStepNumber.value = undefined;
  openCallId.value = id;
}
