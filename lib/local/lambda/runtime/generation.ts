/**
 * The runtime was rewritten for nodejs24.x: without callbacks, without waiting for an empty event loop, and with Node's
 * own end of a process whose error nobody catches.
 */
export const BEFORE_24 = /nodejs(1\d|2[0-3])\./.test(process.env.AWS_EXECUTION_ENV ?? '');
