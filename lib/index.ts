/** The package's main entry point, for authors of call handlers. */
export type { CallOptions } from './ari/call-options.ts';
export { type ChannelHandle, channelHandle } from './ari/channel.ts';
export {
  type AriClient,
  type AriRequest,
  type AriResponse,
  type AriTransport,
  createAriClient,
} from './ari/client.ts';
export { type Credentials, type CredentialsProvider, cachedCredentials } from './ari/credentials.ts';
export { AriError, type AriErrorKind, NotSentError, unlessGone } from './ari/errors.ts';
/** ARI's own types, by the names of its API description: `Ari.Channel`, `Ari.Bridge`, `Ari.StasisStart`. */
export type * as Ari from './ari/generated/model.ts';
export { type HttpTransportOptions, httpTransport } from './ari/http-transport.ts';
export type { Media } from './ari/media.ts';
export type { AriNode, AriNodeWithSecret } from './ari/node.ts';
export type { VariableValues } from './ari/variable-values.ts';
export { type DialOptions, dialWebSocketTransport } from './ari/websocket-dial.ts';
export {
  type WebSocketTransport,
  type WebSocketTransportOptions,
  webSocketTransport,
} from './ari/websocket-transport.ts';
export type {
  CallContext,
  CallFunctions,
  ChannelContext,
  EventContext,
  NewsContext,
  OutcomeContext,
} from './call-handler/call-functions.ts';
export { type CallHandler, type CallHandlerOptions, callHandler } from './call-handler/call-handler.ts';
export { type CallState, channelState, type StateOwner } from './call-handler/call-state.ts';
export { claim, isClaimed } from './call-handler/claim.ts';
export type { DeadLetter } from './call-handler/dead-letter.ts';
export { GiveUp } from './call-handler/give-up.ts';
export { nodeClients } from './call-handler/nodes.ts';
export type { OnceStore } from './call-handler/once.ts';
export { playOnce } from './call-handler/play-once.ts';
export type {
  Call,
  CallData,
  CallDialOptions,
  GatherOptions,
  Json,
  OutcomeNames,
  QueueOptions,
  RecordOptions,
  Said,
} from './call-handler/verbs/call.ts';
export type { MediaList } from './call-handler/verbs/media.ts';
export { type AriPattern, type AriPatternFields, ariPattern } from './events/ari-pattern.ts';
export type { AriEventType, CallEvent, CallEventEnvelope } from './events/call-event.ts';
export type {
  ConnectorEvent,
  ConnectorEventEnvelope,
  ConnectorEventMap,
  ConnectorEventType,
  GapCause,
} from './events/connector-event.ts';
export { type ConnectorPatternFields, connectorPattern } from './events/connector-pattern.ts';
export { CALL_EVENT_SOURCE, CONNECTOR_SOURCE } from './events/entry.ts';
export type { EventMetadata } from './events/metadata.ts';
export type { EventOutcome, Kind, Outcomes } from './events/outcomes.ts';
export { createLog, type Log } from './log.ts';
