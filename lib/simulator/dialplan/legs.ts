import { dialStatus } from '../causes.ts';
import type { Channel, Control } from '../channel/channel.ts';
import type { Thread, Threads } from '../threads.ts';
import { inherit, setVariable } from './variables.ts';

/** Calls an endpoint for a channel. @returns the leg; or, where there is nobody to call, the cause */
export type RequestLeg = (endpoint: string, caller: Channel) => Channel | number;

const BUSY = 17;
const CONGESTION = 34;
/** Causes of a leg that was reachable and did not answer. */
const NOT_ANSWERED = [16, 19];

/** The legs that `Dial()` calls at the same time, each read by a thread of its own until one answers. */
export class Legs {
  answered: Channel | undefined;
  /** One of them rings, or plays something. */
  ringing = false;
  progress = false;
  readonly #caller: Channel;
  readonly #threads: Threads;
  readonly #calling = new Set<Channel>();
  readonly #begun: number;
  readonly #forQueue: boolean;
  readonly #endpoints = new Map<Channel, string>();
  #ended: number[] = [];

  /** @param options.forQueue `Queue()` names endpoints in its events, and measures no times. @default false */
  constructor(caller: Channel, threads: Threads, { forQueue = false } = {}) {
    this.#forQueue = forQueue;
    this.#caller = caller;
    this.#threads = threads;
    this.#begun = caller.now.getTime();
  }

  /** Whether nobody is left who could answer. */
  get areOver(): boolean {
    return this.#calling.size === 0;
  }

  /** `DIALSTATUS` of legs that have all ended. */
  get status(): string {
    if (this.#ended.includes(BUSY)) return 'BUSY';
    if (this.#ended.includes(CONGESTION)) return 'CONGESTION';
    return this.#ended.some((cause) => NOT_ANSWERED.includes(cause)) ? 'NOANSWER' : 'CHANUNAVAIL';
  }

  /** Calls one more. @param prepare sets what the leg shows of the caller */
  call(endpoint: string, request: RequestLeg, prepare: (leg: Channel) => void): void {
    const leg = request(endpoint, this.#caller);
    if (typeof leg === 'number') {
      this.#caller.hangupCause = leg;
      return;
    }
    leg.app = 'AppDial';
    leg.appData = '(Outgoing Line)';
    leg.outgoing = true;
    prepare(leg);
    inherit(this.#caller, leg);
    leg.publish();
    if (!leg.technology.call(leg)) {
      leg.end();
      return;
    }
    this.#endpoints.set(leg, endpoint);
    this.#tell(leg, '', this.#forQueue ? endpoint : endpoint.replace(/^[^/]*\//, ''));
    this.#calling.add(leg);
    this.#threads.start(this.#listen(leg));
  }

  /** Ends those that have not answered. */
  cancel(dialstatus: string, cause: number | undefined): void {
    for (const leg of this.#calling) {
      this.#calling.delete(leg);
      if (cause !== undefined) leg.hangupCause = cause;
      this.#tell(leg, dialstatus, '');
      if (this.#forQueue) this.#tell(leg, 'CANCEL');
      leg.end();
    }
  }

  /** Lets apps know that a leg was answered. */
  tellAnswer(leg: Channel): void {
    this.#tell(leg, 'ANSWER');
  }

  *#listen(leg: Channel): Thread {
    while (this.#calling.has(leg)) {
      if (!leg.isReadable) {
        yield leg.changed;
        continue;
      }
      const frame = leg.read();
      if (!frame) this.#end(leg, leg.hangupCause, dialStatus(leg.hangupCause));
      else if (frame.type === 'control') this.#follow(leg, frame.control);
    }
  }

  #follow(leg: Channel, control: Control): void {
    if (control === 'answer') {
      this.#calling.delete(leg);
      this.answered = leg;
    } else if (control === 'ringing' || control === 'progress') {
      if (!this[control] && !this.#forQueue)
        setDuration(
          this.#caller,
          `${control.toUpperCase().replace('RINGING', 'RING')}TIME`,
          this.#caller.now.getTime() - this.#begun,
        );
      this[control] = true;
      this.#tell(leg, control.toUpperCase());
    } else if (control === 'busy' || control === 'congestion') {
      // A phone that declines is known by its cause; the other half of a Local channel has none.
      const cause = leg.hangupCause || (control === 'busy' ? BUSY : CONGESTION);
      this.#end(leg, cause, dialStatus(cause));
    } else return;
    this.#caller.changed.notify();
  }

  #end(leg: Channel, cause: number, dialstatus: string): void {
    this.#calling.delete(leg);
    this.#ended.push(cause);
    this.#caller.hangupCause = leg.hangupCause;
    this.#tell(leg, dialstatus);
    leg.end();
    this.#caller.changed.notify();
  }

  endpointOf(leg: Channel): string {
    return this.#endpoints.get(leg) ?? '';
  }

  #tell(peer: Channel, dialstatus: string, dialstring = this.#forQueue ? this.endpointOf(peer) : ''): void {
    const fields = { dialstatus, forward: '', dialstring, peer: peer.snapshot, caller: this.#caller.snapshot };
    this.#caller.tell('Dial', fields);
  }
}

/** Sets a variable to seconds, and another to milliseconds. */
export function setDuration(channel: Channel, name: string, ms: number): void {
  setVariable(channel, name, String(Math.floor(ms / 1000)));
  setVariable(channel, `${name}_MS`, String(ms));
}
