/** What the author of a call handler imports from `ari-eventbridge`. */
export type { ChannelHandle } from './ari/channel.ts';
export { type AriClient, type CallOptions, createAriClient } from './ari/client.ts';
export type { Credentials, CredentialsProvider } from './ari/credentials.ts';
export { AriError, type AriErrorKind, unlessGone } from './ari/errors.ts';
export type * from './ari/generated/model.ts';
export { type HttpTransportOptions, httpTransport } from './ari/http-transport.ts';
export type { AriNode, AriNodeWithSecret } from './ari/node.ts';
export {
  type CallContext,
  type CallFunctions,
  type CallHandler,
  type CallHandlerOptions,
  callHandler,
} from './call-handler/call-handler.ts';
export { oncePerChannel } from './call-handler/once-per-channel.ts';
export { type AriPattern, type AriPatternFields, ariPattern } from './events/ari-pattern.ts';
export type { AriEventType, CallEvent, CallEventEnvelope } from './events/call-event.ts';
export type { ConnectorEventMap, ConnectorEventType } from './events/connector-event.ts';
export { CALL_EVENT_SOURCE, CONNECTOR_SOURCE } from './events/entry.ts';
export type { EventMetadata } from './events/metadata.ts';
export type { Log } from './log.ts';
