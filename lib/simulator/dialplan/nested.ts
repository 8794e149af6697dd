import type { Channel } from '../channel/channel.ts';
import type { Thread } from '../threads.ts';
import { isTrue } from './functions.ts';
import { type Application, execute } from './pbx.ts';
import { setVariable } from './variables.ts';

/** The applications that run another. */
export function nested(find: (name: string) => Application | undefined): Record<string, Application> {
  function* run(channel: Channel, call: string): Thread<number | undefined> {
    const [, name = '', data = ''] = /^\s*(\w+)(?:\((.*)\))?\s*$/s.exec(call) ?? [];
    const application = find(name);
    return application && (yield* execute(channel, name, data, application));
  }
  return {
    /** `condition?Application(data):Application(data)` */
    *ExecIf(channel, data) {
      const [condition = '', branches = ''] = data.split(/\?(.*)/s);
      const [yes = '', no = ''] = partedByColon(branches);
      const chosen = isTrue(condition) ? yes : no;
      return chosen === '' ? 0 : ((yield* run(channel, chosen)) ?? 0);
    },
    /** `Application(data)`, which does not end the call where it cannot be run. */
    *TryExec(channel, data) {
      const result = yield* run(channel, data);
      setVariable(channel, 'TRYSTATUS', result === undefined ? 'NOAPP' : result === 0 ? 'SUCCESS' : 'FAILED');
      return channel.isHungUp ? -1 : 0;
    },
  };
}

/** At colons that stand in no parentheses. */
function partedByColon(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (character === ':' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
