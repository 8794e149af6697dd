import type { Channel } from '../channel/channel.ts';
import type { DialplanFunction } from './dialplan-function.ts';
import { variable } from './variables.ts';

/** The functions of the dialplan that make a text of another. */
export const TEXT_FUNCTIONS: Record<string, DialplanFunction> = {
  LEN: { read: (_, _args, text) => String(Buffer.byteLength(text)) },
  TOUPPER: { read: (_, _args, text) => text.toUpperCase() },
  TOLOWER: { read: (_, _args, text) => text.toLowerCase() },
  URIENCODE: { read: (_, _args, text) => encodeURIComponent(text) },
  URIDECODE: { read: (_, _args, text) => uriDecoded(text) },
  ISNULL: { read: (_, _args, text) => (text === '' ? '1' : '0') },
  CUT: { read: cut },
  STRREPLACE: { read: replaced },
};

/** What is no code of a byte stays as it is. */
function uriDecoded(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replaceAll('%', ''), 'hex').toString());
}

/** `CUT(variable,delimiter,fields)`: fields by their numbers from 1, such as `2`, `2-3`, `3-` and `1&3`. */
function cut(channel: Channel, [name = '', delimiter = '', wanted = '']: string[]): string {
  const by = delimiter === '' ? '-' : delimiter.charAt(0);
  const fields = (variable(channel, name) ?? '').split(by);
  const ranges = wanted.split('&').map((range) => {
    const [, from = '', dash, to = ''] = /^(\d*)(-?)(\d*)$/.exec(range) ?? [];
    return fields.slice(Number(from || 1) - 1, dash ? Number(to || fields.length) : Number(from));
  });
  return ranges.flat().join(by);
}

/** `STRREPLACE(variable,find,replacement,most)` */
function replaced(channel: Channel, [name = '', find = '', replacement = '', most = '']: string[]): string {
  const text = variable(channel, name) ?? '';
  if (find === '') return text;
  const parts = text.split(find);
  const count = most === '' ? parts.length - 1 : Math.min(Number(most), parts.length - 1);
  return [parts.slice(0, count + 1).join(replacement), ...parts.slice(count + 1)].join(find);
}
