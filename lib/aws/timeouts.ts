/** How long AWS may take to answer, in milliseconds. */
export const AWS_TIMEOUTS = { connectionTimeout: 3000, requestTimeout: 5000 };
