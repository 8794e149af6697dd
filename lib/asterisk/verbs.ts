import { OUTCOME_MARK, OUTCOME_VARIABLE, STATE_VARIABLE, UNKNOWN_VERB, VERBS_CONTEXT } from '../ari/verbs-dialplan.ts';
import { DISARMED, RESCUE_CONTEXT } from './rescue.ts';

/** One extension for each verb. */
export const VERB_CONTEXT = 'ari-eventbridge-verb';
/** What a phone that answers `Dial()` runs before it is connected. */
export const ANSWERED_CONTEXT = 'ari-eventbridge-answered';

/**
 * Renders the contexts in which Asterisk carries out a list of verbs. lib/call-handler/verbs/ writes the lists.
 *
 * A list is in the variable `ARI_VERBS_NUMBER`, where NUMBER is the extension: `channelSequence` of the event whose handler
 * wrote it. A list that is older than one that ran, or the same, does not run. `|` stands between two verbs, `:` between two
 * fields of a verb, and each field is URI-encoded. The first verb is `call`, with what the others need of the call.
 *
 * At the end of a list the call enters its app again, with more arguments than before: `ari-eventbridge`, the kind of
 * outcome, the name that the handler gave it, NUMBER, the attempt, the outcome, and up to two values. Where the caller
 * hangs up before, `ARI_OUTCOME` has these, without the first, and the channel's last events carry it. A hangup handler sets
 * it: the extension `h` does not run for a leg that was called straight into its app.
 */
export function verbsContexts(fallbackContext: string): string {
  return `; Lists of verbs that call handlers write. Nothing here is to be changed: handlers and this file belong together.
[${VERBS_CONTEXT}]
exten => _X!,1,Set(CHANNEL(hangup_handler_push)=${VERB_CONTEXT},ended,1)
 same => n,GotoIf($[0\${ARI_RAN} >= \${EXTEN}]?back)
 same => n,Set(ARI_RAN=\${EXTEN})
 same => n,Set(ARI_AT=0)
 same => n,Set(ARI_RUNS=yes)
 same => n,${DISARMED}
 same => n(next),Set(ARI_AT=$[\${ARI_AT} + 1])
 same => n,Set(ARI_STEP=\${CUT(ARI_VERBS_\${ARI_RAN},|,\${ARI_AT})})
 same => n,GotoIf($[\${LEN(\${ARI_STEP})} = 0]?back)
 same => n,GotoIf(\${DIALPLAN_EXISTS(${VERB_CONTEXT},\${CUT(ARI_STEP,:,1)},1)}?known)
 same => n,Log(WARNING,The handler asks for \${CUT(ARI_STEP,:,1)} which this dialplan does not have: write it again with asterisk-config)
 same => n,Set(ARI_RESULT=${UNKNOWN_VERB})
 same => n,Goto(back)
 same => n(known),Gosub(${VERB_CONTEXT},\${CUT(ARI_STEP,:,1)},1)
 same => n,Goto(next)
 same => n(back),GosubIf($[0\${ARI_RESCUE_AFTER} > 0]?${RESCUE_CONTEXT},arm,1(\${ARI_RESCUE_AFTER}))
 same => n,Stasis(\${ARI_APP},${OUTCOME_MARK},\${ARI_KIND},\${ARI_NAME},\${ARI_RAN},\${ARI_ATTEMPT},\${ARI_RESULT},\${ARI_VALUE},\${ARI_VALUE2}${UNWATCHED})
 same => n,${DISARMED}
 same => n,GotoIf($["\${STASISSTATUS}" = "SUCCESS"]?done)
 same => n,Log(WARNING,The app of \${CHANNEL(name)} has no connector: the call goes to the fallback)
 same => n,Goto(${fallbackContext},s,1)
 same => n(done),Hangup()
exten => T,1,Goto(${RESCUE_CONTEXT},T,1)

[${VERB_CONTEXT}]
${VERBS.map(rendered).join('\n')}
exten => T,1,Goto(${RESCUE_CONTEXT},T,1)

[${ANSWERED_CONTEXT}]
exten => s,1,Set(SHARED(ARI_SINCE,\${ARG1})=\${EPOCH})
 same => n,Return()
`;
}

/**
 * What ends the watch for the caller's hang-up, as a part of the next application's arguments: between the two, a hang-up
 * would be no outcome.
 */
const UNWATCHED = `\${SET(CHANNEL(hangup_handler_pop)=)}\${SET(ARI_RUNS=)}`;

function rendered([name, first, ...others]: readonly string[]): string {
  const lines = others.map((line) => ` same => n${line.startsWith('(') ? '' : ','}${line}`);
  return [`exten => ${name},1,${first}`, ...lines, ''].join('\n');
}

/** A field of the verb that is carried out. */
const field = (number: number): string => `\${URIDECODE(\${CUT(ARI_STEP,:,${number + 1})})}`;
/** Files of a field: `@` stands for the folder of ARI's recordings. */
const files = (number: number): string[] => [
  `Set(ARI_FILES=${field(number)})`,
  `Set(ARI_FILES=\${STRREPLACE(ARI_FILES,@,\${ASTSPOOLDIR}/recording/)})`,
];
const RETURN = 'Return()';
/** Not ANSWEREDTIME, which for a caller who was answered before counts from then. */
const TALKED = `ExecIf($["\${DIALSTATUS}" = "ANSWER"]?Set(ARI_VALUE=$[\${EPOCH} - \${SHARED(ARI_SINCE)}]))`;

/** By name: the applications of each verb. */
const VERBS: readonly (readonly string[])[] = [
  // app and arguments as Stasis() takes them where they are not known yet, where the call came from, kind, name and attempt of the outcome, state
  [
    'call',
    `GotoIf($[\${LEN(${field(1)})} = 0]?same)`,
    `Set(ARI_APP=${field(1)})`,
    `(same),ExecIf($[\${LEN(${field(2)})} > 0]?Set(ARI_HOME=${field(2)}))`,
    `Set(ARI_KIND=${field(3)})`,
    `Set(ARI_NAME=${field(4)})`,
    `Set(ARI_ATTEMPT=${field(5)})`,
    `ExecIf($[\${LEN(${field(6)})} > 0]?Set(${STATE_VARIABLE}=${field(6)}))`,
    'Set(ARI_RESULT=)',
    'Set(ARI_VALUE=)',
    'Set(ARI_VALUE2=)',
    // A list that the handler carried out itself, by events, may have left it.
    `Set(${OUTCOME_VARIABLE}=)`,
    RETURN,
  ],
  ['answer', 'Answer()', RETURN],
  ['ring', 'Ringing()', RETURN],
  ['play', ...files(1), `Playback(\${ARI_FILES})`, RETURN],
  ['digits', `SayDigits(${field(1)})`, RETURN],
  ['number', `SayNumber(${field(1)})`, RETURN],
  ['characters', `SayAlpha(${field(1)})`, RETURN],
  // seconds since 1970, time zone, format
  ['time', `SayUnixTime(${field(1)},${field(2)},${field(3)})`, RETURN],
  ['wait', `Wait(${field(1)})`, RETURN],
  // seconds, class of music on hold
  [
    'music',
    `Set(ARI_SINCE=\${EPOCH})`,
    `MusicOnHold(${field(2)},${field(1)})`,
    // It returns at once where there is no such class.
    `Wait($[${field(1)} + \${ARI_SINCE} - \${EPOCH}])`,
    RETURN,
  ],
  // files, most digits, response and digit time-out in seconds, option for the finishing key, tries
  [
    'gather',
    ...files(1),
    `Set(TIMEOUT(response)=${field(3)})`,
    `Set(TIMEOUT(digit)=${field(4)})`,
    'Set(ARI_VALUE=)',
    `Read(ARI_VALUE,\${ARI_FILES},${field(2)},${field(5)},${field(6)},0)`,
    `Set(ARI_RESULT=\${READSTATUS})`,
    RETURN,
  ],
  // name with format, seconds of silence and in all, options
  [
    'record',
    `Set(ARI_SINCE=\${EPOCH})`,
    `Record(\${ASTSPOOLDIR}/recording/${field(1)},${field(2)},${field(3)},${field(4)})`,
    `Set(ARI_RESULT=\${RECORD_STATUS})`,
    `Set(ARI_VALUE=$[\${EPOCH} - \${ARI_SINCE}])`,
    RETURN,
  ],
  // endpoints, seconds, options, context for transfers, file for a recording; one after the other: not after one that answered
  [
    'dial',
    `GotoIf($["\${ARI_RESULT}" = "ANSWER"]?done)`,
    `ExecIf($[\${LEN(${field(4)})} > 0]?Set(__TRANSFER_CONTEXT=${field(4)}))`,
    `ExecIf($[\${LEN(${field(5)})} > 0]?MixMonitor(\${ASTSPOOLDIR}/recording/${field(5)},b))`,
    'Set(DIALSTATUS=)',
    `Dial(${field(1)},${field(2)},${field(3)}U(${ANSWERED_CONTEXT}^\${CHANNEL(name)}))`,
    'StopMixMonitor()',
    `Set(ARI_RESULT=\${DIALSTATUS})`,
    TALKED,
    `Set(ARI_VALUE2=\${HANGUPCAUSE})`,
    '(done),Return()',
  ],
  // queue, seconds
  [
    'queue',
    'Set(MEMBERINTERFACE=)',
    `Queue(${field(1)},c,,,${field(2)})`,
    `Set(ARI_RESULT=\${QUEUESTATUS})`,
    `Set(ARI_VALUE=\${MEMBERINTERFACE})`,
    RETURN,
  ],
  ['conference', `ConfBridge(${field(1)})`, RETURN],
  ['transfer', `Transfer(${field(1)})`, `Set(ARI_RESULT=\${TRANSFERSTATUS})`, RETURN],
  ['detect', 'AMD()', `Set(ARI_RESULT=\${AMDSTATUS})`, `Set(ARI_VALUE=\${AMDCAUSE})`, RETURN],
  // context, extension and priority; without them back to where the call came from
  [
    'leave',
    `Set(ARI_STEP=${field(1)})`,
    `ExecIf($[\${LEN(\${ARI_STEP})} = 0]?Set(ARI_STEP=\${ARI_HOME}))`,
    `GotoIf(\${DIALPLAN_EXISTS(\${ARI_STEP})}?\${ARI_STEP}${UNWATCHED})`,
    `Log(WARNING,\${CHANNEL(name)} was to leave for \${ARI_STEP} which is not in the dialplan)`,
    'Hangup()',
  ],
  ['hangup', `Hangup(${field(1)})`],
  // The caller has hung up: for the channel's last events.
  [
    'ended',
    `GotoIf($["\${ARI_RUNS}" != "yes" | \${LEN(\${ARI_KIND})} = 0]?done)`,
    `ExecIf($["\${ARI_KIND}" = "dialled"]?Set(ARI_VALUE2=\${DIALSTATUS}))`,
    `ExecIf($["\${ARI_KIND}" = "queued"]?Set(ARI_VALUE=\${MEMBERINTERFACE}))`,
    `GotoIf($["\${ARI_KIND}" != "dialled"]?after)`,
    TALKED,
    `(after),ExecIf($["\${ARI_KIND}" = "recorded"]?Set(ARI_VALUE=$[\${EPOCH} - \${ARI_SINCE}]))`,
    `Set(${OUTCOME_VARIABLE}=\${ARI_KIND},\${ARI_NAME},\${ARI_RAN},\${ARI_ATTEMPT},HANGUP,\${ARI_VALUE},\${ARI_VALUE2})`,
    '(done),Return()',
  ],
];
