import type { Remedy } from '../../ari/connect-failure.ts';
import { VERBS_CONTEXT } from '../../ari/verbs-dialplan.ts';
import { ANSWERED_CONTEXT, VERB_CONTEXT, verbsContexts } from '../verbs.ts';
import { anyChannel, readVariable } from './channel-variable.ts';
import type { Check } from './check.ts';
import { ok, skipped, warning } from './finding.ts';

/** An extension of each context that lists of verbs need. */
const NEEDED = [`${VERBS_CONTEXT},1`, `${VERB_CONTEXT},gather`, `${ANSWERED_CONTEXT},s`];
/** The first line of the contexts: the others belong to it. */
const FIRST_LINE = verbsContexts('')
  .split('\n')
  .find((line) => line.startsWith('exten')) as string;

/** The dialplan carries out the verbs of call handlers. */
export const verbs: Check = {
  name: 'verbs',
  needs: [],
  as: 'reader',
  async look(examination) {
    if (!examination.patient.verbs) return skipped('not examined: cdk.json has no `asterisk` for this node');
    const lines: Remedy = { file: 'extensions.conf', section: VERBS_CONTEXT, option: 'exten', line: FIRST_LINE };
    const channelId = await anyChannel(examination);
    if (channelId === undefined) {
      return skipped(
        'the contexts of verbs can be examined on a channel only, and there is none: make a call, or allow a channel that calls nobody with --calls, or compare this line, their first one',
        lines,
      );
    }
    for (const extension of NEEDED) {
      const exists = await readVariable(examination, channelId, `DIALPLAN_EXISTS(${extension},1)`);
      if (exists === undefined) {
        return skipped('not examined: Asterisk cannot say which extensions there are. func_dialplan.so may be missing');
      }
      if (exists !== '1') {
        return warning(
          `the dialplan lacks [${extension.replace(',', '], extension ')}: handlers collect digits by one event for each, and cannot dial, record or queue. Write extensions.conf again with "ari-eventbridge asterisk-config", and type "dialplan reload" in asterisk -r`,
          lines,
        );
      }
    }
    return ok('the dialplan carries out the verbs of call handlers');
  },
};
