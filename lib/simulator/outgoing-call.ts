import { Refusal } from './refusal.ts';

/** A variable that a new channel gets. */
export interface NewVariable {
  name: string;
  value: string;
  /** Whether it goes into every event of the channel. */
  isReported: boolean;
}

export interface OutgoingCall {
  endpoint: string;
  /** Where the channel goes when it is answered: to an app, or to an extension. */
  app: string | undefined;
  appArgs: string | undefined;
  extension: string | undefined;
  context: string | undefined;
  priority: number;
  label: string | undefined;
  id: string | undefined;
  otherId: string | undefined;
  callerId: string | undefined;
  /** Seconds until nobody has answered; -1 for no limit; 0 for 30. */
  timeout: number;
  variables: readonly NewVariable[];
  originator: string | undefined;
  formats: string | undefined;
}

/** Technologies whose phones the simulator plays. */
const PHONES = ['PJSIP', 'SIP', 'IAX2', 'DAHDI'];
const FORMATS = /^(ulaw|alaw|gsm|g722|g729|opus|slin(12|16|24|32|44|48|96|192)?)$/;

/** Whether an endpoint is of a technology whose phones the simulator plays. */
export function isPhone(endpoint: string): boolean {
  const [technology = '', address] = endpoint.split(/\/(.*)/s);
  return Boolean(address) && PHONES.some((name) => name.toLowerCase() === technology.toLowerCase());
}

/**
 * The priority that a label or a number names; undefined where neither is given.
 *
 * @param find the priority that a label names in the dialplan
 */
export function priorityOf(
  label: string | undefined,
  priority: number,
  find: (label: string) => number | undefined,
): number | undefined {
  if (!label) return priority || undefined;
  const number = find(label);
  if (number === undefined) throw new Refusal(404, 'Requested label can not be found');
  if (number === 0) throw new Refusal(400, 'Requested priority is illegal');
  return number;
}

/** What `Stasis()` is given. */
export function appData({ app = '', appArgs }: OutgoingCall): string {
  return appArgs ? `${app},${appArgs}` : app;
}

/** What follows the technology. */
export function dialstring(endpoint: string): string {
  return endpoint.replace(/^[^/]*\//, '');
}

export function checkEndpoint(endpoint: string): void {
  if (!/^[^/]+\/./s.test(endpoint)) throw new Refusal(400, 'Invalid endpoint specified');
}

export function checkFormats(formats: string | undefined): void {
  for (const format of formats ? formats.split(',') : []) {
    if (!FORMATS.test(format.trim())) throw new Refusal(400, `Provided format (${format.trim()}) was not found`);
  }
}
