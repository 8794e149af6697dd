/**
 * Which commands may be sent again when their response was lost, so that Asterisk may have carried them out already:
 * those that are idempotent. For all others the caller has to check the state first: a playback would play twice even
 * with the same id, a digit would be sent twice, a channel would leave its bridge and enter it again.
 */

import type { AriErrorKind } from './errors.ts';

export interface Repeat {
  /** How a repeat is refused where the lost request was carried out. */
  doneKind?: AriErrorKind;
  /** What the command creates, with an id that the caller has chosen. */
  created?: { resource: 'channels' | 'bridges'; id: string };
}

/** Commands that set a state; commands that only read may be repeated as well. */
const SETTERS = new Set([
  'applications.filter',
  'asterisk.setGlobalVar',
  'asterisk.updateObject',
  'bridges.clearVideoSource',
  'bridges.setBridgeVar',
  'bridges.setBridgeVars',
  'bridges.setVideoSource',
  'bridges.startMoh',
  'bridges.stopMoh',
  'channels.answer',
  'channels.hold',
  'channels.mute',
  'channels.progress',
  'channels.ring',
  'channels.ringStop',
  'channels.setChannelVar',
  'channels.setChannelVars',
  'channels.startMoh',
  'channels.startSilence',
  'channels.stopMoh',
  'channels.stopSilence',
  'channels.unhold',
  'channels.unmute',
  'deviceStates.update',
  'mailboxes.update',
  'recordings.mute',
  'recordings.pause',
  'recordings.unmute',
  'recordings.unpause',
]);

/** Commands that end something, and how a repeat is refused when that is done. */
const ENDERS: Record<string, AriErrorKind> = {
  'asterisk.deleteLog': 'gone',
  'asterisk.deleteObject': 'gone',
  'bridges.destroy': 'gone',
  'bridges.removeChannel': 'wrong-state',
  'channels.hangup': 'gone',
  'deviceStates.delete': 'gone',
  'mailboxes.delete': 'gone',
  'playbacks.stop': 'gone',
  'recordings.cancel': 'gone',
  'recordings.deleteStored': 'gone',
  'recordings.stop': 'gone',
};

/** Commands that create something, with the parameter for the caller's id: Asterisk refuses an existing id. */
const CREATORS: Record<string, ['channels' | 'bridges', string]> = {
  'bridges.create': ['bridges', 'bridgeId'],
  'bridges.createWithId': ['bridges', 'bridgeId'],
  'channels.create': ['channels', 'channelId'],
  'channels.externalMedia': ['channels', 'channelId'],
  'channels.originate': ['channels', 'channelId'],
  'channels.originateWithId': ['channels', 'channelId'],
  'channels.snoopChannel': ['channels', 'snoopId'],
  'channels.snoopChannelWithId': ['channels', 'snoopId'],
};

/** How a command may be repeated, or `undefined` where it must not be. */
export function repeatOf(operation: string, template: string, params: Record<string, unknown>): Repeat | undefined {
  if (/Vars?$/.test(operation) && hasSideEffects([params.variable, params.variables])) return undefined;

  const [resource, parameter] = CREATORS[operation] ?? [];
  if (resource && parameter) {
    const id = params[parameter];
    return typeof id === 'string' && id !== '' ? { created: { resource, id } } : undefined;
  }
  const doneKind = ENDERS[operation];
  if (doneKind !== undefined) return { doneKind };
  return template.startsWith('GET ') || SETTERS.has(operation) ? {} : undefined;
}

/** Dialplan functions can have side effects even when they are read: `POP(list)`, `CURL(…)`. Time-outs have none. */
function hasSideEffects(variables: unknown): boolean {
  const unharmful = /\b(?:EVAL|TIMEOUT)\(|\$\[\(/g;
  return JSON.stringify(variables).replace(unharmful, '').includes('(');
}
