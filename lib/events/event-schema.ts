import { eventTypes } from '../ari/generated/model.ts';
import { type ModelSchema, modelSchemas } from '../ari/generated/schemas.ts';
import type { ConnectorEvent, ConnectorEventMap, ConnectorEventType } from './connector-event.ts';
import { CALL_EVENT_SOURCE, CONNECTOR_SOURCE } from './entry.ts';
import type { EventMetadata } from './metadata.ts';
import { KINDS } from './outcomes.ts';

/** A schema for one type of event on the bus, in the form of EventBridge's schema registry. */
export interface EventSchema {
  /** `asterisk.ari@StasisStart` */
  name: string;
  source: string;
  detailType: string;
  /** An OpenAPI 3.0 document. Code bindings are generated from its `AWSEvent`. */
  content: object;
}

const TEXT = { type: 'string' };
const TEXTS = { type: 'array', items: TEXT };
const NUMBER = { type: 'integer' };
/** Beyond 32 bits. */
const LONG = { type: 'integer', format: 'int64' };
const TIME = { type: 'string', format: 'date-time' };

/** Which keys are optional in a type. */
type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** Every key of a type with its schema, and its optional keys; the compiler compares them with the type. */
interface SchemaOf<T> {
  properties: Record<keyof T, object>;
  optional: readonly Optional<T>[];
}

const METADATA: SchemaOf<EventMetadata> = {
  properties: {
    id: TEXT,
    node: TEXT,
    connection: TEXT,
    sequence: NUMBER,
    channelId: TEXT,
    channelSequence: LONG,
    callId: TEXT,
    receivedAt: TIME,
    outcome: {
      type: 'object',
      required: ['kind', 'name', 'attempt', 'outcome'],
      properties: {
        ...{ kind: { type: 'string', enum: KINDS }, name: TEXT, attempt: NUMBER, outcome: TEXT },
        ...{ digits: TEXT, recording: TEXT, seconds: NUMBER, endedBy: TEXT, member: TEXT },
      },
    },
    recovered: { type: 'boolean' },
  },
  optional: ['channelId', 'channelSequence', 'callId', 'outcome', 'recovered'],
};

/** The fields of a call event's `metadata`, with their schemas. */
export const METADATA_FIELDS: Readonly<Record<string, ModelSchema>> = METADATA.properties;

const NEWS_METADATA: SchemaOf<ConnectorEvent['metadata']> = { properties: { id: TEXT, node: TEXT }, optional: [] };

const NEWS: { [T in ConnectorEventType]: SchemaOf<ConnectorEventMap[T]> } = {
  ConnectorStarted: { properties: { node: TEXT, apps: TEXTS, instance: TEXT }, optional: [] },
  NodeConnected: { properties: { node: TEXT, apps: TEXTS, connection: TEXT }, optional: [] },
  NodeDisconnected: { properties: { node: TEXT, apps: TEXTS, connection: TEXT, reason: TEXT }, optional: [] },
  Gap: {
    properties: {
      node: TEXT,
      apps: TEXTS,
      connection: TEXT,
      from: TIME,
      to: TIME,
      cause: {
        type: 'string',
        enum: ['network', 'asterisk-restarted', 'connector-restarted', 'connector-silent', 'app-taken'],
      },
    },
    optional: ['from'],
  },
  EventRejected: { properties: { node: TEXT, id: TEXT, type: TEXT, reason: TEXT }, optional: ['type'] },
  EventsDropped: { properties: { node: TEXT, count: NUMBER, reason: TEXT }, optional: [] },
  CallRescued: {
    properties: { node: TEXT, app: TEXT, channelId: TEXT, callId: TEXT, leftAt: TIME },
    optional: ['callId'],
  },
  StandingDown: { properties: { node: TEXT, app: TEXT, connection: TEXT }, optional: [] },
  TakingOver: { properties: { node: TEXT, apps: TEXTS, from: TEXTS }, optional: [] },
  AppTaken: { properties: { node: TEXT, app: TEXT, takesBackAt: TIME }, optional: ['takesBackAt'] },
};

/**
 * The schemas of the events on the bus: one for each type of call event, from the same model as the types, and for each
 * of the connector's own events. Events may have more fields than a schema: newer versions of Asterisk send more.
 */
export function eventSchemas(): EventSchema[] {
  const calls = eventTypes.map((type) => {
    const { [type]: event, ...parts } = reachable(type);
    const detail = {
      ...event,
      required: [...(event?.required ?? []), 'metadata'],
      properties: { ...event?.properties, metadata: reference('Metadata') },
    };
    return schema(CALL_EVENT_SOURCE, type, { ...parts, [type]: detail, Metadata: objectSchema(METADATA) });
  });
  const news = Object.entries(NEWS).map(([type, { properties, optional }]) => {
    const detail = objectSchema({ properties: { ...properties, metadata: reference('Metadata') }, optional });
    return schema(CONNECTOR_SOURCE, type, { [type]: detail, Metadata: objectSchema(NEWS_METADATA) });
  });
  return [...calls, ...news];
}

function schema(source: string, detailType: string, parts: Record<string, object>): EventSchema {
  const envelope = {
    type: 'object',
    required: ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail'],
    'x-amazon-events-source': source,
    'x-amazon-events-detail-type': detailType,
    properties: {
      version: TEXT,
      id: TEXT,
      'detail-type': { type: 'string', enum: [detailType] },
      source: { type: 'string', enum: [source] },
      account: TEXT,
      time: TIME,
      region: TEXT,
      resources: TEXTS,
      detail: reference(detailType),
    },
  };
  return {
    name: `${source}@${detailType}`,
    source,
    detailType,
    content: {
      openapi: '3.0.0',
      info: { version: '1.0.0', title: detailType },
      paths: {},
      components: { schemas: { AWSEvent: envelope, ...parts } },
    },
  };
}

function objectSchema({ properties, optional }: { properties: object; optional: readonly PropertyKey[] }): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', required, properties };
}

function reference(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** A model and all models that it refers to. */
function reachable(name: string, found: Record<string, ModelSchema> = {}): Record<string, ModelSchema> {
  const model = modelSchemas[name];
  if (!model || found[name]) return found;
  found[name] = model;
  for (const field of Object.values(model.properties ?? {})) {
    const part = (field.$ref ?? field.items?.$ref)?.split('/').at(-1);
    if (part) reachable(part, found);
  }
  return found;
}
