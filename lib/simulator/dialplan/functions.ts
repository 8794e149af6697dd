import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import { type Party, parsedParty, writtenParty } from '../channel/party.ts';
import type { DialplanFunction } from './dialplan-function.ts';
import { writeHangupHandlers } from './hangup-handlers.ts';
import { SHARED_FUNCTION } from './shared.ts';
import { setLocal } from './subroutines.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { setVariable, variable } from './variables.ts';

/** Modules that bring functions whose value may be absent. */
const MODULES = ['res_pjsip_header_funcs.so', 'func_db.so', 'func_global.so', 'func_groupcount.so'];

/** The functions of the dialplan that the simulator has. */
const FUNCTIONS: Record<string, DialplanFunction> = {
  CALLERID: { read: readCallerId, write: writeCallerId },
  CHANNEL: { read: readChannel, write: writeChannel },
  CONNECTEDLINE: {
    read: ({ connected }, [field = '']) => partyField(connected, field),
    write: writeConnectedLine,
  },
  TIMEOUT: { read: readTimeout, write: writeTimeout },
  IF: { read: (_, [condition = '']) => chosen(condition) },
  IFMODULE: { read: (_, [module = '']) => (MODULES.includes(module) ? '1' : '0') },
  PJSIP_HEADER: { read: ({ headers }, [action, name = '', at = '1']) => headerAt(headers, action, name, at) },
  SET: { read: setAndRead },
  DIALPLAN_EXISTS: { read: existsInDialplan },
  SHARED: SHARED_FUNCTION,
  LOCAL: {
    read: (channel, [name = '']) => variable(channel, name),
    write: (channel, [name = ''], value) => setLocal(channel, name, value),
  },
  ...TEXT_FUNCTIONS,
  PUSH: { write: (channel, [name = '', by], value) => push(channel, name, value, { by, first: false }) },
  UNSHIFT: { write: (channel, [name = '', by], value) => push(channel, name, value, { by, first: true }) },
};

/** `CALLERID(num)` as its name and its arguments. */
function parts(call: string): [DialplanFunction | undefined, string[], string] {
  const [, name = '', args = ''] = /^(\w+)\((.*)\)$/s.exec(call) ?? [];
  return [FUNCTIONS[name], applicationFields(args), args];
}

/** @returns undefined where there is no such function, or nothing to read by it */
export function readFunction(channel: Channel, call: string): string | undefined {
  const [found, args, whole] = parts(call);
  return found?.read?.(channel, args, whole);
}

/** Writes by a function; nothing happens where there is none. */
export function writeFunction(channel: Channel, call: string, value: string | undefined): void {
  const [found, args] = parts(call);
  if (value !== undefined) found?.write?.(channel, args, value);
}

/** Lets a variable, or what a function says, go into every event of a channel from now on, or no more. */
export function report(channel: Channel, name: string, isReported: boolean): void {
  if (!isReported) channel.reported.delete(name);
  else channel.reported.set(name, () => namedValue(channel, name));
}

/** A variable, or what a function says, which ends in a parenthesis; undefined where it is not set. */
export function namedValue(channel: Channel, name: string): string | undefined {
  return name.endsWith(')') ? readFunction(channel, name) : variable(channel, name);
}

/** Sets a variable, or writes by a function, which ends in a parenthesis. */
export function assign(channel: Channel, name: string, value: string | undefined): void {
  if (name.endsWith(')')) writeFunction(channel, name, value);
  else setVariable(channel, name, value);
}

/** `DIALPLAN_EXISTS(context,exten,priority)`, where the priority may be a label. */
function existsInDialplan({ dialplan }: Channel, [context = '', exten = 's', at = '1']: string[]): string {
  const priority = dialplan.priority(context, exten, at);
  return priority !== undefined && dialplan.has(context, exten, priority) ? '1' : '0';
}

function headerAt(
  headers: ReadonlyMap<string, string>,
  action: string | undefined,
  name: string,
  at: string,
): string | undefined {
  return action === 'read' && at === '1' ? headers.get(name.toLowerCase()) : undefined;
}

/** `SET(name=value)` */
function setAndRead(channel: Channel, [assignment = '']: string[]): string {
  const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(assignment) ?? [];
  assign(channel, name, value);
  return value;
}

function partyField({ name, number }: { name: string; number: string }, field: string): string | undefined {
  if (/^num(ber)?$/i.test(field)) return number;
  if (/^name$/i.test(field)) return name;
  return /^all$/i.test(field) ? writtenParty({ name, number }) : undefined;
}

function readCallerId({ caller }: Channel, [field = '']: string[]): string | undefined {
  if (/^ani|dnid|rdnis/i.test(field)) return /^ani$|^ani-num/i.test(field) ? caller.number : '';
  return partyField(caller, field);
}

/** A party with another name or number; undefined where there is no such field. */
function changedParty(party: Party, field: string, value: string): Party | undefined {
  if (/^num(ber)?$/i.test(field)) return { ...party, number: value.trim() };
  if (/^name$/i.test(field)) return { ...party, name: value };
  if (!/^all$/i.test(field)) return undefined;
  const { name = '', number = '' } = parsedParty(value);
  return { name, number };
}

function writeCallerId(channel: Channel, [field = '']: string[], value: string): void {
  const caller = changedParty(channel.caller, field, value);
  if (!caller) return;
  channel.caller = caller;
  channel.publish();
}

/** With the option `i` the other end is not told. It is not told after a hang-up either, and then nothing is written. */
function writeConnectedLine(channel: Channel, [field = '', options = '']: string[], value: string): void {
  const connected = changedParty(channel.connected, field, value);
  if (!connected || (channel.isHungUp && !options.includes('i'))) return;
  channel.connected = connected;
  channel.publish();
  if (!options.includes('i')) channel.technology.connectedLine(channel, connected);
}

function readChannel(channel: Channel, [field = '']: string[]): string | undefined {
  const fields: Record<string, string> = {
    accountcode: channel.accountcode,
    channeltype: channel.technology.name,
    context: channel.context,
    exten: channel.exten,
    language: channel.language,
    linkedid: channel.linkedid,
    name: channel.name,
    peeraccount: channel.peeraccount,
    state: channel.state,
    uniqueid: channel.id,
  };
  return fields[field.toLowerCase()];
}

function writeChannel(channel: Channel, [field = '']: string[], value: string): void {
  const [, action] = /^hangup_handler_(push|pop|wipe)$/i.exec(field) ?? [];
  if (action !== undefined) {
    writeHangupHandlers(channel, action.toLowerCase(), value);
    return;
  }
  const own = field.toLowerCase();
  if (!isCrossing(own)) return;
  channel.change(own, value);
  channel.technology.peerOf?.(channel)?.change(CROSSING[own], value);
}

/** What is set on one half of a Local channel is set on the other half: under which name. */
const CROSSING = { language: 'language', accountcode: 'peeraccount', peeraccount: 'accountcode' } as const;

function isCrossing(field: string): field is keyof typeof CROSSING {
  return Object.hasOwn(CROSSING, field);
}

function readTimeout(channel: Channel, [field = '']: string[]): string | undefined {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  if (/^a/i.test(field)) return channel.timeoutMs === 0 ? '0' : seconds(channel.timeoutMs);
  if (/^r/i.test(field)) return channel.pbx ? seconds(channel.pbx.responseMs) : '';
  if (/^d/i.test(field)) return channel.pbx ? seconds(channel.pbx.digitMs) : '';
  return undefined;
}

function writeTimeout(channel: Channel, [field = '']: string[], value: string): void {
  const ms = 1000 * Math.max(0, Number.parseFloat(value) || 0);
  if (/^a/i.test(field)) channel.timeoutMs = ms;
  else if (/^r/i.test(field) && channel.pbx) channel.pbx.responseMs = ms;
  else if (/^d/i.test(field) && channel.pbx) channel.pbx.digitMs = ms;
}

interface Pushing {
  /** What stands between two values. @default a comma */
  by: string | undefined;
  /** Whether it comes before what is there. */
  first: boolean;
}

function push(channel: Channel, name: string, value: string, { by = ',', first }: Pushing): void {
  const held = variable(channel, name) ?? '';
  const both = first ? [value, held] : [held, value];
  setVariable(channel, name, held === '' ? value : both.join(by));
}

function chosen(text: string): string {
  const [, condition = '', yes = '', no = ''] = /^(.*?)\?(.*?)(?::(.*))?$/s.exec(text) ?? [];
  return isTrue(condition) ? yes : no;
}

/** What the dialplan takes for true. */
export function isTrue(text: string): boolean {
  const trimmed = text.trim();
  return trimmed !== '' && !/^[+-]?0*$/.test(trimmed);
}
