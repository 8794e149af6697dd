/** What call handlers and the rendered dialplan agree on: lib/asterisk/verbs.ts renders it, lib/call-handler/verbs uses it. */

/** Where a call is sent whose verbs Asterisk is to carry out; the extension is the list's number. */
export const VERBS_CONTEXT = 'ari-eventbridge-verbs';

/** The argument of a `StasisStart` behind which an outcome stands. */
export const OUTCOME_MARK = 'ari-eventbridge';

/** The result of a list with a verb that the dialplan does not have. */
export const UNKNOWN_VERB = 'UNKNOWN';

/** The variable that has the outcome of a list that the caller's hang-up ended: in the channel's last events. */
export const OUTCOME_VARIABLE = 'ARI_OUTCOME';

/** The variable that has `call.state`: JSON as base64url. */
export const STATE_VARIABLE = 'ARI_STATE';

/** Variables that events of a channel carry (`channelvars` in ari.conf), beside `CHANNEL(linkedid)`. */
export const CALL_VARIABLES = [OUTCOME_VARIABLE, STATE_VARIABLE] as const;
