import type { Clock } from '../clock.ts';
import { setVariable } from '../dialplan/variables.ts';
import type { PhoneBehaviour } from '../phone-behaviour.ts';
import type { Channel, Control, Technology } from './channel.ts';
import type { Party } from './party.ts';

/** Nothing stands behind such a channel: a snoop, media from outside. */
export function silent(name: string, call: (channel: Channel) => boolean = () => true): Technology {
  return { name, indicate: () => {}, connectedLine: () => {}, digit: () => {}, hangup: () => {}, call };
}

/** A phone, which does the same each time that it is called. */
export function phone(technology: string, behaviour: PhoneBehaviour, clock: Clock): Technology {
  const voice = (typeof behaviour === 'object' && behaviour.voice) || 'human';
  const calls = (channel: Channel): boolean => {
    if (behaviour === 'busy' || behaviour === 'declines') {
      channel.hangupCause = behaviour === 'busy' ? 17 : 21;
      channel.control(behaviour === 'busy' ? 'busy' : 'congestion');
    } else if (behaviour !== 'unreachable') {
      channel.control('ringing');
      if (behaviour === 'answers') channel.control('answer');
      if (typeof behaviour === 'object') {
        clock.after(behaviour.answersAfter * 1000, () => channel.isGone || channel.control('answer'));
      }
    }
    return behaviour !== 'unreachable';
  };
  return { ...silent(technology, calls), voice };
}

/** The technology of Local channels: two of them, each the other's far end; the first is called, the second calls. */
export class LocalPair implements Technology {
  readonly name = 'Local';
  owner: Channel | undefined;
  other: Channel | undefined;
  readonly #run: (other: Channel) => boolean;
  #called = false;

  /** @param run begins the dialplan of the second half. @returns whether there is such an extension */
  constructor(run: (other: Channel) => boolean) {
    this.#run = run;
  }

  peerOf(channel: Channel): Channel | undefined {
    return channel === this.owner ? this.other : this.owner;
  }

  indicate(channel: Channel, control: Control): void {
    if (control === 'ringing' && channel.state !== 'Ring') return;
    // Music on hold is a matter of this half alone.
    if (control === 'hold' || control === 'unhold') return;
    const peer = this.peerOf(channel);
    // The other half rings at once; its caller reads later that it does.
    if (control === 'ringing' && peer?.outgoing && peer.state === 'Down') peer.turn('Ringing');
    peer?.control(control);
  }

  /** Who is at this end is the caller of the other half, which makes no event. */
  connectedLine(channel: Channel, party: Party): void {
    const peer = this.peerOf(channel);
    if (!peer) return;
    peer.caller = party;
    peer.queue({ type: 'connected', party });
  }

  digit(channel: Channel, digit: string): void {
    this.peerOf(channel)?.queue({ type: 'digit', digit });
  }

  call(owner: Channel): boolean {
    const { other } = this;
    if (!other) return false;
    other.caller = owner.connected;
    other.connected = owner.caller;
    other.language = owner.language;
    other.accountcode = owner.peeraccount;
    other.peeraccount = owner.accountcode;
    // The newest first.
    for (const [key, variable] of [...owner.variables].toReversed()) {
      other.variables.set(key, variable);
      const { name, value } = variable;
      other.tell('ChannelVarset', { variable: name, value, channel: other.known });
    }
    other.publish();
    this.#called = this.#run(other);
    return this.#called;
  }

  hangup(channel: Channel): void {
    const [peer, isOwner] = [this.peerOf(channel), channel === this.owner];
    const status = isOwner ? undefined : channel.variables.get('DIALSTATUS')?.value;
    if (peer && status !== undefined) setVariable(peer, 'CHANLOCALSTATUS', status);
    if (isOwner) this.owner = undefined;
    else this.other = undefined;
    // A second half whose dialplan was never begun has nobody else to end it.
    if (isOwner && !this.#called) peer?.end();
    else peer?.otherEndHungUp(channel.hangupCause);
  }
}
