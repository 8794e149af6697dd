/** What became of a program, in a form that both sides have. */
export interface Outcome {
  status: string;
  /** JSON */
  result: string | undefined;
  /** Each operation as one line, in the order of the lines: the two sides start branches in different orders. */
  operations: string[];
  /** The events of each operation, by its line. */
  history: Record<string, string[]>;
}

/** The fields of an operation that are compared. */
export interface ComparedOperation {
  Id?: string | undefined;
  ParentId?: string | undefined;
  Name?: string | undefined;
  Type?: string | undefined;
  SubType?: string | undefined;
  Status?: string | undefined;
  StepDetails?: Detailed | undefined;
  ContextDetails?: Detailed | undefined;
  CallbackDetails?: Detailed | undefined;
  ChainedInvokeDetails?: Detailed | undefined;
}

interface Detailed {
  Attempt?: number | undefined;
  Result?: string | undefined;
  Error?: { ErrorType?: string | undefined; ErrorMessage?: string | undefined } | undefined;
}

export interface ComparedEvent {
  EventType?: string | undefined;
  Id?: string | undefined;
}

/**
 * What is left out of a comparison, and why. With skipped time the testing package ends a wait as soon as it begins; our
 * engine's clock moves when the function has nothing else to do, as time does.
 */
export const DIFFERENCES: readonly {
  reason: string;
  event?(type: string, of: ComparedOperation): boolean;
  status?(of: ComparedOperation): boolean;
}[] = [
  {
    reason: 'How often the function is invoked depends on when a wait ends that the function did not sleep for',
    event: (type) => type === 'InvocationCompleted',
  },
  {
    reason: 'A wait that has lost a race ends before the execution does, or not',
    event: (type, { Name }) => type === 'WaitSucceeded' && isLoser(Name),
    status: ({ Name }) => isLoser(Name),
  },
];

function isLoser(name = ''): boolean {
  return name.endsWith('-race-wait');
}

export function outcomeOf(
  status: string | undefined,
  result: string | undefined,
  operations: readonly ComparedOperation[],
  events: readonly ComparedEvent[],
): Outcome {
  const own = operations.filter(({ Type }) => Type !== 'EXECUTION').map((each) => [each, lineOf(each)] as const);
  return {
    status: status ?? '',
    result,
    operations: own.map(([, line]) => line).toSorted(),
    history: Object.fromEntries(own.map(([operation, line]) => [line, eventsOf(operation, events)])),
  };
}

/** The types of an operation's events, in their order. */
function eventsOf(operation: ComparedOperation, events: readonly ComparedEvent[]): string[] {
  return events
    .filter(({ Id }) => Id === operation.Id)
    .map(({ EventType = '' }) => EventType)
    .filter((type) => !DIFFERENCES.some(({ event }) => event?.(type, operation)));
}

function lineOf(operation: ComparedOperation): string {
  const { Id, ParentId, Name, Type, SubType, Status } = operation;
  const { StepDetails, ContextDetails, CallbackDetails, ChainedInvokeDetails } = operation;
  const {
    Attempt,
    Result,
    Error: error,
  } = StepDetails ?? ContextDetails ?? CallbackDetails ?? ChainedInvokeDetails ?? {};
  const isLeftOut = DIFFERENCES.some(({ status }) => status?.(operation));
  return JSON.stringify([
    ...[Id, ParentId, Name, Type, SubType, isLeftOut ? 'any' : Status],
    ...[Attempt, Result, error?.ErrorType, error?.ErrorMessage],
  ]);
}
