import type { Bridge as BridgeSnapshot } from '../../ari/generated/model.ts';
import { type Apps, ariTime } from '../app/apps.ts';
import { exchangeAccounts, shareAccounts } from '../channel/accounts.ts';
import type { Channel } from '../channel/channel.ts';
import { NOBODY, type Party } from '../channel/party.ts';
import type { Clock } from '../clock.ts';
import { setVariable } from '../dialplan/variables.ts';

/** How a bridge is to be, by the words of its type. */
export interface BridgeKind {
  holding: boolean;
  video: 'talker' | 'single' | 'sfu';
}

/** What the words of a bridge's type make of it; undefined where they contradict each other or say nothing. */
export function bridgeKind(type: string | undefined): BridgeKind | undefined {
  const words = (type || 'mixing').split(',').map((word) => word.trim());
  const video = words.includes('video_sfu') ? 'sfu' : words.includes('video_single') ? 'single' : 'talker';
  const [mixing, holding] = [words.includes('mixing'), words.includes('holding')];
  if (video === 'sfu') return { holding: false, video };
  return mixing === holding ? undefined : { holding, video };
}

export interface BridgeWish {
  id: string;
  name: string;
  kind: BridgeKind;
  isInvisible?: boolean;
}

type Writer = (write: () => void) => void;

/** A bridge, and who sits in it. */
export class Bridge {
  readonly id: string;
  readonly name: string;
  readonly kind: BridgeKind;
  readonly isInvisible: boolean;
  readonly variables = new Map<string, string>();
  readonly reported = new Set<string>();
  readonly members: Channel[] = [];
  /** How something is written to a member, in the thread that reads it. */
  readonly #writers = new Map<Channel, Writer>();
  /** Channels of Asterisk's own in it: an announcer, a recorder, music. */
  readonly #helpers = new Set<Channel>();
  videoSource: string | undefined;
  /** Nobody can enter it any more. */
  isDestroyed = false;
  /** Commands and channels that still refer to it. */
  #references = 0;
  #end: (() => void) | undefined;
  readonly #apps: Apps;
  readonly #onlyHelpersLeft: () => void;
  readonly #createdAt: Date;
  #video: BridgeKind['video'];
  #technology: string;
  #known: BridgeSnapshot;

  /** @param onlyHelpersLeft called when the last channel has left that is not Asterisk's own */
  constructor(wish: BridgeWish, apps: Apps, clock: Clock, onlyHelpersLeft: (bridge: Bridge) => void = () => {}) {
    this.id = wish.id;
    this.name = wish.name;
    this.kind = wish.kind;
    this.isInvisible = wish.isInvisible ?? false;
    this.#apps = apps;
    this.#onlyHelpersLeft = () => onlyHelpersLeft(this);
    this.#createdAt = clock.now();
    this.#video = wish.kind.video;
    this.#technology = this.#fittingTechnology;
    this.#known = this.snapshot;
    if (!this.isInvisible) this.#apps.tell([this.id], 'BridgeCreated', { bridge: this.snapshot });
  }

  /** The bridge as it was when something happened to it last. */
  get known(): BridgeSnapshot {
    return this.#known;
  }

  get snapshot(): BridgeSnapshot {
    const reported = [...this.reported].map((name) => [name, this.variables.get(name) ?? '']);
    return {
      id: this.id,
      technology: this.#technology,
      bridge_type: this.kind.holding ? 'holding' : 'mixing',
      bridge_class: 'stasis',
      creator: 'Stasis',
      name: this.name,
      channels: this.members.map(({ id }) => id),
      creationtime: ariTime(this.#createdAt),
      video_mode: this.#video,
      ...(this.videoSource !== undefined && { video_source_id: this.videoSource }),
      ...(reported.length > 0 && { bridgevars: Object.fromEntries(reported) }),
    };
  }

  refer(): void {
    this.#references += 1;
  }

  letGo(): void {
    this.#references -= 1;
    if (this.#references === 0) this.#end?.();
  }

  /** Does something at the very end: once nothing refers to it any more. */
  endWith(action: () => void): void {
    if (this.#references === 0) action();
    else this.#end = action;
  }

  /** What has changed since is known from now on; a new source of the video makes an event. */
  publish(): void {
    const old_video_source_id = this.#known.video_source_id;
    this.#known = this.snapshot;
    if (this.#known.video_source_id === old_video_source_id) return;
    const before = old_video_source_id === undefined ? {} : { old_video_source_id };
    this.#apps.tell([this.id], 'BridgeVideoSourceChanged', { bridge: this.#known, ...before });
  }

  set(name: string, value: string | undefined, isReported: boolean): void {
    // An empty value removes a variable.
    if (!value) this.variables.delete(name);
    else this.variables.set(name, value);
    if (isReported && value) this.reported.add(name);
    else this.reported.delete(name);
  }

  /** Takes a channel in, and emits the event. */
  enter(channel: Channel, writer: Writer): void {
    this.members.push(channel);
    this.#writers.set(channel, writer);
    channel.bridgeId = this.id;
    if (this.isInvisible) return;
    if (!this.kind.holding) {
      this.#shareCallId();
      const others = [...this.members, ...this.#helpers].filter((other) => other !== channel);
      for (const other of others) {
        shareAccounts(channel, other);
        if (others.length === 1) exchangeAccounts(channel, other);
      }
    }
    // Asterisk looks at all of them again.
    if (this.kind.holding) for (const member of this.members) member.publish();
    this.publish();
    this.#apps.tell([this.id], 'ChannelEnteredBridge', { bridge: this.snapshot, channel: channel.known });
    this.reconfigure();
    this.#introduce();
  }

  leave(channel: Channel): void {
    const at = this.members.indexOf(channel);
    if (at < 0) return;
    this.members.splice(at, 1);
    this.#writers.delete(channel);
    channel.bridgeId = undefined;
    if (this.isInvisible) return;
    const [one, other, ...more] = [...this.members, ...this.#helpers];
    if (!this.kind.holding && one && other && more.length === 0) {
      shareAccounts(one, other);
      exchangeAccounts(one, other);
    }
    this.publish();
    setVariable(channel, 'BRIDGEPEER', undefined);
    setVariable(channel, 'BRIDGEPVTCALLID', undefined);
    this.#apps.tell([this.id], 'ChannelLeftBridge', { bridge: this.snapshot, channel: channel.known });
    this.reconfigure();
    this.#introduce();
    // Asterisk takes its video away after all that: the event comes with the next change.
    if (this.videoSource === channel.id) this.videoSource = undefined;
    this.#sendHelpersAway();
  }

  /** A channel of Asterisk's own comes. */
  admit(helper: Channel): void {
    this.#helpers.add(helper);
    this.reconfigure();
    this.#introduce();
  }

  /** A channel of Asterisk's own goes. */
  dismiss(helper: Channel): void {
    this.#helpers.delete(helper);
    this.reconfigure();
    this.#introduce();
    this.#sendHelpersAway();
  }

  /** Shows one channel's video to all. */
  showVideoOf(id: string): void {
    this.videoSource = id;
    this.#video = 'single';
    this.publish();
  }

  /** From now on the video follows who talks. There is no event. */
  forgetVideoSource(): void {
    this.videoSource = undefined;
    this.#video = 'talker';
  }

  /** Lets all members hear that sound comes, which is progress for those who are not answered yet. */
  announceSound(): void {
    for (const member of this.members) this.#writers.get(member)?.(() => member.indicate('progress'));
  }

  /** Where somebody has left, Asterisk's own channels do not stay alone. */
  #sendHelpersAway(): void {
    if (this.members.length > 0 || this.#helpers.size === 0) return;
    // Their leaving is a change.
    this.publish();
    this.#onlyHelpersLeft();
  }

  /**
   * Fits the bridge to its members, which is known from now on. Asterisk does so after the event of a change, and where
   * somebody snoops on a member or mutes it.
   */
  reconfigure(): void {
    this.#technology = this.#fittingTechnology;
    this.#namePeers();
    this.publish();
  }

  get #fittingTechnology(): string {
    if (this.kind.holding) return 'holding_bridge';
    if (this.kind.video === 'sfu') return 'softmix';
    return this.#size > 2 ? 'softmix' : 'simple_bridge';
  }

  /** All channels of a bridge belong to the oldest call among theirs, be it that of a channel of Asterisk's own. */
  #shareCallId(): void {
    const [oldest] = [...this.members, ...this.#helpers]
      .map(({ call }) => call)
      .toSorted((a, b) => a.number - b.number);
    if (oldest === undefined) return;
    for (const member of this.members) {
      if (member.linkedid === oldest.linkedid) continue;
      member.call = oldest;
      member.publish();
    }
  }

  /** Each has the names of the others in a variable; one of two has the other's SIP Call-ID as well. */
  #namePeers(): void {
    if (this.kind.holding || this.#size < 2) return;
    for (const member of this.members) {
      const others = this.members.filter((other) => other !== member);
      if (others.length > 0) setVariable(member, 'BRIDGEPEER', others.map(({ name }) => name).join());
      const callId = this.#size === 2 ? others[0]?.protocolId : undefined;
      setVariable(member, 'BRIDGEPVTCALLID', callId || undefined);
    }
  }

  get #size(): number {
    return this.members.length + this.#helpers.size;
  }

  /** Two in a bridge learn who the other is. */
  #introduce(): void {
    const [one, other] = this.members;
    if (!one || this.#technology !== 'simple_bridge' || this.#size !== 2) return;
    // A channel of Asterisk's own is nobody.
    const pairs: [Channel, Party][] = other
      ? [
          [one, other.caller],
          [other, one.caller],
        ]
      : [[one, NOBODY]];
    for (const [member, party] of pairs) {
      this.#writers.get(member)?.(() => {
        if (member.connected.name === party.name && member.connected.number === party.number) return;
        member.connected = party;
        member.publish();
        member.technology.connectedLine(member, party);
      });
    }
  }
}
