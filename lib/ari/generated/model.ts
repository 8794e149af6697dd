// Written by `npm run generate:ari` from the API description of a running Asterisk. Do not edit.

export interface AdditionalParam {
  parameter_name: string;
  parameter_value: string;
}

export interface Application {
  name: string;
  channel_ids: string[];
  bridge_ids: string[];
  endpoint_ids: string[];
  device_names: string[];
  events_allowed: Record<string, unknown>[];
  events_disallowed: Record<string, unknown>[];
}

export interface ApplicationMoveFailed extends Event {
  type: 'ApplicationMoveFailed';
  channel: Channel;
  destination: string;
  args: string[];
}

export interface ApplicationRegistered extends Event {
  type: 'ApplicationRegistered';
}

export interface ApplicationReplaced extends Event {
  type: 'ApplicationReplaced';
}

export interface ApplicationUnregistered extends Event {
  type: 'ApplicationUnregistered';
}

export interface AsteriskInfo {
  build?: BuildInfo;
  system?: SystemInfo;
  config?: ConfigInfo;
  status?: StatusInfo;
}

export interface AsteriskPing {
  asterisk_id: string;
  ping: string;
  timestamp: string;
}

export interface Bridge {
  id: string;
  technology: string;
  bridge_type: 'mixing' | 'holding';
  bridge_class: string;
  creator: string;
  name: string;
  channels: string[];
  video_mode?: string;
  video_source_id?: string;
  creationtime: string;
  bridgevars?: Record<string, unknown>;
}

export interface BridgeAttendedTransfer extends Event {
  type: 'BridgeAttendedTransfer';
  transferer_first_leg: Channel;
  transferer_second_leg: Channel;
  replace_channel?: Channel;
  transferee?: Channel;
  transfer_target?: Channel;
  result: string;
  is_external: boolean;
  transferer_first_leg_bridge?: Bridge;
  transferer_second_leg_bridge?: Bridge;
  destination_type: string;
  destination_bridge?: string;
  destination_application?: string;
  destination_link_first_leg?: Channel;
  destination_link_second_leg?: Channel;
  destination_threeway_channel?: Channel;
  destination_threeway_bridge?: Bridge;
}

export interface BridgeBlindTransfer extends Event {
  type: 'BridgeBlindTransfer';
  channel: Channel;
  replace_channel?: Channel;
  transferee?: Channel;
  exten: string;
  context: string;
  result: string;
  is_external: boolean;
  bridge?: Bridge;
}

export interface BridgeCreated extends Event {
  type: 'BridgeCreated';
  bridge: Bridge;
}

export interface BridgeDestroyed extends Event {
  type: 'BridgeDestroyed';
  bridge: Bridge;
}

export interface BridgeMerged extends Event {
  type: 'BridgeMerged';
  bridge: Bridge;
  bridge_from: Bridge;
}

export interface BridgeVideoSourceChanged extends Event {
  type: 'BridgeVideoSourceChanged';
  bridge: Bridge;
  old_video_source_id?: string;
}

export interface BuildInfo {
  os: string;
  kernel: string;
  options: string;
  machine: string;
  date: string;
  user: string;
}

export interface CallBroadcast extends Event {
  type: 'CallBroadcast';
  channel: Channel;
  caller?: string;
  called?: string;
}

export interface CallClaimed extends Event {
  type: 'CallClaimed';
  channel: Channel;
  winner_app: string;
}

export interface CallerID {
  name: string;
  number: string;
}

export interface Channel {
  id: string;
  protocol_id: string;
  name: string;
  state: 'Down' | 'Rsrved' | 'OffHook' | 'Dialing' | 'Ring' | 'Ringing' | 'Up' | 'Busy' | 'Dialing Offhook' | 'Pre-ring' | 'Unknown';
  caller: CallerID;
  connected: CallerID;
  accountcode: string;
  dialplan: DialplanCEP;
  creationtime: string;
  language: string;
  channelvars?: Record<string, unknown>;
  caller_rdnis?: string;
  tenantid?: string;
}

export interface ChannelCallerId extends Event {
  type: 'ChannelCallerId';
  caller_presentation: number;
  caller_presentation_txt: string;
  channel: Channel;
}

export interface ChannelConnectedLine extends Event {
  type: 'ChannelConnectedLine';
  channel: Channel;
}

export interface ChannelCreated extends Event {
  type: 'ChannelCreated';
  channel: Channel;
}

export interface ChannelDestroyed extends Event {
  type: 'ChannelDestroyed';
  cause: number;
  cause_txt: string;
  tech_cause?: number;
  channel: Channel;
}

export interface ChannelDialplan extends Event {
  type: 'ChannelDialplan';
  channel: Channel;
  dialplan_app: string;
  dialplan_app_data: string;
}

export interface ChannelDtmfReceived extends Event {
  type: 'ChannelDtmfReceived';
  digit: string;
  duration_ms: number;
  channel: Channel;
}

export interface ChannelEnteredBridge extends Event {
  type: 'ChannelEnteredBridge';
  bridge: Bridge;
  channel?: Channel;
}

export interface ChannelHangupRequest extends Event {
  type: 'ChannelHangupRequest';
  cause?: number;
  tech_cause?: number;
  soft?: boolean;
  channel: Channel;
}

export interface ChannelHold extends Event {
  type: 'ChannelHold';
  channel: Channel;
  musicclass?: string;
}

export interface ChannelLeftBridge extends Event {
  type: 'ChannelLeftBridge';
  bridge: Bridge;
  channel: Channel;
}

export interface ChannelStateChange extends Event {
  type: 'ChannelStateChange';
  channel: Channel;
}

export interface ChannelTalkingFinished extends Event {
  type: 'ChannelTalkingFinished';
  channel: Channel;
  duration: number;
}

export interface ChannelTalkingStarted extends Event {
  type: 'ChannelTalkingStarted';
  channel: Channel;
}

export interface ChannelToneDetected extends Event {
  type: 'ChannelToneDetected';
  channel: Channel;
}

export interface ChannelTransfer extends Event {
  type: 'ChannelTransfer';
  state?: string;
  refer_to: ReferTo;
  referred_by: ReferredBy;
}

export interface ChannelUnhold extends Event {
  type: 'ChannelUnhold';
  channel: Channel;
}

export interface ChannelUserevent extends Event {
  type: 'ChannelUserevent';
  eventname: string;
  channel?: Channel;
  bridge?: Bridge;
  endpoint?: Endpoint;
  userevent: Record<string, unknown>;
}

export interface ChannelVarset extends Event {
  type: 'ChannelVarset';
  variable: string;
  value: string;
  channel?: Channel;
}

export interface ConfigInfo {
  name: string;
  default_language: string;
  max_channels?: number;
  max_open_files?: number;
  max_load?: number;
  setid: SetId;
}

export interface ConfigTuple {
  attribute: string;
  value: string;
}

export interface ContactInfo {
  uri: string;
  contact_status: 'Unreachable' | 'Reachable' | 'Unknown' | 'NonQualified' | 'Removed';
  aor: string;
  roundtrip_usec?: string;
}

export interface ContactStatusChange extends Event {
  type: 'ContactStatusChange';
  endpoint: Endpoint;
  contact_info: ContactInfo;
}

export interface DeviceState {
  name: string;
  state: 'UNKNOWN' | 'NOT_INUSE' | 'INUSE' | 'BUSY' | 'INVALID' | 'UNAVAILABLE' | 'RINGING' | 'RINGINUSE' | 'ONHOLD';
}

export interface DeviceStateChanged extends Event {
  type: 'DeviceStateChanged';
  device_state: DeviceState;
}

export interface Dial extends Event {
  type: 'Dial';
  caller?: Channel;
  peer: Channel;
  forward?: string;
  forwarded?: Channel;
  dialstring?: string;
  dialstatus: string;
}

export interface Dialed {

}

export interface DialplanCEP {
  context: string;
  exten: string;
  priority: number;
  app_name: string;
  app_data: string;
}

export interface Endpoint {
  technology: string;
  resource: string;
  state?: 'unknown' | 'offline' | 'online';
  channel_ids: string[];
}

export interface EndpointStateChange extends Event {
  type: 'EndpointStateChange';
  endpoint: Endpoint;
}

export interface Event extends Message {
  application: string;
  timestamp: string;
}

export interface FormatLangPair {
  language: string;
  format: string;
}

export interface LiveRecording {
  name: string;
  format: string;
  target_uri: string;
  state: 'queued' | 'recording' | 'paused' | 'done' | 'failed' | 'canceled';
  duration?: number;
  talking_duration?: number;
  silence_duration?: number;
  cause?: string;
}

export interface LogChannel {
  channel: string;
  type: string;
  status: string;
  configuration: string;
}

export interface Mailbox {
  name: string;
  old_messages: number;
  new_messages: number;
}

export interface Message {
  type: string;
  asterisk_id?: string;
}

export interface MissingParams extends Message {
  params: string[];
}

export interface Module {
  name: string;
  description: string;
  use_count: number;
  status: string;
  support_level: string;
}

export interface Peer {
  peer_status: string;
  cause?: string;
  address?: string;
  port?: string;
  time?: string;
}

export interface PeerStatusChange extends Event {
  type: 'PeerStatusChange';
  endpoint: Endpoint;
  peer: Peer;
}

export interface Playback {
  id: string;
  media_uri: string;
  next_media_uri?: string;
  target_uri: string;
  language?: string;
  state: 'queued' | 'playing' | 'continuing' | 'done' | 'failed';
}

export interface PlaybackContinuing extends Event {
  type: 'PlaybackContinuing';
  playback: Playback;
}

export interface PlaybackFinished extends Event {
  type: 'PlaybackFinished';
  playback: Playback;
}

export interface PlaybackStarted extends Event {
  type: 'PlaybackStarted';
  playback: Playback;
}

export interface RESTHeader {
  name: string;
  value: string;
}

export interface RESTQueryStringParameter {
  name: string;
  value: string;
}

export interface RESTRequest {
  type: string;
  transaction_id: string;
  request_id: string;
  method: string;
  uri: string;
  content_type?: string;
  query_strings?: RESTQueryStringParameter[];
  message_body?: string;
}

export interface RESTResponse extends Event {
  type: 'RESTResponse';
  transaction_id: string;
  request_id: string;
  status_code: number;
  reason_phrase: string;
  uri: string;
  content_type?: string;
  message_body?: string;
}

export interface RTPstat {
  txcount: number;
  rxcount: number;
  txjitter?: number;
  rxjitter?: number;
  remote_maxjitter?: number;
  remote_minjitter?: number;
  remote_normdevjitter?: number;
  remote_stdevjitter?: number;
  local_maxjitter?: number;
  local_minjitter?: number;
  local_normdevjitter?: number;
  local_stdevjitter?: number;
  txploss: number;
  rxploss: number;
  remote_maxrxploss?: number;
  remote_minrxploss?: number;
  remote_normdevrxploss?: number;
  remote_stdevrxploss?: number;
  local_maxrxploss?: number;
  local_minrxploss?: number;
  local_normdevrxploss?: number;
  local_stdevrxploss?: number;
  rtt?: number;
  maxrtt?: number;
  minrtt?: number;
  normdevrtt?: number;
  stdevrtt?: number;
  local_ssrc: number;
  remote_ssrc: number;
  txoctetcount: number;
  rxoctetcount: number;
  channel_uniqueid: string;
}

export interface RecordingFailed extends Event {
  type: 'RecordingFailed';
  recording: LiveRecording;
}

export interface RecordingFinished extends Event {
  type: 'RecordingFinished';
  recording: LiveRecording;
}

export interface RecordingStarted extends Event {
  type: 'RecordingStarted';
  recording: LiveRecording;
}

export interface ReferTo {
  requested_destination: RequiredDestination;
  destination_channel?: Channel;
  connected_channel?: Channel;
  bridge?: Bridge;
}

export interface ReferredBy {
  source_channel: Channel;
  connected_channel?: Channel;
  bridge?: Bridge;
}

export interface RequiredDestination {
  protocol_id?: string;
  destination?: string;
  additional_protocol_params?: AdditionalParam[];
}

export interface SetId {
  user: string;
  group: string;
}

export interface Sound {
  id: string;
  text?: string;
  formats: FormatLangPair[];
}

export interface StasisEnd extends Event {
  type: 'StasisEnd';
  channel: Channel;
}

export interface StasisStart extends Event {
  type: 'StasisStart';
  args: string[];
  channel: Channel;
  replace_channel?: Channel;
}

export interface StatusInfo {
  startup_time: string;
  last_reload_time: string;
}

export interface StoredRecording {
  name: string;
  format: string;
}

export interface SystemInfo {
  version: string;
  entity_id: string;
}

export interface TextMessage {
  from: string;
  to: string;
  body: string;
  variables?: Record<string, unknown>;
}

export interface TextMessageReceived extends Event {
  type: 'TextMessageReceived';
  message: TextMessage;
  endpoint?: Endpoint;
}

export interface Variable {
  value: string;
}

export interface Variables {
  variables: Record<string, unknown>;
}

/** Each event type of the model by its name. */
export interface AriEventMap {
  ApplicationMoveFailed: ApplicationMoveFailed;
  ApplicationRegistered: ApplicationRegistered;
  ApplicationReplaced: ApplicationReplaced;
  ApplicationUnregistered: ApplicationUnregistered;
  BridgeAttendedTransfer: BridgeAttendedTransfer;
  BridgeBlindTransfer: BridgeBlindTransfer;
  BridgeCreated: BridgeCreated;
  BridgeDestroyed: BridgeDestroyed;
  BridgeMerged: BridgeMerged;
  BridgeVideoSourceChanged: BridgeVideoSourceChanged;
  CallBroadcast: CallBroadcast;
  CallClaimed: CallClaimed;
  ChannelCallerId: ChannelCallerId;
  ChannelConnectedLine: ChannelConnectedLine;
  ChannelCreated: ChannelCreated;
  ChannelDestroyed: ChannelDestroyed;
  ChannelDialplan: ChannelDialplan;
  ChannelDtmfReceived: ChannelDtmfReceived;
  ChannelEnteredBridge: ChannelEnteredBridge;
  ChannelHangupRequest: ChannelHangupRequest;
  ChannelHold: ChannelHold;
  ChannelLeftBridge: ChannelLeftBridge;
  ChannelStateChange: ChannelStateChange;
  ChannelTalkingFinished: ChannelTalkingFinished;
  ChannelTalkingStarted: ChannelTalkingStarted;
  ChannelToneDetected: ChannelToneDetected;
  ChannelTransfer: ChannelTransfer;
  ChannelUnhold: ChannelUnhold;
  ChannelUserevent: ChannelUserevent;
  ChannelVarset: ChannelVarset;
  ContactStatusChange: ContactStatusChange;
  DeviceStateChanged: DeviceStateChanged;
  Dial: Dial;
  EndpointStateChange: EndpointStateChange;
  PeerStatusChange: PeerStatusChange;
  PlaybackContinuing: PlaybackContinuing;
  PlaybackFinished: PlaybackFinished;
  PlaybackStarted: PlaybackStarted;
  RESTResponse: RESTResponse;
  RecordingFailed: RecordingFailed;
  RecordingFinished: RecordingFinished;
  RecordingStarted: RecordingStarted;
  StasisEnd: StasisEnd;
  StasisStart: StasisStart;
  TextMessageReceived: TextMessageReceived;
}

/** The same names, for use at run time. */
export const eventTypes: readonly (keyof AriEventMap)[] = [
  'ApplicationMoveFailed',
  'ApplicationRegistered',
  'ApplicationReplaced',
  'ApplicationUnregistered',
  'BridgeAttendedTransfer',
  'BridgeBlindTransfer',
  'BridgeCreated',
  'BridgeDestroyed',
  'BridgeMerged',
  'BridgeVideoSourceChanged',
  'CallBroadcast',
  'CallClaimed',
  'ChannelCallerId',
  'ChannelConnectedLine',
  'ChannelCreated',
  'ChannelDestroyed',
  'ChannelDialplan',
  'ChannelDtmfReceived',
  'ChannelEnteredBridge',
  'ChannelHangupRequest',
  'ChannelHold',
  'ChannelLeftBridge',
  'ChannelStateChange',
  'ChannelTalkingFinished',
  'ChannelTalkingStarted',
  'ChannelToneDetected',
  'ChannelTransfer',
  'ChannelUnhold',
  'ChannelUserevent',
  'ChannelVarset',
  'ContactStatusChange',
  'DeviceStateChanged',
  'Dial',
  'EndpointStateChange',
  'PeerStatusChange',
  'PlaybackContinuing',
  'PlaybackFinished',
  'PlaybackStarted',
  'RESTResponse',
  'RecordingFailed',
  'RecordingFinished',
  'RecordingStarted',
  'StasisEnd',
  'StasisStart',
  'TextMessageReceived',
];
