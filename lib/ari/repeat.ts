/**
 * Which commands may be sent again when the answer to them was lost, so that Asterisk may have carried them out
 * already: those for which twice is the same as once. All others must be asked about first, by who knows the call:
 * a playback would play twice whatever its id, a digit be sent twice, a channel leave its bridge and enter it again.
 */

export interface Repeat {
  /** The status of a repeat that tells that the lost request had been carried out. */
  doneStatus?: number;
  /** What the command creates under an id of the caller's choice. */
  created?: { resource: 'channels' | 'bridges'; id: string };
}

/** Commands that bring about a state; beside them, everything that only reads. */
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

/** Commands that end something: a repeat finds it gone. */
const ENDERS: Record<string, number> = {
  'asterisk.deleteLog': 404,
  'asterisk.deleteObject': 404,
  'bridges.destroy': 404,
  'bridges.removeChannel': 422,
  'channels.hangup': 404,
  'deviceStates.delete': 404,
  'mailboxes.delete': 404,
  'playbacks.stop': 404,
  'recordings.cancel': 404,
  'recordings.deleteStored': 404,
  'recordings.stop': 404,
};

/** Commands that create, and the parameter with which the caller may choose the id: Asterisk takes no id twice. */
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
  // Dialplan functions can do anything, also when they are read: `POP(list)`, `CURL(…)`.
  if (/Vars?$/.test(operation) && JSON.stringify([params.variable, params.variables]).includes('(')) return undefined;

  const [resource, parameter] = CREATORS[operation] ?? [];
  if (resource && parameter) {
    const id = params[parameter];
    return typeof id === 'string' && id !== '' ? { created: { resource, id } } : undefined;
  }
  const doneStatus = ENDERS[operation];
  if (doneStatus !== undefined) return { doneStatus };
  return template.startsWith('GET ') || SETTERS.has(operation) ? {} : undefined;
}
