import { isJsonObject } from '../json.ts';
import { show } from './option-faults.ts';

/**
 * How long a call waits in an app before Asterisk takes it back and sends it to the fallback, in whole seconds, unless a
 * handler claims the call before. `false`: Asterisk never does. As an object: by app; apps that it does not name have the
 * default.
 *
 * @example
 * { "Intro-IVR": 10, "Super-Conference": false }
 */
export type Rescue = number | false | Record<string, number | false>;

/** The context that arms and disarms the timer. A dialplan of the operator's own can use it too. */
export const RESCUE_CONTEXT = 'ari-eventbridge-rescue';

/** A cold start of a Lambda function takes 1 to 3 s. */
const DEFAULT_SECONDS = 6;
const MOST_SECONDS = 600;

const EXPECTED = `whole seconds from 1 to ${MOST_SECONDS}, or false`;

/** Faults of a node's `rescue`. */
export function rescueFaults(at: string, apps: readonly string[], rescue: unknown): string[] {
  if (rescue === undefined || isLimit(rescue)) return [];
  if (!isJsonObject(rescue)) {
    return [`${at}: expected ${EXPECTED}, or these by app, such as { ${show(apps[0])}: 10 }, got ${show(rescue)}`];
  }
  return Object.entries(rescue).flatMap(([app, limit]) => {
    if (!apps.includes(app)) return [`${at}: expected apps of the node (${apps.join(', ')}), got ${show(app)}`];
    return isLimit(limit) ? [] : [`${at}[${show(app)}]: expected ${EXPECTED}, got ${show(limit)}`];
  });
}

/** After how many seconds calls of an app are rescued; `false` for never. */
export function rescueSeconds(app: string, rescue: Rescue = DEFAULT_SECONDS): number | false {
  if (typeof rescue !== 'object') return rescue;
  return Object.hasOwn(rescue, app) ? (rescue[app] ?? DEFAULT_SECONDS) : DEFAULT_SECONDS;
}

function isLimit(value: unknown): value is number | false {
  return value === false || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_SECONDS);
}

/** The application before `Stasis()`. */
export function armed(seconds: number): string {
  return `Gosub(${RESCUE_CONTEXT},arm,1(${seconds}))`;
}

/** The application after `Stasis()`. */
export const DISARMED = `Gosub(${RESCUE_CONTEXT},disarm,1)`;

/** The extension of a context where a call goes on whose absolute time-out is over. */
export const TIMED_OUT = `exten => T,1,Goto(${RESCUE_CONTEXT},T,1)\n`;

/**
 * Renders the context. Its variables of a channel:
 *
 *  - `ARI_RESCUE_AT`: when the channel is rescued, in seconds since 1970; 0 where it is not;
 *  - `ARI_RESCUE_AFTER`: the seconds, for the next time that it enters an app;
 *  - `ARI_TIMEOUT_AT`: when the operator's own absolute time-out is over; empty where none was set;
 *  - `ARI_RESCUED`: `yes` once the channel was rescued.
 */
export function rescueContext(fallbackContext: string): string {
  return `; A call that no handler claims in time: Asterisk takes it out of the app. A handler claims a call by setting
; TIMEOUT(absolute)=0. In a dialplan of your own, write Gosub(${RESCUE_CONTEXT},arm,1(SECONDS)) before Stasis(),
; ${DISARMED} after it, and in the same context: ${TIMED_OUT.trim()}
[${RESCUE_CONTEXT}]
; A time-out of your own is kept for later. Where it is over sooner, it stays, and there is no rescue.
exten => arm,1,Set(ARI_RESCUED=)
 same => n,Set(ARI_RESCUE_AFTER=\${ARG1})
 same => n,Set(ARI_TIMEOUT_AT=\${IF($[\${TIMEOUT(absolute)} > 0]?$[\${EPOCH} + \${TIMEOUT(absolute)}])})
 same => n,Set(ARI_RESCUE_AT=\${IF($[\${TIMEOUT(absolute)} = 0 | \${TIMEOUT(absolute)} > \${ARG1}]?$[\${EPOCH} + \${ARG1}]:0)})
 same => n,ExecIf($[\${ARI_RESCUE_AT} > 0]?Set(TIMEOUT(absolute)=\${ARG1}))
 same => n,Return()

exten => disarm,1,Set(LOCAL(left)=\${IF($["\${ARI_TIMEOUT_AT}" = ""]?0:$[\${ARI_TIMEOUT_AT} - \${EPOCH}])})
 same => n,ExecIf($[\${left} < 0]?Set(LOCAL(left)=1))
 same => n,ExecIf($[0\${ARI_RESCUE_AT} > 0]?Set(TIMEOUT(absolute)=\${left}))
 same => n,Set(ARI_RESCUE_AT=0)
 same => n,Return()

; Without a rescue that was due just now, the time-out is one of your own: the call ends.
exten => T,1,ExecIf($[0\${ARI_RESCUE_AT} + 10 < \${EPOCH}]?Hangup())
 same => n,Set(ARI_RESCUED=yes)
 same => n,${DISARMED}
 same => n,Wait(0.3) ; for the connector, which reads the variable
 same => n,Log(WARNING,No handler has claimed \${CHANNEL(name)} in time: it goes to the fallback)
 same => n,Goto(${fallbackContext},s,1)
`;
}
