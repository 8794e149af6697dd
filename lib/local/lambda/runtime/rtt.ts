/** Tells a function's process how much longer each request to Asterisk takes, in milliseconds. */
export const RTT_VARIABLE = 'ARI_EVENTBRIDGE_RTT_MS';
