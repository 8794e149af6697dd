// Written by `npm run generate:ari` from the API description of a running Asterisk. Do not edit.

import type { CallOptions } from '../call-options.ts';
import type { Media } from '../media.ts';
import type { VariableValues } from '../variable-values.ts';
import type { Application, AsteriskInfo, AsteriskPing, Bridge, Channel, ConfigTuple, DeviceState, Endpoint, LiveRecording, LogChannel, Mailbox, Module, Playback, RTPstat, Sound, StoredRecording, Variable, Variables } from './model.ts';

/** `METHOD path`, then the body parameter: `{name}` travels under its key, `name` is the whole body. */
export const operations = {
  asterisk: {
    getObject: 'GET /asterisk/config/dynamic/{configClass}/{objectType}/{id}',
    updateObject: 'PUT /asterisk/config/dynamic/{configClass}/{objectType}/{id} {fields}',
    deleteObject: 'DELETE /asterisk/config/dynamic/{configClass}/{objectType}/{id}',
    getInfo: 'GET /asterisk/info',
    ping: 'GET /asterisk/ping',
    listModules: 'GET /asterisk/modules',
    getModule: 'GET /asterisk/modules/{moduleName}',
    loadModule: 'POST /asterisk/modules/{moduleName}',
    unloadModule: 'DELETE /asterisk/modules/{moduleName}',
    reloadModule: 'PUT /asterisk/modules/{moduleName}',
    listLogChannels: 'GET /asterisk/logging',
    addLog: 'POST /asterisk/logging/{logChannelName}',
    deleteLog: 'DELETE /asterisk/logging/{logChannelName}',
    rotateLog: 'PUT /asterisk/logging/{logChannelName}/rotate',
    getGlobalVar: 'GET /asterisk/variable',
    setGlobalVar: 'POST /asterisk/variable',
  },
  endpoints: {
    list: 'GET /endpoints',
    sendMessage: 'PUT /endpoints/sendMessage {variables}',
    refer: 'POST /endpoints/refer {variables}',
    listByTech: 'GET /endpoints/{tech}',
    get: 'GET /endpoints/{tech}/{resource}',
    sendMessageToEndpoint: 'PUT /endpoints/{tech}/{resource}/sendMessage {variables}',
    referToEndpoint: 'POST /endpoints/{tech}/{resource}/refer {variables}',
  },
  channels: {
    list: 'GET /channels',
    originate: 'POST /channels {variables}',
    create: 'POST /channels/create {variables}',
    get: 'GET /channels/{channelId}',
    originateWithId: 'POST /channels/{channelId} {variables}',
    hangup: 'DELETE /channels/{channelId}',
    continueInDialplan: 'POST /channels/{channelId}/continue',
    move: 'POST /channels/{channelId}/move',
    redirect: 'POST /channels/{channelId}/redirect',
    answer: 'POST /channels/{channelId}/answer',
    ring: 'POST /channels/{channelId}/ring',
    ringStop: 'DELETE /channels/{channelId}/ring',
    progress: 'POST /channels/{channelId}/progress',
    sendDTMF: 'POST /channels/{channelId}/dtmf',
    mute: 'POST /channels/{channelId}/mute',
    unmute: 'DELETE /channels/{channelId}/mute',
    hold: 'POST /channels/{channelId}/hold',
    unhold: 'DELETE /channels/{channelId}/hold',
    startMoh: 'POST /channels/{channelId}/moh',
    stopMoh: 'DELETE /channels/{channelId}/moh',
    startSilence: 'POST /channels/{channelId}/silence',
    stopSilence: 'DELETE /channels/{channelId}/silence',
    play: 'POST /channels/{channelId}/play',
    playWithId: 'POST /channels/{channelId}/play/{playbackId}',
    record: 'POST /channels/{channelId}/record',
    getChannelVar: 'GET /channels/{channelId}/variable',
    setChannelVar: 'POST /channels/{channelId}/variable',
    getChannelVars: 'GET /channels/{channelId}/variables',
    setChannelVars: 'POST /channels/{channelId}/variables {variables}',
    snoopChannel: 'POST /channels/{channelId}/snoop',
    snoopChannelWithId: 'POST /channels/{channelId}/snoop/{snoopId}',
    dial: 'POST /channels/{channelId}/dial',
    rtpstatistics: 'GET /channels/{channelId}/rtp_statistics',
    externalMedia: 'POST /channels/externalMedia {variables}',
    transfer_progress: 'POST /channels/{channelId}/transfer_progress',
  },
  bridges: {
    list: 'GET /bridges',
    create: 'POST /bridges variables',
    createWithId: 'POST /bridges/{bridgeId} {variables}',
    get: 'GET /bridges/{bridgeId}',
    destroy: 'DELETE /bridges/{bridgeId}',
    getBridgeVar: 'GET /bridges/{bridgeId}/variable',
    setBridgeVar: 'POST /bridges/{bridgeId}/variable',
    getBridgeVars: 'GET /bridges/{bridgeId}/variables',
    setBridgeVars: 'POST /bridges/{bridgeId}/variables {variables}',
    addChannel: 'POST /bridges/{bridgeId}/addChannel',
    removeChannel: 'POST /bridges/{bridgeId}/removeChannel',
    setVideoSource: 'POST /bridges/{bridgeId}/videoSource/{channelId}',
    clearVideoSource: 'DELETE /bridges/{bridgeId}/videoSource',
    startMoh: 'POST /bridges/{bridgeId}/moh',
    stopMoh: 'DELETE /bridges/{bridgeId}/moh',
    play: 'POST /bridges/{bridgeId}/play',
    playWithId: 'POST /bridges/{bridgeId}/play/{playbackId}',
    record: 'POST /bridges/{bridgeId}/record',
  },
  recordings: {
    listStored: 'GET /recordings/stored',
    getStored: 'GET /recordings/stored/{recordingName}',
    deleteStored: 'DELETE /recordings/stored/{recordingName}',
    getStoredFile: 'GET /recordings/stored/{recordingName}/file',
    copyStored: 'POST /recordings/stored/{recordingName}/copy',
    getLive: 'GET /recordings/live/{recordingName}',
    cancel: 'DELETE /recordings/live/{recordingName}',
    stop: 'POST /recordings/live/{recordingName}/stop',
    pause: 'POST /recordings/live/{recordingName}/pause',
    unpause: 'DELETE /recordings/live/{recordingName}/pause',
    mute: 'POST /recordings/live/{recordingName}/mute',
    unmute: 'DELETE /recordings/live/{recordingName}/mute',
  },
  sounds: {
    list: 'GET /sounds',
    get: 'GET /sounds/{soundId}',
  },
  playbacks: {
    get: 'GET /playbacks/{playbackId}',
    stop: 'DELETE /playbacks/{playbackId}',
    control: 'POST /playbacks/{playbackId}/control',
  },
  deviceStates: {
    list: 'GET /deviceStates',
    get: 'GET /deviceStates/{deviceName}',
    update: 'PUT /deviceStates/{deviceName}',
    delete: 'DELETE /deviceStates/{deviceName}',
  },
  mailboxes: {
    list: 'GET /mailboxes',
    get: 'GET /mailboxes/{mailboxName}',
    update: 'PUT /mailboxes/{mailboxName}',
    delete: 'DELETE /mailboxes/{mailboxName}',
  },
  events: {
    userEvent: 'POST /events/user/{eventName} {variables}',
    claimChannel: 'POST /events/claim',
  },
  applications: {
    list: 'GET /applications',
    get: 'GET /applications/{applicationName}',
    subscribe: 'POST /applications/{applicationName}/subscription',
    unsubscribe: 'DELETE /applications/{applicationName}/subscription',
    filter: 'PUT /applications/{applicationName}/eventFilter filter',
  },
} as const;

/** Parameters that are whole numbers, and such that are true or false: Asterisk reads them by their JSON type. */
export const numberParameters: readonly string[] = ['after', 'before', 'between', 'duration', 'maxDurationSeconds', 'maxSilenceSeconds', 'newMessages', 'offsetms', 'oldMessages', 'priority', 'skipms', 'timeout'];
export const booleanParameters: readonly string[] = ['absorbDTMF', 'beep', 'inhibitConnectedLineUpdates', 'mute', 'report_events', 'subscribeAll', 'to_self'];

export interface Asterisk {
  getObject(params: { configClass: string; objectType: string; id: string }, options?: CallOptions): Promise<ConfigTuple[]>;
  updateObject(params: { configClass: string; objectType: string; id: string; fields?: ConfigTuple[] }, options?: CallOptions): Promise<ConfigTuple[]>;
  deleteObject(params: { configClass: string; objectType: string; id: string }, options?: CallOptions): Promise<void>;
  getInfo(params?: { only?: 'build' | 'system' | 'config' | 'status' | readonly ('build' | 'system' | 'config' | 'status')[] }, options?: CallOptions): Promise<AsteriskInfo>;
  ping(params?: {}, options?: CallOptions): Promise<AsteriskPing>;
  listModules(params?: {}, options?: CallOptions): Promise<Module[]>;
  getModule(params: { moduleName: string }, options?: CallOptions): Promise<Module>;
  loadModule(params: { moduleName: string }, options?: CallOptions): Promise<void>;
  unloadModule(params: { moduleName: string }, options?: CallOptions): Promise<void>;
  reloadModule(params: { moduleName: string }, options?: CallOptions): Promise<void>;
  listLogChannels(params?: {}, options?: CallOptions): Promise<LogChannel[]>;
  addLog(params: { logChannelName: string; configuration: string }, options?: CallOptions): Promise<void>;
  deleteLog(params: { logChannelName: string }, options?: CallOptions): Promise<void>;
  rotateLog(params: { logChannelName: string }, options?: CallOptions): Promise<void>;
  getGlobalVar(params: { variable: string }, options?: CallOptions): Promise<Variable>;
  setGlobalVar(params: { variable: string; value?: string }, options?: CallOptions): Promise<void>;
}

export interface Endpoints {
  list(params?: {}, options?: CallOptions): Promise<Endpoint[]>;
  sendMessage(params: { to: string; from: string; body?: string; variables?: Readonly<Record<string, string>> }, options?: CallOptions): Promise<void>;
  refer(params: { to: string; from: string; refer_to: string; to_self?: boolean; variables?: Readonly<Record<string, string>> }, options?: CallOptions): Promise<void>;
  listByTech(params: { tech: string }, options?: CallOptions): Promise<Endpoint[]>;
  get(params: { tech: string; resource: string }, options?: CallOptions): Promise<Endpoint>;
  sendMessageToEndpoint(params: { tech: string; resource: string; from: string; body?: string; variables?: Readonly<Record<string, string>> }, options?: CallOptions): Promise<void>;
  referToEndpoint(params: { tech: string; resource: string; from: string; refer_to: string; to_self?: boolean; variables?: Readonly<Record<string, string>> }, options?: CallOptions): Promise<void>;
}

export interface Channels {
  list(params?: {}, options?: CallOptions): Promise<Channel[]>;
  originate(params: { endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: VariableValues; channelId?: string; otherChannelId?: string; originator?: string; formats?: string }, options?: CallOptions): Promise<Channel>;
  create(params: { endpoint: string; app: string; appArgs?: string; channelId?: string; otherChannelId?: string; originator?: string; formats?: string; variables?: VariableValues }, options?: CallOptions): Promise<Channel>;
  get(params: { channelId: string }, options?: CallOptions): Promise<Channel>;
  originateWithId(params: { channelId: string; endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: VariableValues; otherChannelId?: string; originator?: string; formats?: string }, options?: CallOptions): Promise<Channel>;
  hangup(params: { channelId: string; reason_code?: string; reason?: 'normal' | 'busy' | 'congestion' | 'no_answer' | 'timeout' | 'rejected' | 'unallocated' | 'normal_unspecified' | 'number_incomplete' | 'codec_mismatch' | 'interworking' | 'failure' | 'answered_elsewhere' }, options?: CallOptions): Promise<void>;
  continueInDialplan(params: { channelId: string; context?: string; extension?: string; priority?: number; label?: string }, options?: CallOptions): Promise<void>;
  move(params: { channelId: string; app: string; appArgs?: string }, options?: CallOptions): Promise<void>;
  redirect(params: { channelId: string; endpoint: string }, options?: CallOptions): Promise<void>;
  answer(params: { channelId: string }, options?: CallOptions): Promise<void>;
  ring(params: { channelId: string }, options?: CallOptions): Promise<void>;
  ringStop(params: { channelId: string }, options?: CallOptions): Promise<void>;
  progress(params: { channelId: string }, options?: CallOptions): Promise<void>;
  sendDTMF(params: { channelId: string; dtmf?: string; before?: number; between?: number; duration?: number; after?: number }, options?: CallOptions): Promise<void>;
  mute(params: { channelId: string; direction: 'both' | 'in' | 'out' }, options?: CallOptions): Promise<void>;
  unmute(params: { channelId: string; direction: 'both' | 'in' | 'out' }, options?: CallOptions): Promise<void>;
  hold(params: { channelId: string }, options?: CallOptions): Promise<void>;
  unhold(params: { channelId: string }, options?: CallOptions): Promise<void>;
  startMoh(params: { channelId: string; mohClass?: string }, options?: CallOptions): Promise<void>;
  stopMoh(params: { channelId: string }, options?: CallOptions): Promise<void>;
  startSilence(params: { channelId: string }, options?: CallOptions): Promise<void>;
  stopSilence(params: { channelId: string }, options?: CallOptions): Promise<void>;
  play(params: { channelId: string; media: Media | readonly (Media)[]; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, options?: CallOptions): Promise<Playback>;
  playWithId(params: { channelId: string; playbackId: string; media: Media | readonly (Media)[]; lang?: string; offsetms?: number; skipms?: number }, options?: CallOptions): Promise<Playback>;
  record(params: { channelId: string; name: string; format: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: 'fail' | 'overwrite' | 'append'; beep?: boolean; terminateOn?: 'none' | 'any' | '*' | '#' }, options?: CallOptions): Promise<LiveRecording>;
  getChannelVar(params: { channelId: string; variable: string }, options?: CallOptions): Promise<Variable>;
  setChannelVar(params: { channelId: string; variable: string; value?: string; report_events?: boolean }, options?: CallOptions): Promise<void>;
  getChannelVars(params: { channelId: string; variables: string | readonly (string)[] }, options?: CallOptions): Promise<Variables>;
  setChannelVars(params: { channelId: string; variables: VariableValues }, options?: CallOptions): Promise<void>;
  snoopChannel(params: { channelId: string; spy?: 'none' | 'both' | 'out' | 'in'; whisper?: 'none' | 'both' | 'out' | 'in'; app: string; appArgs?: string; snoopId?: string }, options?: CallOptions): Promise<Channel>;
  snoopChannelWithId(params: { channelId: string; snoopId: string; spy?: 'none' | 'both' | 'out' | 'in'; whisper?: 'none' | 'both' | 'out' | 'in'; app: string; appArgs?: string }, options?: CallOptions): Promise<Channel>;
  dial(params: { channelId: string; caller?: string; timeout?: number }, options?: CallOptions): Promise<void>;
  rtpstatistics(params: { channelId: string }, options?: CallOptions): Promise<RTPstat>;
  externalMedia(params: { channelId?: string; app: string; variables?: VariableValues; external_host?: string; encapsulation?: 'rtp' | 'audiosocket' | 'none'; transport?: 'udp' | 'tcp' | 'websocket'; connection_type?: 'client' | 'server'; format: string; direction?: 'both'; data?: string; transport_data?: string }, options?: CallOptions): Promise<Channel>;
  transfer_progress(params: { channelId: string; states: string }, options?: CallOptions): Promise<void>;
}

export interface Bridges {
  list(params?: {}, options?: CallOptions): Promise<Bridge[]>;
  create(params?: { type?: string; bridgeId?: string; name?: string; variables?: VariableValues }, options?: CallOptions): Promise<Bridge>;
  createWithId(params: { type?: string; bridgeId: string; name?: string; variables?: VariableValues }, options?: CallOptions): Promise<Bridge>;
  get(params: { bridgeId: string }, options?: CallOptions): Promise<Bridge>;
  destroy(params: { bridgeId: string }, options?: CallOptions): Promise<void>;
  getBridgeVar(params: { bridgeId: string; variable: string }, options?: CallOptions): Promise<Variable>;
  setBridgeVar(params: { bridgeId: string; variable: string; value?: string; report_events?: boolean }, options?: CallOptions): Promise<void>;
  getBridgeVars(params: { bridgeId: string; variables: string | readonly (string)[] }, options?: CallOptions): Promise<Variables>;
  setBridgeVars(params: { bridgeId: string; variables: VariableValues }, options?: CallOptions): Promise<void>;
  addChannel(params: { bridgeId: string; channel: string | readonly (string)[]; role?: string; absorbDTMF?: boolean; mute?: boolean; inhibitConnectedLineUpdates?: boolean }, options?: CallOptions): Promise<void>;
  removeChannel(params: { bridgeId: string; channel: string | readonly (string)[] }, options?: CallOptions): Promise<void>;
  setVideoSource(params: { bridgeId: string; channelId: string }, options?: CallOptions): Promise<void>;
  clearVideoSource(params: { bridgeId: string }, options?: CallOptions): Promise<void>;
  startMoh(params: { bridgeId: string; mohClass?: string }, options?: CallOptions): Promise<void>;
  stopMoh(params: { bridgeId: string }, options?: CallOptions): Promise<void>;
  play(params: { bridgeId: string; media: Media | readonly (Media)[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, options?: CallOptions): Promise<Playback>;
  playWithId(params: { bridgeId: string; playbackId: string; media: Media | readonly (Media)[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number }, options?: CallOptions): Promise<Playback>;
  record(params: { bridgeId: string; name: string; format: string; recorder_format?: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: 'fail' | 'overwrite' | 'append'; beep?: boolean; terminateOn?: 'none' | 'any' | '*' | '#' }, options?: CallOptions): Promise<LiveRecording>;
}

export interface Recordings {
  listStored(params?: {}, options?: CallOptions): Promise<StoredRecording[]>;
  getStored(params: { recordingName: string }, options?: CallOptions): Promise<StoredRecording>;
  deleteStored(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  getStoredFile(params: { recordingName: string }, options?: CallOptions): Promise<Uint8Array>;
  copyStored(params: { recordingName: string; destinationRecordingName: string }, options?: CallOptions): Promise<StoredRecording>;
  getLive(params: { recordingName: string }, options?: CallOptions): Promise<LiveRecording>;
  cancel(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  stop(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  pause(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  unpause(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  mute(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  unmute(params: { recordingName: string }, options?: CallOptions): Promise<void>;
}

export interface Sounds {
  list(params?: { lang?: string; format?: string }, options?: CallOptions): Promise<Sound[]>;
  get(params: { soundId: string }, options?: CallOptions): Promise<Sound>;
}

export interface Playbacks {
  get(params: { playbackId: string }, options?: CallOptions): Promise<Playback>;
  stop(params: { playbackId: string }, options?: CallOptions): Promise<void>;
  control(params: { playbackId: string; operation: 'restart' | 'pause' | 'unpause' | 'reverse' | 'forward' }, options?: CallOptions): Promise<void>;
}

export interface DeviceStates {
  list(params?: {}, options?: CallOptions): Promise<DeviceState[]>;
  get(params: { deviceName: string }, options?: CallOptions): Promise<DeviceState>;
  update(params: { deviceName: string; deviceState: 'NOT_INUSE' | 'INUSE' | 'BUSY' | 'INVALID' | 'UNAVAILABLE' | 'RINGING' | 'RINGINUSE' | 'ONHOLD' }, options?: CallOptions): Promise<void>;
  delete(params: { deviceName: string }, options?: CallOptions): Promise<void>;
}

export interface Mailboxes {
  list(params?: {}, options?: CallOptions): Promise<Mailbox[]>;
  get(params: { mailboxName: string }, options?: CallOptions): Promise<Mailbox>;
  update(params: { mailboxName: string; oldMessages: number; newMessages: number }, options?: CallOptions): Promise<void>;
  delete(params: { mailboxName: string }, options?: CallOptions): Promise<void>;
}

export interface Events {
  userEvent(params: { eventName: string; application: string; source?: string | readonly (string)[]; variables?: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  claimChannel(params: { channelId: string; application: string }, options?: CallOptions): Promise<void>;
}

export interface Applications {
  list(params?: {}, options?: CallOptions): Promise<Application[]>;
  get(params: { applicationName: string }, options?: CallOptions): Promise<Application>;
  subscribe(params: { applicationName: string; eventSource: string | readonly (string)[] }, options?: CallOptions): Promise<Application>;
  unsubscribe(params: { applicationName: string; eventSource: string | readonly (string)[] }, options?: CallOptions): Promise<Application>;
  filter(params: { applicationName: string; filter?: Record<string, unknown> }, options?: CallOptions): Promise<Application>;
}

/** Every command of ARI, by resource, in the API's own words. */
export interface AriResources {
  readonly asterisk: Asterisk;
  readonly endpoints: Endpoints;
  readonly channels: Channels;
  readonly bridges: Bridges;
  readonly recordings: Recordings;
  readonly sounds: Sounds;
  readonly playbacks: Playbacks;
  readonly deviceStates: DeviceStates;
  readonly mailboxes: Mailboxes;
  readonly events: Events;
  readonly applications: Applications;
}
