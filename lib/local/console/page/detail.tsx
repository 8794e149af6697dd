import { useEffect, useState } from 'preact/hooks';
import type { EventStep, InvocationStep, Step } from '../../trace/step.ts';
import type { DetailView } from '../step-view.ts';
import { fetchDetail } from './api.ts';
import { CodeBlock } from './code-block.tsx';
import { Editor } from './editor.tsx';
import { duration, later, timeOfDay } from './format.ts';
import { announcement, openCall, openStep, openStepNumber } from './live.ts';
import { isError } from './model.ts';
import { Rules } from './rules.tsx';

/** The details of the open step. Escape closes it and returns the focus to the list. */
export function Detail() {
  const step = openStep.value;
  if (!step) return null;
  const close = () => {
    openStepNumber.value = undefined;
    document.getElementById('step')?.focus();
  };
  return (
    <section
      id="detail"
      class="detail"
      aria-labelledby="detail-title"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !(event.target as Element).closest('dialog')) close();
      }}
    >
      <header>
        <h2 id="detail-title">{titleOf(step)}</h2>
        <button type="button" class="plain" aria-label="Close" title="Close (Escape)" onClick={close}>
          ×
        </button>
      </header>
      <Content step={step} key={step.number} />
    </section>
  );
}

function titleOf(step: Step): string {
  switch (step.kind) {
    case 'event':
      return step.type;
    case 'invocation':
      return `${step.fn} handles ${step.type}`;
    case 'command':
      return step.operation;
    case 'log':
      return `Log of ${step.origin}`;
    case 'deadLetter':
      return 'Dead letter';
    case 'caller':
      return 'Caller';
  }
}

function Content({ step }: { step: Step }) {
  const [detail, setDetail] = useState<DetailView>();
  const [problem, setProblem] = useState<string>();
  // An invocation has more details once it has ended.
  const state = step.kind === 'invocation' ? step.ms : undefined;
  useEffect(() => {
    let isWanted = true;
    fetchDetail(step.number).then(
      (answer) => isWanted && setDetail(answer),
      (error: Error) => isWanted && setProblem(error.message),
    );
    return () => {
      isWanted = false;
    };
  }, [step.number, state]);
  if (problem !== undefined) return <p role="alert">{problem}</p>;
  switch (step.kind) {
    case 'event':
      return <EventContent step={step} detail={detail} />;
    case 'invocation':
      return <InvocationContent step={step} detail={detail} />;
    case 'command':
      return (
        <>
          <Facts
            of={{
              Function: step.fn,
              Request: `${step.method} ${detail?.path ?? step.path}`,
              Status: step.status,
              Error: step.error,
              Took: duration(step.ms),
              At: timeOfDay(step.at, true),
            }}
          />
          <Text title="Request body" text={detail?.body} />
          <Text title="Answer" text={detail?.answer} />
        </>
      );
    case 'log':
      return <Text title={`Line at ${timeOfDay(step.at, true)}`} text={detail?.line ?? step.message} />;
    case 'deadLetter':
      return (
        <>
          <Facts of={{ Queue: step.queue, ...detail?.attributes }} />
          <Text title="Message" text={detail?.body} />
        </>
      );
    case 'caller':
      return <p>{step.text}</p>;
  }
}

function EventContent({ step, detail }: { step: EventStep; detail: DetailView | undefined }) {
  const [isEdited, setEdited] = useState(false);
  const { happenedAt, receivedAt, at } = step;
  const invocations = invocationsOf((other) => other.kind === 'invocation' && other.eventId === step.eventId);
  const first = invocations[0];
  const event = detail?.event;
  return (
    <>
      <div class="actions">
        <button type="button" disabled={!event} onClick={() => setEdited(true)}>
          Edit and send again
        </button>
        <Copy what="test" label="Copy as a test" text={detail?.test} />
        <Copy what="JSON" label="Copy JSON" text={event && JSON.stringify(event, undefined, 2)} />
      </div>
      {isEdited && event && <Editor event={event} close={() => setEdited(false)} />}
      <Facts
        of={{
          Asterisk: happenedAt === undefined ? undefined : timeOfDay(happenedAt, true),
          'Connector read it':
            receivedAt === undefined || happenedAt === undefined ? undefined : later(receivedAt - happenedAt),
          'On the bus': receivedAt === undefined ? timeOfDay(at, true) : later(at - receivedAt),
          'First function began': first && later(first.at - at),
          Source: step.source,
        }}
      />
      {detail?.rules && <Rules rules={detail.rules} />}
      <Invocations of={invocations} />
      <Text title="Event" text={event && JSON.stringify(event, undefined, 2)} />
    </>
  );
}

function InvocationContent({ step, detail }: { step: InvocationStep; detail: DetailView | undefined }) {
  const { requestId, attempt, ms, cold, error, retryInMs, at, replay } = step;
  const own = (openCall.value?.call.steps ?? []).filter(
    (other) => 'requestId' in other && other.requestId === requestId && other.number !== step.number,
  );
  return (
    <>
      <div class="actions">
        <Copy what="test" label="Copy as a test" text={detail?.test} />
      </div>
      <Facts
        of={{
          Took: ms === undefined ? 'running' : `${duration(ms)}${cold ? ', cold start' : ''}`,
          Attempt: attempt,
          Replay: replay,
          Error: error,
          'Again in': retryInMs === undefined ? undefined : duration(retryInMs),
          At: timeOfDay(at, true),
          'Request id': requestId,
        }}
      />
      <h3>Log and commands</h3>
      {own.length === 0 ? (
        <p class="quiet">It wrote nothing and asked nothing of Asterisk.</p>
      ) : (
        <ol class="own">
          {own.map((other) => (
            <li key={other.number} class={isError(other) ? 'bad' : ''}>
              <button type="button" class="link" onClick={() => (openStepNumber.value = other.number)}>
                <span class="time">{later(other.at - at)}</span> {lineOf(other)}
              </button>
            </li>
          ))}
        </ol>
      )}
      <Text title="Input" text={detail && JSON.stringify(detail.payload, undefined, 2)} />
    </>
  );
}

function lineOf(step: Step): string {
  switch (step.kind) {
    case 'command':
      return `${step.operation} ${step.status ?? step.error ?? 'no answer'}, ${duration(step.ms)}`;
    case 'log':
      return `${step.level}: ${step.message}`;
    case 'invocation':
      return `attempt ${step.attempt}: ${step.error ?? (step.ms === undefined ? 'running' : 'done')}`;
    default:
      return step.kind;
  }
}

function invocationsOf(isWanted: (step: Step) => boolean): InvocationStep[] {
  return (openCall.value?.call.steps ?? []).filter(isWanted) as InvocationStep[];
}

function Invocations({ of }: { of: readonly InvocationStep[] }) {
  if (of.length === 0) return null;
  return (
    <>
      <h3>Functions</h3>
      <ol class="own">
        {of.map(({ number, fn, attempt, ms, error }) => (
          <li key={number} class={error === undefined ? '' : 'bad'}>
            <button type="button" class="link" onClick={() => (openStepNumber.value = number)}>
              {fn}
              {attempt > 1 && `, attempt ${attempt}`}:{' '}
              {error ?? (ms === undefined ? 'running' : `done in ${duration(ms)}`)}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

function Facts({ of }: { of: Record<string, string | number | undefined> }) {
  return (
    <dl>
      {Object.entries(of)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Text; JSON is indented. */
function Text({ title, text }: { title: string; text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <>
      <h3>{title}</h3>
      <CodeBlock title={title} text={inLines(text)} />
    </>
  );
}

function inLines(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

function Copy({ what, label, text }: { what: string; label: string; text: string | undefined }) {
  const copy = async () => {
    await navigator.clipboard.writeText(text as string);
    announcement.value = `Copied the ${what}`;
  };
  return (
    <button type="button" disabled={text === undefined} onClick={() => void copy()}>
      {label}
    </button>
  );
}
