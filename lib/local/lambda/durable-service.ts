import type { CheckpointRequest, DurableEngine, ErrorObject, HistoryEvent } from '../../durable-engine/index.ts';
import { parseJsonObject } from '../../json.ts';
import { type RestAnswer, type RestRequest, ServiceError } from '../aws/index.ts';

const ROUTE = /^\/2025-12-01\/durable-(executions|execution-callbacks)\/([^/]+)(?:\/(\w+))?$/;
const HISTORY_PAGE = 100;

/**
 * Answers a request of the durable API from the engine.
 *
 * @returns nothing where the operation is not served
 * @throws DurableApiError, ServiceError
 */
export function answerDurable(engine: DurableEngine, request: RestRequest): RestAnswer | undefined {
  const [, kind, encoded = '', action = ''] = ROUTE.exec(request.path) ?? [];
  const id = decodeURIComponent(encoded);
  const { method, query, body } = request;
  switch (`${method} ${kind} ${action}`) {
    case 'POST executions checkpoint':
      return json(engine.checkpoint({ ...(inputOf(body) as object as CheckpointRequest), DurableExecutionArn: id }));
    case 'GET executions state': {
      const [CheckpointToken, Marker] = [query.get('CheckpointToken') ?? '', query.get('Marker') ?? ''];
      const MaxItems = Number(query.get('MaxItems') ?? 0);
      return json(engine.getState({ DurableExecutionArn: id, CheckpointToken, Marker, MaxItems }));
    }
    case 'GET executions ':
      return json(engine.getExecution(id));
    case 'GET executions history':
      return json(historyPage(engine.getHistory(id), query));
    case 'POST executions stop':
      return json(engine.stop(id, body.length === 0 ? undefined : (inputOf(body) as ErrorObject)));
    case 'POST execution-callbacks succeed':
      engine.callbackSucceeded(id, body.length === 0 ? undefined : body.toString('utf8'));
      return json({});
    case 'POST execution-callbacks fail':
      engine.callbackFailed(id, body.length === 0 ? {} : (inputOf(body) as ErrorObject));
      return json({});
    case 'POST execution-callbacks heartbeat':
      engine.callbackHeartbeat(id);
      return json({});
    default:
      return undefined;
  }
}

function historyPage(history: readonly HistoryEvent[], query: URLSearchParams): object {
  const events = query.get('ReverseOrder') === 'true' ? history.toReversed() : history;
  const start = Number(query.get('Marker') ?? 0);
  const end = start + (Number(query.get('MaxItems') ?? 0) || HISTORY_PAGE);
  return { Events: events.slice(start, end), ...(end < events.length && { NextMarker: String(end) }) };
}

function inputOf(body: Buffer): Record<string, unknown> {
  const input = parseJsonObject(body.toString('utf8'));
  if (input) return input;
  throw new ServiceError('SerializationException', 'Expected a JSON object as the request');
}

/** AWS's REST protocol writes times as seconds since 1970. */
function json(answer: object): RestAnswer {
  const text = JSON.stringify(answer, function (this: Record<string, unknown>, key, value: unknown) {
    const raw = this[key];
    return raw instanceof Date ? raw.getTime() / 1000 : value;
  });
  return { status: 200, text };
}
