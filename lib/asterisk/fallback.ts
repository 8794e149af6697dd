/**
 * Where callers go while no connector is subscribed to the app:
 *
 *  - `busy`: the busy tone
 *  - `voicemail:BOX`, `voicemail:BOX@CONTEXT`: a mailbox of voicemail.conf
 *  - `queue:NAME`: a queue of queues.conf
 *  - `goto:CONTEXT,EXTEN,PRIORITY`: elsewhere in the dialplan
 *
 * Where the mailbox, queue or extension does not exist, the caller hears the busy tone.
 */
export type Fallback = 'busy' | `voicemail:${string}` | `queue:${string}` | `goto:${string}`;

/** The context of the fallback. */
export const FALLBACK_CONTEXT = 'ari-eventbridge-fallback';

/** Names of contexts, mailboxes and queues. */
export const NAME = /^[A-Za-z0-9._-]{1,79}$/;
/** Extensions, and patterns of them: `_9XXX`. */
export const EXTENSION = /^[A-Za-z0-9_*#+.!-]{1,79}$/;
const PRIORITY = /^([1-9]\d{0,5}|[A-Za-z][A-Za-z0-9_-]{0,78})$/;

const EXPECTED = '"busy", "voicemail:BOX", "voicemail:BOX@CONTEXT", "queue:NAME" or "goto:CONTEXT,EXTEN,PRIORITY"';

/**
 * Why a fallback is invalid.
 *
 * @param leadsBack whether an extension of a context sends calls to an app: the call would loop
 */
export function fallbackFault(
  fallback: unknown,
  leadsBack: (context: string, extension: string) => boolean,
): string | undefined {
  const [kind, target] = split(String(fallback));
  const expected = `expected ${EXPECTED}, got ${JSON.stringify(fallback)}`;
  if (typeof fallback !== 'string') return expected;
  switch (kind) {
    case 'busy':
      return target === undefined ? undefined : expected;
    case 'voicemail':
      return target?.split('@').every((name) => NAME.test(name)) && target.split('@').length <= 2
        ? undefined
        : expected;
    case 'queue':
      return target !== undefined && NAME.test(target) ? undefined : expected;
    case 'goto': {
      const [context = '', extension = '', priority = '', ...more] = target?.split(',') ?? [];
      const formed = NAME.test(context) && EXTENSION.test(extension) && PRIORITY.test(priority) && more.length === 0;
      if (!formed) return expected;
      if (context !== FALLBACK_CONTEXT && !leadsBack(context, extension)) return undefined;
      return `${JSON.stringify(fallback)} would send the call back to the app that it came from`;
    }
    default:
      return expected;
  }
}

/** Renders the fallback's context. */
export function fallbackContext(fallback: Fallback): string {
  const steps = [...stepsOf(fallback), 'Busy(20)', 'Hangup()'];
  const [first, ...others] = steps;
  return [`[${FALLBACK_CONTEXT}]`, `exten => s,1,${first}`, ...others.map((step) => ` same => n,${step}`), ''].join(
    '\n',
  );
}

function stepsOf(fallback: Fallback): string[] {
  const [kind, target] = split(fallback);
  // An application that is not loaded, such as VoiceMail on Debian, would end the call; TryExec continues.
  if (kind === 'voicemail') {
    const left = `$["\${TRYSTATUS}" = "SUCCESS" & "\${VMSTATUS}" != "FAILED"]`;
    return [`TryExec(VoiceMail(${target},u))`, `ExecIf(${left}?Hangup())`];
  }
  if (kind === 'queue') return ['Answer()', `TryExec(Queue(${target}))`];
  if (kind === 'goto') return [`GotoIf(\${DIALPLAN_EXISTS(${target})}?${target})`];
  return [];
}

function split(fallback: string): [string, string | undefined] {
  const colon = fallback.indexOf(':');
  return colon < 0 ? [fallback, undefined] : [fallback.slice(0, colon), fallback.slice(colon + 1)];
}
