/** What a flow's functions read from their environment, as the construct `CallFlow` sets it. */
export interface FlowEnvironment {
  /** The table of inboxes: a string partition key `id`, and `expiresAt` for its time to live. Both functions. */
  FLOW_TABLE?: string;
  /** The durable function with its alias or version, as an ARN or `NAME:ALIAS`. The dispatcher alone. */
  FLOW_FUNCTION?: string;
}

/** @throws TypeError where the variable is not set */
export function required(name: keyof FlowEnvironment, environment: FlowEnvironment): string {
  const value = environment[name];
  if (value) return value;
  throw new TypeError(`Expected the environment variable ${name}, which the construct CallFlow sets, got none`);
}
