import type { Check } from './check.ts';
import { error, ok, skipped, warning } from './finding.ts';

/** Features that Asterisk's branches got late, with the first version of each branch that has it. */
const FEATURES: { what: string; since: Record<number, number> }[] = [
  { what: 'commands over the WebSocket', since: { 20: 14, 21: 9, 22: 4 } },
  { what: 'outbound WebSockets', since: { 20: 15, 21: 10, 22: 5 } },
];
const OLDEST = 20;
/** Branches that get no further releases. */
const ENDED = [21];

/** Asterisk's version, and what it lacks. */
export const version: Check = {
  name: 'version',
  needs: [],
  as: 'reader',
  async look(examination) {
    const { json } = await examination.read('/asterisk/info?only=system');
    const text = (json as { system?: { version?: string } } | undefined)?.system?.version;
    const [, major = 0, minor = 0] = (/^(?:\D*)(\d+)\.(\d+)/.exec(text ?? '') ?? []).map(Number);
    if (!major) return skipped(`expected Asterisk to report a version number, got ${text ? `"${text}"` : 'none'}`);
    if (major < OLDEST) {
      return error(`Asterisk ${text} is too old: ${OLDEST} is the oldest supported branch. Upgrade it`);
    }
    const lacks = FEATURES.filter(({ since }) => minor < (since[major] ?? 0)).map(({ what }) => what);
    if (ENDED.includes(major)) lacks.push('security fixes, as its branch has ended');
    if (lacks.length > 0)
      return warning(`Asterisk ${text} lacks ${lacks.join(' and ')}. Upgrade it where you need them`);
    return ok(`Asterisk ${text} has everything that is needed`);
  },
};
