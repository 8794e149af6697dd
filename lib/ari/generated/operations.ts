// Written by `npm run generate:ari` from the API description of a running Asterisk. Do not edit.

import type { CallOptions } from '../call-options.ts';
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

export interface Asterisk {
  /** GET /asterisk/config/dynamic/{configClass}/{objectType}/{id}. 404: {configClass|objectType|id} not found */
  getObject(params: { configClass: string; objectType: string; id: string }, options?: CallOptions): Promise<ConfigTuple[]>;
  /** PUT /asterisk/config/dynamic/{configClass}/{objectType}/{id}. 400: bad request body; 403: could not create or update object; 404: {configClass|objectType} not found */
  updateObject(params: { configClass: string; objectType: string; id: string; fields?: ConfigTuple[] }, options?: CallOptions): Promise<ConfigTuple[]>;
  /** DELETE /asterisk/config/dynamic/{configClass}/{objectType}/{id}. 403: could not delete object; 404: {configClass|objectType|id} not found */
  deleteObject(params: { configClass: string; objectType: string; id: string }, options?: CallOptions): Promise<void>;
  /** GET /asterisk/info */
  getInfo(params?: { only?: 'build' | 'system' | 'config' | 'status' | readonly ('build' | 'system' | 'config' | 'status')[] }, options?: CallOptions): Promise<AsteriskInfo>;
  /** GET /asterisk/ping */
  ping(params?: {}, options?: CallOptions): Promise<AsteriskPing>;
  /** GET /asterisk/modules */
  listModules(params?: {}, options?: CallOptions): Promise<Module[]>;
  /** GET /asterisk/modules/{moduleName}. 404: module could not be found in running modules; 409: module information could not be retrieved */
  getModule(params: { moduleName: string }, options?: CallOptions): Promise<Module>;
  /** POST /asterisk/modules/{moduleName}. 409: module could not be loaded */
  loadModule(params: { moduleName: string }, options?: CallOptions): Promise<void>;
  /** DELETE /asterisk/modules/{moduleName}. 404: module not found in running modules; 409: module could not be unloaded */
  unloadModule(params: { moduleName: string }, options?: CallOptions): Promise<void>;
  /** PUT /asterisk/modules/{moduleName}. 404: module not found in running modules; 409: module could not be reloaded */
  reloadModule(params: { moduleName: string }, options?: CallOptions): Promise<void>;
  /** GET /asterisk/logging */
  listLogChannels(params?: {}, options?: CallOptions): Promise<LogChannel[]>;
  /** POST /asterisk/logging/{logChannelName}. 400: bad request body; 409: log channel could not be created */
  addLog(params: { logChannelName: string; configuration: string }, options?: CallOptions): Promise<void>;
  /** DELETE /asterisk/logging/{logChannelName}. 404: log channel does not exist */
  deleteLog(params: { logChannelName: string }, options?: CallOptions): Promise<void>;
  /** PUT /asterisk/logging/{logChannelName}/rotate. 404: log channel does not exist */
  rotateLog(params: { logChannelName: string }, options?: CallOptions): Promise<void>;
  /** GET /asterisk/variable. 400: missing variable parameter */
  getGlobalVar(params: { variable: string }, options?: CallOptions): Promise<Variable>;
  /** POST /asterisk/variable. 400: missing variable parameter */
  setGlobalVar(params: { variable: string; value?: string }, options?: CallOptions): Promise<void>;
}

export interface Endpoints {
  /** GET /endpoints */
  list(params?: {}, options?: CallOptions): Promise<Endpoint[]>;
  /** PUT /endpoints/sendMessage. 400: invalid parameters for sending a message; 404: endpoint not found */
  sendMessage(params: { to: string; from: string; body?: string; variables?: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  /** POST /endpoints/refer. 400: invalid parameters for referring; 404: endpoint not found */
  refer(params: { to: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  /** GET /endpoints/{tech}. 404: endpoints not found */
  listByTech(params: { tech: string }, options?: CallOptions): Promise<Endpoint[]>;
  /** GET /endpoints/{tech}/{resource}. 400: invalid parameters for sending a message; 404: endpoints not found */
  get(params: { tech: string; resource: string }, options?: CallOptions): Promise<Endpoint>;
  /** PUT /endpoints/{tech}/{resource}/sendMessage. 400: invalid parameters for sending a message; 404: endpoint not found */
  sendMessageToEndpoint(params: { tech: string; resource: string; from: string; body?: string; variables?: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  /** POST /endpoints/{tech}/{resource}/refer. 400: invalid parameters for referring; 404: endpoint not found */
  referToEndpoint(params: { tech: string; resource: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, unknown> }, options?: CallOptions): Promise<void>;
}

export interface Channels {
  /** GET /channels */
  list(params?: {}, options?: CallOptions): Promise<Channel[]>;
  /** POST /channels. 400: invalid parameters for originating a channel; 409: channel with given unique ID already exists */
  originate(params: { endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, unknown>; channelId?: string; otherChannelId?: string; originator?: string; formats?: string }, options?: CallOptions): Promise<Channel>;
  /** POST /channels/create. 409: channel with given unique ID already exists */
  create(params: { endpoint: string; app: string; appArgs?: string; channelId?: string; otherChannelId?: string; originator?: string; formats?: string; variables?: Record<string, unknown> }, options?: CallOptions): Promise<Channel>;
  /** GET /channels/{channelId}. 404: channel not found */
  get(params: { channelId: string }, options?: CallOptions): Promise<Channel>;
  /** POST /channels/{channelId}. 400: invalid parameters for originating a channel; 409: channel with given unique ID already exists */
  originateWithId(params: { channelId: string; endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, unknown>; otherChannelId?: string; originator?: string; formats?: string }, options?: CallOptions): Promise<Channel>;
  /** DELETE /channels/{channelId}. 400: invalid reason for hangup provided; 404: channel not found */
  hangup(params: { channelId: string; reason_code?: string; reason?: 'normal' | 'busy' | 'congestion' | 'no_answer' | 'timeout' | 'rejected' | 'unallocated' | 'normal_unspecified' | 'number_incomplete' | 'codec_mismatch' | 'interworking' | 'failure' | 'answered_elsewhere' }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/continue. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  continueInDialplan(params: { channelId: string; context?: string; extension?: string; priority?: number; label?: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/move. 404: channel not found; 409: channel not in a Stasis application */
  move(params: { channelId: string; app: string; appArgs?: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/redirect. 400: endpoint parameter not provided; 404: channel or endpoint not found; 409: channel not in a Stasis application; 412: channel in invalid state; 422: endpoint is not the same type as the channel */
  redirect(params: { channelId: string; endpoint: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/answer. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  answer(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/ring. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  ring(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/ring. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  ringStop(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/progress. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  progress(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/dtmf. 400: DTMF is required; 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  sendDTMF(params: { channelId: string; dtmf?: string; before?: number; between?: number; duration?: number; after?: number }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/mute. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  mute(params: { channelId: string; direction: 'both' | 'in' | 'out' }, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/mute. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  unmute(params: { channelId: string; direction: 'both' | 'in' | 'out' }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/hold. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  hold(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/hold. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  unhold(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/moh. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  startMoh(params: { channelId: string; mohClass?: string }, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/moh. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  stopMoh(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/silence. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  startSilence(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/silence. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  stopSilence(params: { channelId: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/play. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  play(params: { channelId: string; media: string | readonly (string)[]; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, options?: CallOptions): Promise<Playback>;
  /** POST /channels/{channelId}/play/{playbackId}. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  playWithId(params: { channelId: string; playbackId: string; media: string | readonly (string)[]; lang?: string; offsetms?: number; skipms?: number }, options?: CallOptions): Promise<Playback>;
  /** POST /channels/{channelId}/record. 400: invalid parameters; 404: channel not found; 409: channel is not in a Stasis application, or the channel is currently bridged with other channels, or a recording with the same name already exists on the system and can not be overwritten because it is in progress or ifExists=fail; 422: the format specified is unknown on this system */
  record(params: { channelId: string; name: string; format: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: 'fail' | 'overwrite' | 'append'; beep?: boolean; terminateOn?: 'none' | 'any' | '*' | '#' }, options?: CallOptions): Promise<LiveRecording>;
  /** GET /channels/{channelId}/variable. 400: missing variable parameter; 404: channel or variable not found; 409: channel not in a Stasis application */
  getChannelVar(params: { channelId: string; variable: string }, options?: CallOptions): Promise<Variable>;
  /** POST /channels/{channelId}/variable. 400: missing variable parameter; 404: channel not found; 409: channel not in a Stasis application */
  setChannelVar(params: { channelId: string; variable: string; value?: string; report_events?: boolean }, options?: CallOptions): Promise<void>;
  /** GET /channels/{channelId}/variables. 400: missing variables parameter; 404: channel or variable not found; 409: channel not in a Stasis application */
  getChannelVars(params: { channelId: string; variables: string | readonly (string)[] }, options?: CallOptions): Promise<Variables>;
  /** POST /channels/{channelId}/variables. 400: missing variables parameter; 404: channel not found; 409: channel not in a Stasis application */
  setChannelVars(params: { channelId: string; variables: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/snoop. 400: invalid parameters; 404: channel not found */
  snoopChannel(params: { channelId: string; spy?: 'none' | 'both' | 'out' | 'in'; whisper?: 'none' | 'both' | 'out' | 'in'; app: string; appArgs?: string; snoopId?: string }, options?: CallOptions): Promise<Channel>;
  /** POST /channels/{channelId}/snoop/{snoopId}. 400: invalid parameters; 404: channel not found */
  snoopChannelWithId(params: { channelId: string; snoopId: string; spy?: 'none' | 'both' | 'out' | 'in'; whisper?: 'none' | 'both' | 'out' | 'in'; app: string; appArgs?: string }, options?: CallOptions): Promise<Channel>;
  /** POST /channels/{channelId}/dial. 404: channel cannot be found; 409: channel cannot be dialed */
  dial(params: { channelId: string; caller?: string; timeout?: number }, options?: CallOptions): Promise<void>;
  /** GET /channels/{channelId}/rtp_statistics. 404: channel cannot be found */
  rtpstatistics(params: { channelId: string }, options?: CallOptions): Promise<RTPstat>;
  /** POST /channels/externalMedia. 400: invalid parameters; 409: channel is not in a Stasis application, or channel is already bridged */
  externalMedia(params: { channelId?: string; app: string; variables?: Record<string, unknown>; external_host?: string; encapsulation?: 'rtp' | 'audiosocket' | 'none'; transport?: 'udp' | 'tcp' | 'websocket'; connection_type?: 'client' | 'server'; format: string; direction?: 'both'; data?: string; transport_data?: string }, options?: CallOptions): Promise<Channel>;
  /** POST /channels/{channelId}/transfer_progress. 400: endpoint parameter not provided; 404: channel or endpoint not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  transfer_progress(params: { channelId: string; states: string }, options?: CallOptions): Promise<void>;
}

export interface Bridges {
  /** GET /bridges */
  list(params?: {}, options?: CallOptions): Promise<Bridge[]>;
  /** POST /bridges. 409: bridge with the same bridgeId already exists */
  create(params?: { type?: string; bridgeId?: string; name?: string; variables?: Record<string, unknown> }, options?: CallOptions): Promise<Bridge>;
  /** POST /bridges/{bridgeId}. 409: bridge with the same bridgeId already exists */
  createWithId(params: { type?: string; bridgeId: string; name?: string; variables?: Record<string, unknown> }, options?: CallOptions): Promise<Bridge>;
  /** GET /bridges/{bridgeId}. 404: bridge not found */
  get(params: { bridgeId: string }, options?: CallOptions): Promise<Bridge>;
  /** DELETE /bridges/{bridgeId}. 404: bridge not found */
  destroy(params: { bridgeId: string }, options?: CallOptions): Promise<void>;
  /** GET /bridges/{bridgeId}/variable. 400: missing variable parameter; 404: bridge or variable not found; 409: bridge not in a Stasis application */
  getBridgeVar(params: { bridgeId: string; variable: string }, options?: CallOptions): Promise<Variable>;
  /** POST /bridges/{bridgeId}/variable. 400: missing variable parameter; 404: bridge not found; 409: bridge not in a Stasis application */
  setBridgeVar(params: { bridgeId: string; variable: string; value?: string; report_events?: boolean }, options?: CallOptions): Promise<void>;
  /** GET /bridges/{bridgeId}/variables. 400: missing variables parameter; 404: bridge or variable not found; 409: bridge not in a Stasis application */
  getBridgeVars(params: { bridgeId: string; variables: string | readonly (string)[] }, options?: CallOptions): Promise<Variables>;
  /** POST /bridges/{bridgeId}/variables. 400: missing variables parameter; 404: bridge not found; 409: bridge not in a Stasis application */
  setBridgeVars(params: { bridgeId: string; variables: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  /** POST /bridges/{bridgeId}/addChannel. 400: channel not found; 404: bridge not found; 409: bridge not in Stasis application, or channel currently recording; 422: channel not in Stasis application */
  addChannel(params: { bridgeId: string; channel: string | readonly (string)[]; role?: string; absorbDTMF?: boolean; mute?: boolean; inhibitConnectedLineUpdates?: boolean }, options?: CallOptions): Promise<void>;
  /** POST /bridges/{bridgeId}/removeChannel. 400: channel not found; 404: bridge not found; 409: bridge not in Stasis application; 422: channel not in this bridge */
  removeChannel(params: { bridgeId: string; channel: string | readonly (string)[] }, options?: CallOptions): Promise<void>;
  /** POST /bridges/{bridgeId}/videoSource/{channelId}. 404: bridge or Channel not found; 409: channel not in Stasis application; 422: channel not in this Bridge */
  setVideoSource(params: { bridgeId: string; channelId: string }, options?: CallOptions): Promise<void>;
  /** DELETE /bridges/{bridgeId}/videoSource. 404: bridge not found */
  clearVideoSource(params: { bridgeId: string }, options?: CallOptions): Promise<void>;
  /** POST /bridges/{bridgeId}/moh. 404: bridge not found; 409: bridge not in Stasis application */
  startMoh(params: { bridgeId: string; mohClass?: string }, options?: CallOptions): Promise<void>;
  /** DELETE /bridges/{bridgeId}/moh. 404: bridge not found; 409: bridge not in Stasis application */
  stopMoh(params: { bridgeId: string }, options?: CallOptions): Promise<void>;
  /** POST /bridges/{bridgeId}/play. 404: bridge not found; 409: bridge not in a Stasis application; 422: the format specified is unknown on this system */
  play(params: { bridgeId: string; media: string | readonly (string)[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, options?: CallOptions): Promise<Playback>;
  /** POST /bridges/{bridgeId}/play/{playbackId}. 404: bridge not found; 409: bridge not in a Stasis application; 422: the format specified is unknown on this system */
  playWithId(params: { bridgeId: string; playbackId: string; media: string | readonly (string)[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number }, options?: CallOptions): Promise<Playback>;
  /** POST /bridges/{bridgeId}/record. 400: invalid parameters; 404: bridge not found; 409: bridge is not in a Stasis application, or a recording with the same name already exists on the system and can not be overwritten because it is in progress or ifExists=fail; 422: the format specified is unknown on this system */
  record(params: { bridgeId: string; name: string; format: string; recorder_format?: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: 'fail' | 'overwrite' | 'append'; beep?: boolean; terminateOn?: 'none' | 'any' | '*' | '#' }, options?: CallOptions): Promise<LiveRecording>;
}

export interface Recordings {
  /** GET /recordings/stored */
  listStored(params?: {}, options?: CallOptions): Promise<StoredRecording[]>;
  /** GET /recordings/stored/{recordingName}. 404: recording not found */
  getStored(params: { recordingName: string }, options?: CallOptions): Promise<StoredRecording>;
  /** DELETE /recordings/stored/{recordingName}. 404: recording not found */
  deleteStored(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  /** GET /recordings/stored/{recordingName}/file. 403: the recording file could not be opened; 404: recording not found */
  getStoredFile(params: { recordingName: string }, options?: CallOptions): Promise<Uint8Array>;
  /** POST /recordings/stored/{recordingName}/copy. 404: recording not found; 409: a recording with the same name already exists on the system */
  copyStored(params: { recordingName: string; destinationRecordingName: string }, options?: CallOptions): Promise<StoredRecording>;
  /** GET /recordings/live/{recordingName}. 404: recording not found */
  getLive(params: { recordingName: string }, options?: CallOptions): Promise<LiveRecording>;
  /** DELETE /recordings/live/{recordingName}. 404: recording not found */
  cancel(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  /** POST /recordings/live/{recordingName}/stop. 404: recording not found */
  stop(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  /** POST /recordings/live/{recordingName}/pause. 404: recording not found; 409: recording not in session */
  pause(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  /** DELETE /recordings/live/{recordingName}/pause. 404: recording not found; 409: recording not in session */
  unpause(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  /** POST /recordings/live/{recordingName}/mute. 404: recording not found; 409: recording not in session */
  mute(params: { recordingName: string }, options?: CallOptions): Promise<void>;
  /** DELETE /recordings/live/{recordingName}/mute. 404: recording not found; 409: recording not in session */
  unmute(params: { recordingName: string }, options?: CallOptions): Promise<void>;
}

export interface Sounds {
  /** GET /sounds */
  list(params?: { lang?: string; format?: string }, options?: CallOptions): Promise<Sound[]>;
  /** GET /sounds/{soundId} */
  get(params: { soundId: string }, options?: CallOptions): Promise<Sound>;
}

export interface Playbacks {
  /** GET /playbacks/{playbackId}. 404: the playback cannot be found */
  get(params: { playbackId: string }, options?: CallOptions): Promise<Playback>;
  /** DELETE /playbacks/{playbackId}. 404: the playback cannot be found */
  stop(params: { playbackId: string }, options?: CallOptions): Promise<void>;
  /** POST /playbacks/{playbackId}/control. 400: the provided operation parameter was invalid; 404: the playback cannot be found; 409: the operation cannot be performed in the playback's current state */
  control(params: { playbackId: string; operation: 'restart' | 'pause' | 'unpause' | 'reverse' | 'forward' }, options?: CallOptions): Promise<void>;
}

export interface DeviceStates {
  /** GET /deviceStates */
  list(params?: {}, options?: CallOptions): Promise<DeviceState[]>;
  /** GET /deviceStates/{deviceName} */
  get(params: { deviceName: string }, options?: CallOptions): Promise<DeviceState>;
  /** PUT /deviceStates/{deviceName}. 404: device name is missing; 409: uncontrolled device specified */
  update(params: { deviceName: string; deviceState: 'NOT_INUSE' | 'INUSE' | 'BUSY' | 'INVALID' | 'UNAVAILABLE' | 'RINGING' | 'RINGINUSE' | 'ONHOLD' }, options?: CallOptions): Promise<void>;
  /** DELETE /deviceStates/{deviceName}. 404: device name is missing; 409: uncontrolled device specified */
  delete(params: { deviceName: string }, options?: CallOptions): Promise<void>;
}

export interface Mailboxes {
  /** GET /mailboxes */
  list(params?: {}, options?: CallOptions): Promise<Mailbox[]>;
  /** GET /mailboxes/{mailboxName}. 404: mailbox not found */
  get(params: { mailboxName: string }, options?: CallOptions): Promise<Mailbox>;
  /** PUT /mailboxes/{mailboxName}. 404: mailbox not found */
  update(params: { mailboxName: string; oldMessages: number; newMessages: number }, options?: CallOptions): Promise<void>;
  /** DELETE /mailboxes/{mailboxName}. 404: mailbox not found */
  delete(params: { mailboxName: string }, options?: CallOptions): Promise<void>;
}

export interface Events {
  /** POST /events/user/{eventName}. 400: invalid even tsource URI or userevent data; 404: application does not exist; 422: event source not found */
  userEvent(params: { eventName: string; application: string; source?: string | readonly (string)[]; variables?: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  /** POST /events/claim. 404: channel not found or not in broadcast state; 409: channel has already been claimed by another application */
  claimChannel(params: { channelId: string; application: string }, options?: CallOptions): Promise<void>;
}

export interface Applications {
  /** GET /applications */
  list(params?: {}, options?: CallOptions): Promise<Application[]>;
  /** GET /applications/{applicationName}. 404: application does not exist */
  get(params: { applicationName: string }, options?: CallOptions): Promise<Application>;
  /** POST /applications/{applicationName}/subscription. 400: missing parameter; 404: application does not exist; 422: event source does not exist */
  subscribe(params: { applicationName: string; eventSource: string | readonly (string)[] }, options?: CallOptions): Promise<Application>;
  /** DELETE /applications/{applicationName}/subscription. 400: missing parameter, or event source scheme not recognized; 404: application does not exist; 409: application not subscribed to event source; 422: event source does not exist */
  unsubscribe(params: { applicationName: string; eventSource: string | readonly (string)[] }, options?: CallOptions): Promise<Application>;
  /** PUT /applications/{applicationName}/eventFilter. 400: bad request; 404: application does not exist */
  filter(params: { applicationName: string; filter?: Record<string, unknown> }, options?: CallOptions): Promise<Application>;
}

/** The commands that act on one channel, with its id filled in. Written out, so that editors show what each is answered with. */
export interface OneChannel {
  /** GET /channels/{channelId}. 404: channel not found */
  get(params?: undefined, options?: CallOptions): Promise<Channel>;
  /** POST /channels/{channelId}. 400: invalid parameters for originating a channel; 409: channel with given unique ID already exists */
  originateWithId(params: { endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, unknown>; otherChannelId?: string; originator?: string; formats?: string }, options?: CallOptions): Promise<Channel>;
  /** DELETE /channels/{channelId}. 400: invalid reason for hangup provided; 404: channel not found */
  hangup(params?: { reason_code?: string; reason?: 'normal' | 'busy' | 'congestion' | 'no_answer' | 'timeout' | 'rejected' | 'unallocated' | 'normal_unspecified' | 'number_incomplete' | 'codec_mismatch' | 'interworking' | 'failure' | 'answered_elsewhere' }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/continue. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  continueInDialplan(params?: { context?: string; extension?: string; priority?: number; label?: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/move. 404: channel not found; 409: channel not in a Stasis application */
  move(params: { app: string; appArgs?: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/redirect. 400: endpoint parameter not provided; 404: channel or endpoint not found; 409: channel not in a Stasis application; 412: channel in invalid state; 422: endpoint is not the same type as the channel */
  redirect(params: { endpoint: string }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/answer. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  answer(params?: undefined, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/ring. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  ring(params?: undefined, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/ring. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  ringStop(params?: undefined, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/progress. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  progress(params?: undefined, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/dtmf. 400: DTMF is required; 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  sendDTMF(params?: { dtmf?: string; before?: number; between?: number; duration?: number; after?: number }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/mute. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  mute(params: { direction: 'both' | 'in' | 'out' }, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/mute. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  unmute(params: { direction: 'both' | 'in' | 'out' }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/hold. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  hold(params?: undefined, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/hold. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  unhold(params?: undefined, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/moh. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  startMoh(params?: { mohClass?: string }, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/moh. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  stopMoh(params?: undefined, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/silence. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  startSilence(params?: undefined, options?: CallOptions): Promise<void>;
  /** DELETE /channels/{channelId}/silence. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  stopSilence(params?: undefined, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/play. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  play(params: { media: string | readonly (string)[]; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, options?: CallOptions): Promise<Playback>;
  /** POST /channels/{channelId}/play/{playbackId}. 404: channel not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  playWithId(params: { playbackId: string; media: string | readonly (string)[]; lang?: string; offsetms?: number; skipms?: number }, options?: CallOptions): Promise<Playback>;
  /** POST /channels/{channelId}/record. 400: invalid parameters; 404: channel not found; 409: channel is not in a Stasis application, or the channel is currently bridged with other channels, or a recording with the same name already exists on the system and can not be overwritten because it is in progress or ifExists=fail; 422: the format specified is unknown on this system */
  record(params: { name: string; format: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: 'fail' | 'overwrite' | 'append'; beep?: boolean; terminateOn?: 'none' | 'any' | '*' | '#' }, options?: CallOptions): Promise<LiveRecording>;
  /** GET /channels/{channelId}/variable. 400: missing variable parameter; 404: channel or variable not found; 409: channel not in a Stasis application */
  getChannelVar(params: { variable: string }, options?: CallOptions): Promise<Variable>;
  /** POST /channels/{channelId}/variable. 400: missing variable parameter; 404: channel not found; 409: channel not in a Stasis application */
  setChannelVar(params: { variable: string; value?: string; report_events?: boolean }, options?: CallOptions): Promise<void>;
  /** GET /channels/{channelId}/variables. 400: missing variables parameter; 404: channel or variable not found; 409: channel not in a Stasis application */
  getChannelVars(params: { variables: string | readonly (string)[] }, options?: CallOptions): Promise<Variables>;
  /** POST /channels/{channelId}/variables. 400: missing variables parameter; 404: channel not found; 409: channel not in a Stasis application */
  setChannelVars(params: { variables: Record<string, unknown> }, options?: CallOptions): Promise<void>;
  /** POST /channels/{channelId}/snoop. 400: invalid parameters; 404: channel not found */
  snoopChannel(params: { spy?: 'none' | 'both' | 'out' | 'in'; whisper?: 'none' | 'both' | 'out' | 'in'; app: string; appArgs?: string; snoopId?: string }, options?: CallOptions): Promise<Channel>;
  /** POST /channels/{channelId}/snoop/{snoopId}. 400: invalid parameters; 404: channel not found */
  snoopChannelWithId(params: { snoopId: string; spy?: 'none' | 'both' | 'out' | 'in'; whisper?: 'none' | 'both' | 'out' | 'in'; app: string; appArgs?: string }, options?: CallOptions): Promise<Channel>;
  /** POST /channels/{channelId}/dial. 404: channel cannot be found; 409: channel cannot be dialed */
  dial(params?: { caller?: string; timeout?: number }, options?: CallOptions): Promise<void>;
  /** GET /channels/{channelId}/rtp_statistics. 404: channel cannot be found */
  rtpstatistics(params?: undefined, options?: CallOptions): Promise<RTPstat>;
  /** POST /channels/{channelId}/transfer_progress. 400: endpoint parameter not provided; 404: channel or endpoint not found; 409: channel not in a Stasis application; 412: channel in invalid state */
  transfer_progress(params: { states: string }, options?: CallOptions): Promise<void>;
}

/**
 * Every command of ARI, by resource, in the API's own words. Beside the statuses that a command names, any may be
 * answered with 401 (user or password), 403 (the user is read-only), 500, and 503 (Asterisk is booting).
 */
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
