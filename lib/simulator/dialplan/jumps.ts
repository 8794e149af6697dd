import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import { atOnce } from '../threads.ts';
import { isTrue } from './functions.ts';
import type { Application } from './pbx.ts';
import { enterSubroutine, leaveSubroutine } from './subroutines.ts';
import { setVariable } from './variables.ts';

/** The applications that go on elsewhere in the dialplan. */
export const JUMPS: Record<string, Application> = {
  Goto: (channel, data) => atOnce(() => goTo(channel, data)),
  GotoIf: (channel, data) =>
    atOnce(() => {
      const target = branch(data);
      return target === '' ? 0 : goTo(channel, target);
    }),
  Gosub: (channel, data) => atOnce(() => goSub(channel, data)),
  GosubIf: (channel, data) =>
    atOnce(() => {
      const target = branch(data);
      return target === '' ? 0 : goSub(channel, target);
    }),
  Return: (channel, data) =>
    atOnce(() => {
      const left = leaveSubroutine(channel);
      if (left) setVariable(channel, 'GOSUB_RETVAL', data);
      return left?.isWhole ? -1 : 0;
    }),
};

/** `condition?yes:no`: the one that is chosen; empty where it is not there. */
function branch(data: string): string {
  const [, condition = '', yes = '', no = ''] = /^(.*?)\?(.*?)(?::(.*))?$/s.exec(data) ?? [];
  return isTrue(condition) ? yes : no;
}

/**
 * `[[context,]exten,]priority`, where the priority may be a label; the priority that follows comes with the next line.
 *
 * @returns -1 where there is no such label, which ends the call
 */
function goTo(channel: Channel, target: string): number {
  const [at = '1', exten = channel.exten, context = channel.context] = applicationFields(target).toReversed();
  const priority = channel.dialplan.priority(context, exten, at);
  if (priority === undefined) return -1;
  channel.context = context;
  channel.exten = exten;
  channel.priority = priority - 1;
  return 0;
}

/** The same, with arguments: `context,exten,priority(first,second)`. */
function goSub(channel: Channel, target: string): number {
  const [, place = '', args = ''] = /^([^(]*)(?:\((.*)\))?\s*$/s.exec(target) ?? [];
  const { context, exten, priority } = channel;
  if (goTo(channel, place) !== 0) return -1;
  if (!channel.dialplan.has(channel.context, channel.exten, channel.priority + 1)) {
    Object.assign(channel, { context, exten, priority });
    return -1;
  }
  enterSubroutine(channel, { context, exten, priority }, applicationFields(args));
  return 0;
}
