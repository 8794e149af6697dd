import type { BusEvent } from '../bus/index.ts';
import type { LocalRule } from '../template/index.ts';

/** A recorded command for a test. */
export interface RecordedCommand {
  /** Method, path below the ARI root, query, and parameters in the body: `POST /channels/1.0/play {"media":"sound:a"}`. */
  command: string;
  status: number;
  /** The response's text. */
  body: string;
}

export interface RecordedInvocation {
  fn: string;
  /** The module specifier with which a test imports its handler. */
  module: string;
  payload: unknown;
  commands: readonly RecordedCommand[];
  hasFailed: boolean;
}

/** Source of a test, to paste into a file: it runs the handler with the same event and the recorded responses. */
export function handlerTest({ fn, module, payload, commands, hasFailed }: RecordedInvocation): string {
  const type = (payload as Partial<BusEvent> | null)?.['detail-type'] ?? 'an event';
  const run = 'handler.withOptions({ clientOf: () => ari })(event)';
  return `import { type CallEventEnvelope, createAriClient } from 'ari-eventbridge';
import { expect, test } from 'vitest';
import { handler } from ${literal(module)};

const event = ${literal(payload)} as unknown as CallEventEnvelope;

/** The handler's commands to Asterisk, and the responses. */
const exchange: { command: string; status: number; body: string }[] = ${literal(commands)};

test(${literal(`${fn} ${hasFailed ? 'fails at' : 'handles'} ${type}`)}, async () => {
  const left = [...exchange];
  const commands: string[] = [];
  const ari = createAriClient({
    request: async ({ method, path, query, body }) => {
      const parameters = body === undefined ? '' : \` \${JSON.stringify(body)}\`;
      const command = \`\${method} \${path}\${query.size > 0 ? \`?\${query}\` : ''}\${parameters}\`;
      commands.push(command);
      const at = left.findIndex((recorded) => recorded.command === command);
      const [answer] = at < 0 ? [] : left.splice(at, 1);
      return { status: answer?.status ?? 404, reason: '', body: answer?.body ?? '' };
    },
    close: () => {},
  });
  ${hasFailed ? `await expect(${run}).rejects.toThrow();` : `await ${run};`}
  expect(commands).toEqual(exchange.map(({ command }) => command));
});
`;
}

/** A test of which rules match an event that no function got. */
export function rulesTest(event: BusEvent, rules: readonly LocalRule[], matched: readonly string[]): string {
  const patterns = Object.fromEntries(rules.map(({ title, pattern }) => [title, pattern]));
  const about = matched.length > 0 ? `matches ${matched.join(', ')}` : 'matches no rule';
  return `import { matches } from 'ari-eventbridge/pattern';
import { expect, test } from 'vitest';

const event = ${literal(event)};

const patterns = ${literal(patterns)};

test(${literal(`${event['detail-type']} ${about}`)}, () => {
  const matched = Object.entries(patterns).filter(([, pattern]) => matches(pattern, event));
  expect(matched.map(([rule]) => rule)).toEqual(${literal(matched)});
});
`;
}

function literal(value: unknown): string {
  // The test is a file of its own: JSON escaping is enough.
  return JSON.stringify(value, undefined, 2);
}
