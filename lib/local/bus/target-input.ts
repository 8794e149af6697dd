import type { LocalRule, TargetInput } from '../template/index.ts';
import { type BusEvent, textOf } from './bus-event.ts';
import { type JsonText, readJsonText } from './json-text.ts';

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
  const text = textOf(event);
  if (!input) return text;
  if ('constant' in input) return input.constant;
  const document = readJsonText(text);
  if ('path' in input) return valueAt(document, input.path)?.text ?? 'null';
  const { detail: _, ...envelope } = event;
  const predefined: Record<string, string> = {
    'aws.events.rule-arn': JSON.stringify(rule.arn),
    'aws.events.rule-name': JSON.stringify(rule.name),
    'aws.events.event': JSON.stringify(envelope),
    'aws.events.event.json': text,
    'aws.events.event.ingestion-time': JSON.stringify(ingested.toISOString()),
  };
  return filled(input.template, (name) => {
    const known = predefined[name];
    if (known !== undefined) return readJsonText(known);
    const path = input.paths[name];
    return path === undefined ? undefined : valueAt(document, path);
  });
}

function filled(template: string, lookUp: (name: string) => JsonText | undefined): string {
  return template.replace(VARIABLE, (_, name: string, at: number) => {
    const value = lookUp(name);
    const isAbsent = value === undefined || value.text === 'null';
    if (!isInsideQuotes(template, at)) return isAbsent ? '""' : value.text;
    if (isAbsent) return '';
    return value.isArray ? `[${[...(value.members?.values() ?? [])].map(bare).join(',')}]` : bare(value);
  });
}

/** Inside quotes: text as JSON escapes it, anything else as JSON without its quotes. */
function bare({ text, members }: JsonText): string {
  return members === undefined && text.startsWith('"') ? text.slice(1, -1) : text.replaceAll('"', '');
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
function valueAt(event: JsonText, path: string): JsonText | undefined {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  return follow(event, steps);
}

function follow(value: JsonText | undefined, [step, ...rest]: readonly string[]): JsonText | undefined {
  if (step === undefined || value === undefined) return value;
  if (step !== '*') return follow(value.members?.get(step), rest);
  const found = [...(value.members?.values() ?? [])].flatMap((member) => follow(member, rest) ?? []);
  const members = new Map(found.map((member, index) => [String(index), member]));
  return { text: `[${found.map(({ text }) => text).join(',')}]`, members, isArray: true };
}
