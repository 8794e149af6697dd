import type { Remedy } from '../../ari/connect-failure.ts';
import { RESCUE_CONTEXT, TIMED_OUT } from '../rescue.ts';
import { anyChannel, readVariable } from './channel-variable.ts';
import type { Check } from './check.ts';
import { type Outcome, ok, skipped, warning } from './finding.ts';

/** Asterisk sends a call to the fallback that no handler claims: read through any channel, as no other command shows it. */
export const rescue: Check = {
  name: 'rescue',
  needs: [],
  as: 'reader',
  async look(examination) {
    const { rescueContext: context } = examination.patient;
    if (context === undefined) return skipped('not examined: cdk.json names no node, or its `rescue` is false');
    const lines: Remedy = { file: 'extensions.conf', section: context, option: 'exten', line: TIMED_OUT.trim() };
    const channelId = await anyChannel(examination);
    if (channelId === undefined) {
      return skipped(
        'the dialplan can be examined on a channel only, and there is none: make a call, or allow a channel that calls nobody with --calls, or compare this line',
        lines,
      );
    }
    const has = (name: string): Promise<string | undefined> =>
      readVariable(examination, channelId, `DIALPLAN_EXISTS(${name},1)`);
    const [timedOut, arms] = [await has(`${context},T`), await has(`${RESCUE_CONTEXT},arm`)];
    if (timedOut === undefined || arms === undefined) {
      return skipped('not examined: Asterisk cannot say which extensions there are. func_dialplan.so may be missing');
    }
    if (timedOut !== '1' || arms !== '1') return missing(timedOut !== '1' ? `${context},T` : RESCUE_CONTEXT, lines);
    if ((await readVariable(examination, channelId, 'TIMEOUT(absolute)')) === undefined) {
      return warning(
        'func_timeout.so is not running: no call is rescued. Add "load = func_timeout.so" to modules.conf, and remove a noload of it',
        { file: 'modules.conf', section: 'modules', option: 'load', line: 'load = func_timeout.so' },
      );
    }
    return ok(`the dialplan rescues calls of the context "${context}" that no handler claims`);
  },
};

function missing(what: string, lines: Remedy): Outcome {
  return warning(
    `the dialplan lacks ${what}: a caller whom no handler claims waits in silence. Write extensions.conf again with "ari-eventbridge asterisk-config", and type "dialplan reload" in asterisk -r`,
    lines,
  );
}
