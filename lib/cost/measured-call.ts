/**
 * One call from a real phone to Intro-IVR on a real Asterisk 22: the caller presses 1, hears something and the goodbye,
 * and Asterisk hangs up. `test/asterisk/cost.test.ts` measures it again and compares these figures.
 */
export const MEASURED_CALL = {
  /** Events that the connector's default filter forwards: all but ChannelVarset and ChannelDialplan. */
  events: 11,
  /** Events that Asterisk sends. */
  eventsUnfiltered: 17,
  /** Events that a rule sends to the function. */
  invocations: 4,
  /** Write units of the connectors' table: the item of the caller's stay, of up to 1 KB, is put and removed. */
  tableWrites: 2,
  /** UTF-8 bytes of an entry's `Detail`, on average. */
  bytesPerEvent: 667,
} as const;
