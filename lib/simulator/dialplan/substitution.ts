import type { Channel } from '../channel/channel.ts';
import { evaluated } from './expression.ts';
import { readFunction } from './functions.ts';
import { variable } from './variables.ts';

/** Puts values in place of `${NAME}`, `${FUNCTION(…)}`, `${NAME:offset:length}` and `$[expression]`. */
export function substituted(channel: Channel, text: string): string {
  let result = '';
  for (let at = 0; at < text.length; ) {
    const opening = text.slice(at, at + 2);
    if (opening !== '${' && opening !== '$[') {
      result += text.charAt(at++);
      continue;
    }
    const end = closing(text, at + 2, opening.charAt(1), opening === '${' ? '}' : ']');
    const inner = substituted(channel, text.slice(at + 2, end));
    result += opening === '${' ? valueNamed(channel, inner) : evaluated(inner);
    at = end + 1;
  }
  return result;
}

/** Where the bracket closes that was opened before. */
function closing(text: string, from: number, open: string, close: string): number {
  for (let at = from, depth = 1; at < text.length; at++) {
    if (text.charAt(at) === open) depth += 1;
    else if (text.charAt(at) === close) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function valueNamed(channel: Channel, name: string): string {
  const [, call = '', offset, length] = /^(.*?\)|[^:(]*)(?::(-?\d+))?(?::(-?\d+))?$/s.exec(name) ?? [];
  const value = (call.endsWith(')') ? readFunction(channel, call) : variable(channel, call)) ?? '';
  if (offset === undefined) return value;
  const from = value.slice(Number(offset));
  return length === undefined ? from : from.slice(0, Number(length));
}
