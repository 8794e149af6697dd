/** The parts of an ARI event that identify what it is about. All other fields are forwarded unread. */
export interface EventSubject {
  channelId?: string;
  /** That channel as in the event; absent where the event only names it. */
  channel?: Fields;
  /** Asterisk's linkedid, where the event's channel has it. */
  callId?: string;
  /** What the event names, first the channel that it concerns: `channel/1795403597.0`, `bridge/100`, `device/Stasis:lamp`. */
  resources: string[];
}

type Fields = Record<string, unknown>;

/** Fields of events with a channel; first the one that the event is about. */
const CHANNEL_FIELDS =
  'channel transferer_first_leg transferer_second_leg peer caller forwarded replace_channel transferee transfer_target'.split(
    ' ',
  );
/** Fields of events with a bridge. */
const BRIDGE_FIELDS =
  'bridge bridge_from transferer_first_leg_bridge transferer_second_leg_bridge destination_threeway_bridge'.split(' ');

/** Reads what an ARI event is about from its fields, and from the `target_uri` of a playback or a recording. */
export function subjectOf(event: Fields): EventSubject {
  const resources = new Set<string>();
  let channel: Fields | undefined;
  let channelId: string | undefined;
  let callId: string | undefined;

  for (const field of CHANNEL_FIELDS) {
    const named = asObject(event[field]);
    if (typeof named?.id !== 'string') continue;
    channel ??= named;
    channelId ??= named.id;
    callId ??= linkedIdOf(named);
    resources.add(`channel/${named.id}`);
  }
  for (const field of BRIDGE_FIELDS) {
    const bridge = asObject(event[field]);
    if (typeof bridge?.id === 'string') resources.add(`bridge/${bridge.id}`);
  }

  const playback = asObject(event.playback);
  if (typeof playback?.id === 'string') resources.add(`playback/${playback.id}`);
  const recording = asObject(event.recording);
  if (typeof recording?.name === 'string') resources.add(`recording/${recording.name}`);

  const endpoint = asObject(event.endpoint);
  if (typeof endpoint?.technology === 'string') resources.add(`endpoint/${endpoint.technology}/${endpoint.resource}`);
  const device = asObject(event.device_state);
  if (typeof device?.name === 'string') resources.add(`device/${device.name}`);

  // "channel:1795403597.0" or "bridge:100"
  const uri = playback?.target_uri ?? recording?.target_uri;
  const target = typeof uri === 'string' ? /^(channel|bridge):(.+)$/s.exec(uri) : null;
  if (target) {
    const [, kind, id] = target;
    if (kind === 'channel') channelId ??= id;
    resources.add(`${kind}/${id}`);
  }
  return {
    ...(channelId !== undefined && { channelId }),
    ...(channel && { channel }),
    ...(callId !== undefined && { callId }),
    resources: [...resources],
  };
}

function linkedIdOf(channel: Fields): string | undefined {
  const linkedId = asObject(channel.channelvars)?.['CHANNEL(linkedid)'];
  return typeof linkedId === 'string' && linkedId !== '' ? linkedId : undefined;
}

function asObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}
