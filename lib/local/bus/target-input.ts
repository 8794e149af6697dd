import type { LocalRule, TargetInput } from '../template/index.ts';
import type { BusEvent } from './bus-event.ts';

const VARIABLE = /<([^<>\s]+)>/g;

/**
 * The text that a target receives (EventBridge User Guide, "Amazon EventBridge input transformation").
 *
 * In a template that is JSON, a variable outside quotes becomes JSON, and inside quotes its bare text, an object's
 * without its quotes. A variable whose path finds nothing is empty.
 *
 * @param ingested when the bus accepted the event
 */
export function targetInput(input: TargetInput | undefined, event: BusEvent, rule: LocalRule, ingested: Date): string {
  if (!input) return JSON.stringify(event);
  if ('constant' in input) return input.constant;
  if ('path' in input) return JSON.stringify(valueAt(event, input.path) ?? null);
  const { detail: _, ...envelope } = event;
  const predefined: Record<string, unknown> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event': envelope,
    'aws.events.event.json': event,
    'aws.events.event.ingestion-time': ingested.toISOString(),
  };
  return filled(input.template, (name) =>
    name in predefined ? predefined[name] : name in input.paths ? valueAt(event, input.paths[name] ?? '') : undefined,
  );
}

function filled(template: string, lookUp: (name: string) => unknown): string {
  return template.replace(VARIABLE, (_, name: string, at: number) => {
    const value = lookUp(name);
    if (!isInsideQuotes(template, at)) return JSON.stringify(value ?? '');
    if (value === undefined || value === null) return '';
    if (Array.isArray(value)) return `[${value.map(bare).join(',')}]`;
    return bare(value);
  });
}

/** Inside quotes: text as JSON escapes it, anything else as JSON without its quotes. */
function bare(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  return JSON.stringify(value).replaceAll('"', '');
}

function isInsideQuotes(template: string, at: number): boolean {
  let inside = false;
  for (let index = 0; index < at; index++) {
    if (template[index] === '\\') index++;
    else if (template[index] === '"') inside = !inside;
  }
  return inside;
}

/**
 * The part of JSONPath that EventBridge supports: `$.detail.channel.caller`, `$.resources[0]`, `$.detail.items[*].id`.
 */
function valueAt(event: unknown, path: string): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  return follow(event, steps);
}

function follow(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined || value === undefined || value === null) return value;
  if (step === '*') return Object.values(value as object).map((element) => follow(element, rest));
  return follow((value as Record<string, unknown>)[step], rest);
}
