import type { CommandStep, EventStep, InvocationStep, Step } from '../../trace/step.ts';
import { SYSTEM } from '../../trace/step.ts';
import { count, duration, later, offset, timeOfDay } from './format.ts';
import { isFunction, type Lane, laneOf, lanesOf } from './lanes.ts';
import { openCall, openStepNumber } from './live.ts';
import { type Call, isError, isRefusal } from './model.ts';
import { Overview } from './overview.tsx';
import { WindowedList } from './windowed-list.tsx';

/** The open call: its steps in order of time, each in the lane where it happened. */
export function Timeline() {
  const open = openCall.value;
  if (!open) {
    return (
      <section class="timeline" aria-label="Timeline">
        <p class="hint">Choose a call to see what happened in it.</p>
      </section>
    );
  }
  const { call } = open;
  const { steps } = call;
  const lanes = lanesOf(functionsOf(call));
  const chosen = steps.findIndex(({ number }) => number === openStepNumber.value);
  const choose = (index: number) => {
    openStepNumber.value = (steps[index] as Step).number;
  };
  // One track for the time, then one for each lane: the head and all rows share them.
  const columns = { '--lanes': lanes.length };
  return (
    <section class="timeline" aria-labelledby="timeline-title" style={columns}>
      <header>
        <h2 id="timeline-title">{call.id === SYSTEM ? 'System' : call.caller || call.id}</h2>
        <span class="quiet">
          {call.extension && `called ${call.extension} at `}
          {timeOfDay(call.startedAt)}, {count(steps.length, 'step')}, {duration(call.lastAt - call.startedAt)}
        </span>
      </header>
      <Overview steps={steps} lanes={lanes} chosen={chosen} choose={choose} />
      <div class="lanes-scroll">
        <div class="lane-titles" aria-hidden="true">
          <span class="time">time</span>
          {lanes.map(({ id, title }) => (
            <span key={id} class={`lane ${kindOf(id)}`}>
              {title}
            </span>
          ))}
        </div>
        <WindowedList
          id="step"
          class="steps"
          label="Steps in order of time"
          count={steps.length}
          rowHeight={34}
          chosen={chosen}
          choose={choose}
          open={(index) => {
            choose(index);
            document.getElementById('detail')?.focus();
          }}
          row={(index) => (
            <StepRow step={steps[index] as Step} before={steps[index - 1]} start={call.startedAt} lanes={lanes} />
          )}
          follows
          key={call.id}
        />
      </div>
    </section>
  );
}

/** The call's functions, including those that only wrote a log line. */
function functionsOf({ steps, functions }: Call): string[] {
  const writers = steps.flatMap((step) => (step.kind === 'log' && isFunction(step.origin) ? [step.origin] : []));
  return [...new Set([...functions, ...writers])];
}

function StepRow(props: { step: Step; before: Step | undefined; start: number; lanes: readonly Lane[] }) {
  const { step, before, start, lanes } = props;
  const { from, to } = laneOf(step);
  const column = (id: string): number => 2 + lanes.findIndex((lane) => lane.id === id);
  const flags = [
    step.kind,
    isError(step) && 'bad',
    isRefusal(step) && 'refused',
    before && step.at - before.at > 1000 && 'pause',
  ];
  return (
    <div class={`step ${flags.filter(Boolean).join(' ')}`}>
      <span class="time">{offset(step.at - start)}</span>
      <span class="unseen">{lanes.find(({ id }) => id === to)?.title}: </span>
      {from !== to && <span class="arrow" style={{ gridColumn: `${column(from)} / ${column(to)}` }} />}
      {step.kind === 'event' ? (
        <EventCells step={step} column={column} />
      ) : (
        <span class={`mark ${kindOf(to)}`} style={{ gridColumn: `${column(to)} / -1` }}>
          <Mark step={step} />
        </span>
      )}
    </div>
  );
}

/** An event spans three lanes. */
function EventCells({ step, column }: { step: EventStep; column: (id: string) => number }) {
  const { type, about, happenedAt, receivedAt, at, matched } = step;
  const isCall = step.source !== 'asterisk.ari.connector';
  const sinceAsterisk = happenedAt !== undefined && receivedAt !== undefined ? later(receivedAt - happenedAt) : '';
  return (
    <>
      <span
        class={`mark ${isCall ? 'asterisk' : 'connector'}`}
        style={{ gridColumn: isCall ? column('asterisk') : `${column('asterisk')} / ${column('bus')}` }}
      >
        <b>{type}</b> {about}
      </span>
      {isCall && (
        <span class="hop" style={{ gridColumn: column('connector') }}>
          {sinceAsterisk}
        </span>
      )}
      <span class="mark bus" style={{ gridColumn: `${column('bus')} / -1` }}>
        {receivedAt !== undefined && <span class="after">{later(at - receivedAt)} </span>}
        {matched.length > 0 ? `→ ${matched.join(', ')}` : <span class="quiet">no rule</span>}
      </span>
    </>
  );
}

function Mark({ step }: { step: Exclude<Step, EventStep> }) {
  switch (step.kind) {
    case 'invocation':
      return <InvocationMark step={step} />;
    case 'command':
      return <CommandMark step={step} />;
    case 'log':
      return (
        <>
          <span class="level">{step.level}</span> {step.message}
        </>
      );
    case 'deadLetter':
      return (
        <>
          <b>dead letter</b> {step.about}
        </>
      );
    case 'caller':
      return <i>{step.text}</i>;
  }
}

function InvocationMark({ step: { type, ms, cold, attempt, error, retryInMs, replay } }: { step: InvocationStep }) {
  const notes = [
    ms === undefined ? 'running' : duration(ms),
    cold && 'cold start',
    replay !== undefined && `replay ${replay}`,
    attempt > 1 && `attempt ${attempt}`,
    error,
    retryInMs !== undefined && `again in ${duration(retryInMs)}`,
  ];
  return (
    <>
      <b>{type}</b> {notes.filter(Boolean).join(', ')}
    </>
  );
}

function CommandMark({ step: { operation, status, error, ms } }: { step: CommandStep }) {
  return (
    <>
      <b>{operation}</b> {status ?? error ?? 'no answer'}, {duration(ms)}
    </>
  );
}

function kindOf(lane: string): string {
  return lane.split(' ')[0] ?? '';
}
