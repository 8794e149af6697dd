import { Refusal } from './refusal.ts';
import type { SimulatedChannel } from './simulated-channel.ts';
import { readVariable } from './variables.ts';

type Assign = (name: string, value: string) => void;

/** Reads what ARI is asked for as a variable, with the functions that have an expression for an argument. */
export function readExpression(channel: SimulatedChannel, name: string | undefined, assign: Assign): string {
  const [, called, argument = ''] = /^(EVAL|SET|IF)\((.*)\)$/s.exec(name ?? '') ?? [];
  if (called === 'EVAL') return substitute(argument, channel, assign);
  if (called === 'SET') {
    const [, variable = '', value = ''] = /^(\w+)=(.*)$/s.exec(argument) ?? [];
    assign(variable, value);
    return value;
  }
  if (called === 'IF') {
    const [, condition = '', yes = '', no = ''] = /^(.*?)\?(.*?)(?::(.*))?$/s.exec(argument) ?? [];
    return /^0*$/.test(condition.trim()) ? no : yes;
  }
  return readVariable(channel, name);
}

/** `${name}` and `$["a" = "b"]`, one in the other; what is not set is empty. */
function substitute(text: string, channel: SimulatedChannel, assign: Assign): string {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const opening = text[at] === '$' ? text[at + 1] : undefined;
    if (opening !== '{' && opening !== '[') {
      result += text[at];
      continue;
    }
    const end = closing(text, at + 1);
    const inner = substitute(text.slice(at + 2, end), channel, assign);
    result += opening === '[' ? isEqual(inner) : valueIn(inner, channel, assign);
    at = end;
  }
  return result;
}

function closing(text: string, from: number): number {
  const pairs: Record<string, string> = { '{': '}', '[': ']' };
  const [open, close] = [text[from], pairs[text[from] ?? '']];
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === open) depth += 1;
    else if (text[at] === close && --depth === 0) return at;
  }
  return text.length;
}

function isEqual(expression: string): string {
  const [, left, right] = /^\s*"(.*?)"\s*=\s*"(.*?)"\s*$/s.exec(expression) ?? [];
  return left !== undefined && left === right ? '1' : '0';
}

function valueIn(name: string, channel: SimulatedChannel, assign: Assign): string {
  try {
    return readExpression(channel, name, assign);
  } catch (error) {
    if (error instanceof Refusal) return '';
    throw error;
  }
}
