import { setTimeout as sleep } from 'node:timers/promises';
import type { AriClient } from '../../../lib/ari/client.ts';
import type { ReceivedEvent } from '../../support/open-events.ts';
import { until } from '../../support/until.ts';

export const APP = 'capture';

export const DIALPLAN = `
[default]
exten => wait,1,Answer()
 same => n,Wait(60)
exten => talk,1,Answer()
 same => n,Wait(0.5)
 same => n,Playback(tt-monkeys)
 same => n,Wait(60)
exten => stasis,1,Answer()
 same => n,Stasis(${APP},far end)
exten => transferable,1,Answer()
 same => n,Set(PJSIP_TRANSFER_HANDLING()=ari-only)
 same => n,Stasis(${APP},transferable)
exten => broadcast,1,StasisBroadcast(20000,${APP},,true)
exten => dial,1,Answer()
 same => n,Dial(Local/200@default,,tT)
exten => 200,1,Answer()
 same => n,Wait(60)
`;

export const FEATURES = '[featuremap]\nblindxfer = #1\natxfer = *2\n';

/** `loop` is Asterisk itself, called by SIP; nothing answers at `phone`, which Asterisk qualifies every second. */
export function pjsip(sipPort: number, phonePort = 9): string {
  const endpoint = (name: string, aor: string) =>
    `\n[${name}]\ntype = aor\n${aor}\n\n[${name}]\ntype = endpoint\naors = ${name}\ncontext = default\nallow = ulaw\n`;
  return (
    endpoint('loop', `contact = sip:stasis@127.0.0.1:${sipPort}`) +
    endpoint('transfer', `contact = sip:transferable@127.0.0.1:${sipPort}`) +
    endpoint('phone', `contact = sip:phone@127.0.0.1:${phonePort}\nqualify_frequency = 1\nqualify_timeout = 0.5`)
  );
}

/** The objects that scenes use. */
export interface Scene {
  ari: AriClient;
  events: readonly ReceivedEvent[];
  /** Sends a frame over the event WebSocket. */
  send(frame: object): void;
  /** Moves the phone to an address where it answers. */
  plugInPhone(): Promise<unknown>;
}

type Json = Record<string, never> & { id: string };
type Found = (event: ReceivedEvent & { channel: Json; playback: Json; bridge: Json }) => boolean;

export class Play {
  readonly ari: AriClient;
  readonly scene: Scene;
  readonly #events: readonly ReceivedEvent[];

  constructor(scene: Scene) {
    this.scene = scene;
    this.ari = scene.ari;
    this.#events = scene.events;
  }

  /** Waits for a new event. */
  async comes(
    type: string,
    about: Found = () => true,
    action: () => Promise<unknown> = async () => {},
  ): Promise<ReceivedEvent> {
    const before = this.#events.length;
    await action();
    return until(
      type,
      () => this.#events.slice(before).find((event) => event.type === type && about(event as never)),
      8000,
    );
  }

  /** A channel in the app, whose far end waits, talks, or is in the app as well. */
  async channel(extension = 'wait'): Promise<string> {
    return this.originate(`Local/${extension}@default`);
  }

  async originate(endpoint: string): Promise<string> {
    const channelId = crypto.randomUUID();
    await this.comes(
      'StasisStart',
      ({ channel }) => channel.id === channelId,
      () => this.ari.channels.originateWithId({ channelId, endpoint, app: APP, callerId: 'Alice <100>' }),
    );
    return channelId;
  }

  /** Two channels that hear each other, both in the app. */
  async pair(endpoint = 'Local/stasis@default'): Promise<[near: string, far: string]> {
    let near = '';
    const start = await this.comes(
      'StasisStart',
      (event) => (event.args as string[]).length > 0,
      async () => {
        near = await this.originate(endpoint);
      },
    );
    return [near, (start.channel as Json).id];
  }
}

/** Every scene by the events that it causes. They run one after the other. */
export const SCENES: Record<string, (play: Play) => Promise<unknown>> = {
  'a call that is answered, played to, and hung up': async (play) => {
    const channelId = await play.channel();
    await play.comes('PlaybackFinished', undefined, () =>
      play.ari.channels.play({ channelId, media: ['sound:beep', 'sound:beep'] }),
    );
    await play.comes(
      'ChannelDestroyed',
      ({ channel }) => channel.id === channelId,
      () => play.ari.channels.hangup({ channelId }),
    );
  },
  'a recording': async (play) => {
    const channelId = await play.channel();
    const name = 'fixture';
    await play.comes('RecordingStarted', undefined, () => play.ari.channels.record({ channelId, name, format: 'wav' }));
    await play.comes('RecordingFinished', undefined, () => play.ari.recordings.stop({ recordingName: name }));
  },
  'a key and changed names between two channels': async (play) => {
    const [near, far] = await play.pair();
    await play.comes('ChannelDtmfReceived', undefined, () =>
      play.ari.channels.sendDTMF({ channelId: near, dtmf: '5' }),
    );
    const set = (variable: string, value: string) =>
      play.ari.channels.setChannelVar({ channelId: far, variable, value });
    await play.comes('ChannelCallerId', undefined, () => set('CALLERID(all)', 'Bob <200>'));
    await play.comes('ChannelConnectedLine', undefined, () => set('CONNECTEDLINE(num)', '300'));
    await play.comes('ChannelVarset', undefined, () => set('COLOUR', 'blue'));
  },
  'talking that is detected': async (play) => {
    const channelId = await play.channel('talk');
    await play.comes('ChannelTalkingFinished', undefined, () =>
      play.ari.channels.setChannelVar({ channelId, variable: 'TALK_DETECT(set)', value: '200,128' }),
    );
  },
  'a bridge with two channels, one of them its video source': async (play) => {
    const bridgeId = crypto.randomUUID();
    const channel = [await play.channel(), await play.channel()];
    await play.ari.bridges.createWithId({ bridgeId, type: 'mixing', name: 'room' });
    await play.comes('ChannelEnteredBridge', undefined, () => play.ari.bridges.addChannel({ bridgeId, channel }));
    await play.comes('BridgeVideoSourceChanged', undefined, () =>
      play.ari.bridges.setVideoSource({ bridgeId, channelId: channel[0] as string }),
    );
    await play.comes('ChannelLeftBridge', undefined, () =>
      play.ari.bridges.removeChannel({ bridgeId, channel: channel[0] as string }),
    );
    await play.comes('BridgeDestroyed', undefined, () => play.ari.bridges.destroy({ bridgeId }));
  },
  'a dial': async (play) => {
    const channelId = crypto.randomUUID();
    const caller = await play.channel();
    await play.comes('StasisStart', undefined, () =>
      play.ari.channels.create({ channelId, endpoint: 'Local/wait@default', app: APP }),
    );
    await play.comes(
      'Dial',
      (event) => event.dialstatus === 'ANSWER',
      () => play.ari.channels.dial({ channelId, caller }),
    );
  },
  'a move to an app, and one to an app that nobody has': async (play) => {
    const channelId = await play.channel();
    await play.comes('StasisStart', undefined, () =>
      play.ari.channels.move({ channelId, app: APP, appArgs: 'one,two' }),
    );
    await play.comes('ApplicationMoveFailed', undefined, () =>
      play.ari.channels.move({ channelId, app: 'nobody', appArgs: 'one' }),
    );
  },
  'a call that several apps may claim': async (play) => {
    const call = { channelId: crypto.randomUUID(), otherChannelId: crypto.randomUUID() };
    const broadcast = await play.comes('CallBroadcast', undefined, () =>
      play.ari.channels.originateWithId({ ...call, endpoint: 'Local/broadcast@default', app: APP, callerId: '100' }),
    );
    const { id: channelId } = broadcast.channel as Json;
    await play.comes('CallClaimed', undefined, () => play.ari.events.claimChannel({ channelId, application: APP }));
  },
  'events and states of the user’s own': async (play) => {
    const channelId = await play.channel();
    const event = { eventName: 'tea', application: APP, source: `channel:${channelId}`, variables: { cups: '2' } };
    await play.comes('ChannelUserevent', undefined, () => play.ari.events.userEvent(event));
    await play.comes('DeviceStateChanged', undefined, () =>
      play.ari.deviceStates.update({ deviceName: 'Stasis:door', deviceState: 'INUSE' }),
    );
    await play.ari.deviceStates.delete({ deviceName: 'Stasis:door' });
  },
  'a phone that is plugged in': async (play) => {
    await play.comes('PeerStatusChange', undefined, () => play.scene.plugInPhone());
  },
  // To an extension that the dialplan does not have: Asterisk reports no message to an app that the dialplan accepts.
  'a text message': (play) =>
    play.comes('TextMessageReceived', undefined, () =>
      play.ari.endpoints.sendMessage({ to: 'pjsip:phone', from: 'sip:alice@127.0.0.1', body: 'hello' }),
    ),
  'a command over the WebSocket': (play) =>
    play.comes('RESTResponse', undefined, async () =>
      play.scene.send({
        type: 'RESTRequest',
        transaction_id: 't',
        request_id: 'r',
        method: 'GET',
        uri: 'asterisk/ping',
      }),
    ),
  'a blind transfer by keys': async (play) => {
    const channelId = await play.channel('dial');
    await sleep(500);
    await play.comes('BridgeBlindTransfer', undefined, () =>
      play.ari.channels.sendDTMF({ channelId, dtmf: '#1200#', between: 100 }),
    );
  },
  'an attended transfer by keys, which holds the other party meanwhile': async (play) => {
    const channelId = await play.channel('dial');
    await sleep(500);
    await play.ari.channels.sendDTMF({ channelId, dtmf: '*2200#', between: 100 });
    // The caller alone, and the other two together: before both have talked, the event names no second leg.
    await until('both talks', async () => {
      const talks = await play.ari.bridges.list();
      return talks.length === 2 && talks.flatMap(({ channels }) => channels).length === 3;
    });
    await play.comes('BridgeAttendedTransfer', undefined, () => play.ari.channels.hangup({ channelId }));
  },
  'a transfer that is left to the app': async (play) => {
    const [near] = await play.pair('PJSIP/transfer');
    await play.comes('ChannelTransfer', undefined, () =>
      play.ari.channels.redirect({ channelId: near, endpoint: 'PJSIP/sip:200@127.0.0.1' }),
    );
  },
};
