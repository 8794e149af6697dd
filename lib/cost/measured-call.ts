/**
 * One call to Intro-IVR of a real phone at a real Asterisk 22: the caller presses 1, hears something and the goodbye,
 * and Asterisk hangs up. `test/asterisk/cost.test.ts` measures it again and holds these figures to it.
 */
export const MEASURED_CALL = {
  /** Events that the connector's default filter lets onto the bus: all but ChannelVarset and ChannelDialplan. */
  events: 11,
  /** Events that Asterisk sends. */
  eventsUnfiltered: 17,
  /** Events that a rule hands to the function. */
  invocations: 4,
  /** UTF-8 bytes of an entry's `Detail`, on average. */
  bytesPerEvent: 667,
} as const;
