import type { EventPattern, FieldExplanation } from '../../events/pattern/index.ts';
import { explain } from '../../events/pattern/index.ts';
import type { BusEvent } from '../bus/index.ts';
import type { StepDetail, Trace } from '../trace/index.ts';
import { pathBelowRoot } from '../trace/index.ts';
import type { CommandStep, InvocationStep, Step } from '../trace/step.ts';
import { handlerTest, type RecordedCommand, rulesTest } from './test-snippet.ts';

/** Why a rule matched an event or did not. */
export interface RuleView {
  title: string;
  matches: boolean;
  /** In words. */
  text: string;
  decidedBy: FieldExplanation[];
  pattern: EventPattern;
}

/** The details of a step, as the page shows them. */
export interface DetailView {
  step: Step;
  event?: BusEvent;
  rules?: RuleView[];
  payload?: unknown;
  path?: string;
  body?: string;
  answer?: string;
  line?: string;
  attributes?: Record<string, string>;
  /** Source of a test, to paste into a file. */
  test?: string | undefined;
}

/** @param moduleOf the module specifier with which a test imports a function's handler */
export function detailOf(trace: Trace, number: number, moduleOf: (fn: string) => string): DetailView | undefined {
  const found = trace.find(number);
  if (!found) return undefined;
  const { step, detail } = found;
  switch (detail.kind) {
    case 'event': {
      const invocation = trace.steps.findLast(
        (other): other is InvocationStep =>
          other.kind === 'invocation' && 'eventId' in step && other.eventId === step.eventId,
      );
      const rules = detail.rules.map(({ title, pattern }) => {
        const { matches, text, decidedBy } = explain(pattern, detail.event);
        return { title, matches, text, decidedBy, pattern };
      });
      const matched = rules.filter(({ matches }) => matches).map(({ title }) => title);
      const test = invocation
        ? invocationTest(trace, invocation, moduleOf)
        : rulesTest(detail.event, detail.rules, matched);
      return { step, event: detail.event, rules, test };
    }
    case 'invocation': {
      const test = invocationTest(trace, step as InvocationStep, moduleOf);
      return { step, payload: detail.payload, test };
    }
    default: {
      const { kind: _, ...rest } = detail;
      return { step, ...rest };
    }
  }
}

/** `undefined` while it runs. */
function invocationTest(trace: Trace, step: InvocationStep, moduleOf: (fn: string) => string): string | undefined {
  const detail = trace.find(step.number)?.detail;
  // A test of a flow is of a whole call, not of one invocation.
  if (detail?.kind !== 'invocation' || detail.isFlow || step.ms === undefined) return undefined;
  const { steps } = trace;
  // All attempts have the same request id: an attempt's commands are those before the next attempt.
  const isOfRequest = (other: Step): boolean => 'requestId' in other && other.requestId === step.requestId;
  const next = steps.find((other) => other.kind === 'invocation' && isOfRequest(other) && other.attempt > step.attempt);
  const commands = steps
    .filter((other): other is CommandStep => other.kind === 'command' && isOfRequest(other))
    .filter(({ number }) => number > step.number && number < (next?.number ?? Number.POSITIVE_INFINITY))
    .toSorted((a, b) => a.at - b.at)
    .map((command) => recorded(command, trace.find(command.number)?.detail));
  const { fn, error } = step;
  return handlerTest({ fn, module: moduleOf(fn), payload: detail.payload, commands, hasFailed: error !== undefined });
}

function recorded({ method, status = 503 }: CommandStep, detail: StepDetail | undefined): RecordedCommand {
  const { path, body, answer = '' } = detail?.kind === 'command' ? detail : { path: '' };
  const query = /\?.*$/s.exec(path)?.[0] ?? '';
  const parameters = body === undefined ? '' : ` ${body}`;
  return { command: `${method} ${pathBelowRoot(path)}${query}${parameters}`, status, body: answer };
}
