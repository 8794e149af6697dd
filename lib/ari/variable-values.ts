/**
 * Variables to set, by name. Asterisk answers 400 to a number or a boolean: write them as text.
 *
 * With `report_events`, events of the channel or bridge include the variable from then on. @default false
 *
 * @example
 * const variables: VariableValues = { ATTEMPT: '2', CUSTOMER: { value: '4711', report_events: true } };
 */
export type VariableValues = Readonly<Record<string, string | { value: string; report_events?: boolean }>>;
