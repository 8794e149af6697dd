import { SYSTEM } from '../../trace/step.ts';
import { count, duration, timeOfDay } from './format.ts';
import { callList, openCallId, showCall, system } from './live.ts';
import type { Call } from './model.ts';
import { WindowedList } from './windowed-list.tsx';

/** The calls, newest first, and above them the steps that belong to no call. */
export function CallList() {
  const calls = callList.value;
  const all = system.value ? [system.value, ...calls] : calls;
  const chosen = all.findIndex(({ id }) => id === openCallId.value);
  const choose = (index: number) => showCall((all[index] as Call).id);
  return (
    <section class="calls" aria-labelledby="calls-title">
      <h2 id="calls-title">
        Calls <span class="quiet">{calls.length.toLocaleString('en')}</span>
      </h2>
      {all.length === 0 ? (
        <p class="hint">No call yet.</p>
      ) : (
        <WindowedList
          id="call"
          label="Calls, newest first"
          count={all.length}
          rowHeight={58}
          chosen={chosen}
          choose={choose}
          open={(index) => {
            choose(index);
            document.getElementById('step')?.focus();
          }}
          row={(index) => <CallRow call={all[index] as Call} />}
        />
      )}
    </section>
  );
}

function CallRow({ call }: { call: Call }) {
  const { id, caller, extension, functions, errors, isOn, startedAt, lastAt, steps } = call;
  if (id === SYSTEM) {
    return (
      <div class="call">
        <span class="who">System</span>
        <span class="what">{count(steps.length, 'step')} of no call</span>
        {errors > 0 && <span class="flag bad">{count(errors, 'error')}</span>}
      </div>
    );
  }
  return (
    <div class="call">
      <span class="who">
        {caller || id}
        {extension && <span class="quiet"> → {extension}</span>}
      </span>
      <span class="when">{timeOfDay(startedAt)}</span>
      <span class="what">{functions.join(', ') || 'no function'}</span>
      <span class="when">{isOn ? <span class="flag on">on</span> : duration(lastAt - startedAt)}</span>
      {errors > 0 && <span class="flag bad">{count(errors, 'error')}</span>}
    </div>
  );
}
