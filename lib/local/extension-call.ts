import { setTimeout as sleep } from 'node:timers/promises';
import type { Phone, PhoneCall } from './phone.ts';
import type { Trace } from './trace/index.ts';
import type { CommandStep, InvocationStep } from './trace/step.ts';

export interface ExtensionCallOptions {
  phone: Phone;
  trace: Trace;
  /** Ends the waiting: the call's promise rejects. */
  signal: AbortSignal;
  /** How long the caller listens, in milliseconds. @default 1000: long enough to watch, short enough to wait for */
  listeningMs?: number;
  /** How long the caller waits for the handler, in milliseconds. @default 20,000 */
  limitMs?: number;
}

/** What happened in a call so far. */
interface Facts {
  /** The active call; `undefined` when it is over. */
  active: PhoneCall | undefined;
  invocations: InvocationStep[];
  commands: CommandStep[];
  /** Its StasisStart is on the bus, and no rule that matches it has a function as a target. */
  hasNoHandler: boolean;
}

/**
 * Calls an extension, waits until the call is handled, listens and hangs up.
 *
 * @returns whether it was handled, and what happened
 */
export async function callExtension(
  extension: string,
  { phone, trace, signal, listeningMs = 1000, limitMs = 20_000 }: ExtensionCallOptions,
): Promise<{ isHandled: boolean; text: string }> {
  let channelId: string;
  try {
    channelId = phone.dial(extension, { name: 'Alice', number: '1001' });
  } catch (error) {
    return { isHandled: false, text: (error as Error).message };
  }
  const deadline = Date.now() + limitMs;
  while (!isDecided(factsOf(channelId, phone, trace)) && Date.now() <= deadline) {
    await sleep(20, undefined, { signal });
  }
  await sleep(listeningMs, undefined, { signal });
  const facts = factsOf(channelId, phone, trace);
  if (facts.active) phone.hangUp(channelId);
  return { isHandled: facts.commands.some(isAccepted), text: textOf(facts, limitMs) };
}

function factsOf(channelId: string, phone: Phone, trace: Trace): Facts {
  const call = trace.callOf(channelId);
  const steps = trace.steps.filter((step) => step.call === call);
  const start = steps.find(
    (step) => step.kind === 'event' && step.type === 'StasisStart' && step.channelId === channelId,
  );
  const detail = start && trace.find(start.number)?.detail;
  const hasFunction =
    start?.kind === 'event' &&
    detail?.kind === 'event' &&
    detail.rules.some(
      ({ title, targets }) => start.matched.includes(title) && targets.some(({ arn }) => arn.includes(':function:')),
    );
  return {
    active: phone.calls.find((each) => each.channelId === channelId),
    invocations: steps.filter((step) => step.kind === 'invocation'),
    commands: steps.filter((step) => step.kind === 'command'),
    hasNoHandler: start !== undefined && !hasFunction,
  };
}

/** Whether there is nothing more to wait for: the call is handled, or it will not be. */
function isDecided({ active, invocations, commands, hasNoHandler }: Facts): boolean {
  const hasRun = invocations.some(({ ms }) => ms !== undefined);
  return active?.state !== 'Ring' || hasRun || commands.length > 0 || hasNoHandler;
}

function isAccepted({ status }: CommandStep): boolean {
  return status !== undefined && status < 400;
}

function textOf({ active, invocations, commands, hasNoHandler }: Facts, limitMs: number): string {
  const failed = invocations.find(({ error }) => error !== undefined);
  if (failed) return `${failed.fn} failed: ${failed.error}`;
  if (hasNoHandler) return 'the app has no call handler: no rule sends its StasisStart to a function';
  if (invocations.length === 0) {
    return active
      ? `no function was invoked within ${limitMs / 1000} s`
      : 'the call ended before a function was invoked';
  }
  const functions = [...new Set(invocations.map(({ fn }) => fn))].join(', ');
  if (commands.length === 0) return `${functions} was invoked and sent no command`;
  const refused = commands.filter((command) => !isAccepted(command)).length;
  const isAnswered =
    active?.state === 'Up' || commands.some((each) => each.operation === 'channels.answer' && isAccepted(each));
  return [
    `${functions} ${isAnswered ? 'answered' : 'did not answer'} and sent ${commands.length === 1 ? '1 command' : `${commands.length} commands`}`,
    ...(refused > 0 ? [`refused: ${refused}`] : []),
    active ? 'the caller hung up' : 'the app ended the call',
  ].join('; ');
}
