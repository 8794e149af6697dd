import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';
import { answered, slept } from './applications.ts';
import type { Application } from './pbx.ts';
import type { Sounds } from './sounds.ts';
import { setVariable } from './variables.ts';

/** How long `AMD()` listens, by who is there. */
const HEARD = {
  human: { seconds: 1.5, status: 'HUMAN', cause: 'HUMAN-800-800' },
  machine: { seconds: 2.5, status: 'MACHINE', cause: 'MAXWORDS-4-3' },
  nobody: { seconds: 5, status: 'NOTSURE', cause: 'TOOLONG-4800' },
};

/** The applications that need to know what is at the other end of a call, and the one that makes a conference of many. */
export function outside(sounds: Sounds): Record<string, Application> {
  const inConference = new Map<string, Set<Channel>>();
  const { clock } = sounds;
  return {
    *Transfer(channel, data) {
      const status = transferred(channel, data);
      setVariable(channel, 'TRANSFERSTATUS', status);
      setVariable(channel, 'TRANSFERSTATUSPROTOCOL', status === 'SUCCESS' ? '200' : '0');
      return yield* slept(channel, clock, 0);
    },
    *AMD(channel) {
      const { seconds, status, cause } = HEARD[channel.technology.voice ?? 'nobody'];
      if ((yield* answeredFor(channel, clock, seconds)) !== 0) return -1;
      setVariable(channel, 'AMDSTATUS', status);
      setVariable(channel, 'AMDCAUSE', cause);
      return 0;
    },
    /** Until the call is over. */
    *ConfBridge(channel, data) {
      const [name = ''] = data.split(',');
      const members = inConference.get(name) ?? new Set();
      inConference.set(name, members);
      if ((yield* answeredFor(channel, clock, 0)) !== 0) return -1;
      members.add(channel);
      if (members.size === 1) sounds.hear(channel, 'sound:conf-onlyperson');
      yield* slept(channel, clock, Number.POSITIVE_INFINITY);
      members.delete(channel);
      setVariable(channel, 'CONFBRIDGE_RESULT', 'HANGUP');
      return -1;
    },
  };
}

function* answeredFor(channel: Channel, clock: Clock, seconds: number) {
  if (channel.state !== 'Up' && (yield* answered(channel, clock)) !== 0) return -1;
  return yield* slept(channel, clock, 1000 * seconds);
}

/** A phone takes a transfer; a Local channel cannot, nor one of another technology. */
function transferred(channel: Channel, data: string): string {
  const [technology = '', rest] = data.split(/\/(.*)/s);
  if (data === '' || (rest !== undefined && technology.toLowerCase() !== channel.technology.name.toLowerCase())) {
    return 'FAILURE';
  }
  return channel.technology.name === 'Local' ? 'UNSUPPORTED' : 'SUCCESS';
}
