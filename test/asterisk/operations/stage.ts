import { type AriClient, type AriTransport, createAriClient } from '../../../lib/ari/client.ts';
import type { ReceivedEvent } from '../../support/open-events.ts';
import { until } from '../../support/until.ts';

export const APP = 'operations';

export type TransportName = 'HTTP' | 'WebSocket';

/** The far end of every channel waits there, or talks; `loop` is Asterisk itself, called by SIP. */
export const DIALPLAN = `
[default]
exten => wait,1,Answer()
 same => n,Wait(60)
exten => broadcast,1,StasisBroadcast(20000)
 same => n,Hangup()
`;

export function pjsip(sipPort: number): string {
  return ['phone@127.0.0.1:9', `wait@127.0.0.1:${sipPort}`]
    .map((contact, index) => [contact, ['phone', 'loop'][index]])
    .map(
      ([contact, name]) =>
        `\n[${name}]\ntype = aor\ncontact = sip:${contact}\n\n[${name}]\ntype = endpoint\naors = ${name}\nallow = ulaw\n`,
    )
    .join('');
}

/** Objects that a command can be tried on, all of them in the app of these tests. */
export class Stage {
  readonly transport: TransportName;
  readonly ari: AriClient;
  readonly #events: readonly ReceivedEvent[];
  #made = 0;

  constructor(name: TransportName, transport: AriTransport, events: readonly ReceivedEvent[]) {
    this.transport = name;
    this.ari = createAriClient(transport);
    this.#events = events;
  }

  /** A unique id, with characters that have to be encoded. */
  id(): string {
    this.#made += 1;
    return `${this.transport} ${this.#made}/ä`;
  }

  /** A unique plain name, for files. */
  name(): string {
    this.#made += 1;
    return `${this.transport}-${this.#made}`;
  }

  event(what: string, found: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent> {
    return until(what, () => this.#events.find(found));
  }

  inStasis(channelId: string): Promise<ReceivedEvent> {
    return this.event(
      `the StasisStart of ${channelId}`,
      (event) => event.type === 'StasisStart' && idOf(event) === channelId,
    );
  }

  /** An answered channel in the app. */
  async channel(endpoint = 'Local/wait@default'): Promise<string> {
    const channelId = this.id();
    await this.ari.channels.originateWithId({ channelId, endpoint, app: APP });
    await this.inStasis(channelId);
    return channelId;
  }

  async bridge(): Promise<string> {
    const bridgeId = this.id();
    await this.ari.bridges.createWithId({ bridgeId, type: 'mixing' });
    return bridgeId;
  }

  /** A bridge and a channel in it. */
  async bridged(): Promise<{ bridgeId: string; channelId: string }> {
    const [bridgeId, channelId] = [await this.bridge(), await this.channel()];
    await this.ari.bridges.addChannel({ bridgeId, channel: channelId });
    return { bridgeId, channelId };
  }

  /** A playback that goes on until it is stopped. */
  async playback(): Promise<string> {
    const playbackId = this.id();
    await this.ari.channels.playWithId({ channelId: await this.channel(), playbackId, media: 'sound:silence/10' });
    await this.event(
      'the playback',
      ({ type, playback }) => type === 'PlaybackStarted' && idOf({ playback }) === playbackId,
    );
    return playbackId;
  }

  /** A running recording. */
  async recording(): Promise<string> {
    const name = this.name();
    await this.ari.channels.record({ channelId: await this.channel(), name, format: 'wav' });
    await this.event(
      'the recording',
      ({ type, recording }) => type === 'RecordingStarted' && nameOf(recording) === name,
    );
    return name;
  }

  /** A recording that has become a file. */
  async stored(): Promise<string> {
    const name = await this.recording();
    await this.ari.recordings.stop({ recordingName: name });
    await this.event('its end', ({ type, recording }) => type === 'RecordingFinished' && nameOf(recording) === name);
    return name;
  }
}

function idOf(event: Record<string, unknown>): string | undefined {
  return ((event.channel ?? event.playback) as { id?: string } | undefined)?.id;
}

function nameOf(recording: unknown): string | undefined {
  return (recording as { name?: string } | undefined)?.name;
}
