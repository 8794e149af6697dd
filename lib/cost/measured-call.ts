/**
 * One call from a real phone to Intro-IVR on a real Asterisk 22: the caller presses 1, hears something and the goodbye,
 * and Asterisk hangs up. `test/asterisk/cost.test.ts` measures it again and compares these figures.
 */
export const MEASURED_CALL = {
  /** Events that the connector's default filter forwards: all but ChannelVarset and ChannelDialplan. */
  events: 8,
  /** Events that Asterisk sends: most are of the dialplan that carries out verbs. */
  eventsUnfiltered: 212,
  /** Events that a rule sends to the function. */
  invocations: 4,
  /** Write units of the connectors' table: an item of up to 1 KB is put and removed for each of the caller's two stays in the app. */
  tableWrites: 4,
  /** UTF-8 bytes of an entry's `Detail`, on average. */
  bytesPerEvent: 930,
} as const;
