import { parseVersion, type Releases, reaches } from './asterisk-version.ts';
import type { Check } from './check.ts';
import { error, type Outcome, ok, skipped, warning } from './finding.ts';
import { bugsOf, type KnownBug } from './known-bugs.ts';

/** Features that Asterisk's branches got late, with the first version of each branch that has it. */
const FEATURES: { what: string; since: Releases }[] = [
  { what: 'commands over the WebSocket', since: { 20: [14], 21: [9], 22: [4] } },
  { what: 'outbound WebSockets', since: { 20: [15], 21: [10], 22: [5] } },
  {
    what: 'permit, deny and acl of ari.conf, which make it refuse the users',
    since: { 20: [19], 21: [Number.POSITIVE_INFINITY], 22: [9], 23: [3], 'certified-22.8': [3] },
  },
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
    const found = text === undefined ? undefined : parseVersion(text);
    if (!found) return skipped(`expected Asterisk to report a version number, got ${text ? `"${text}"` : 'none'}`);
    examination.version = { text: text as string, ...found };
    const { branch, major, release } = found;
    if (major !== 0 && major < OLDEST) {
      return error(`Asterisk ${text} is too old: ${OLDEST} is the oldest supported branch. Upgrade it`);
    }
    if (release === undefined) {
      return skipped(
        `Asterisk ${text} is a build from Git of the branch ${branch}: its name does not tell which features and corrections it has`,
      );
    }
    const lacks = FEATURES.filter(({ since }) => reaches(found, since) === false).map(({ what }) => what);
    if (ENDED.includes(major)) lacks.push('security fixes, as its branch has ended');
    if (lacks.length > 0) return warning(`Asterisk ${text} lacks ${lacks.join('; ')}. Upgrade it where you need them`);
    return ok(`Asterisk ${text} has everything that is needed`);
  },
};

/** Known bugs of the version that was found. */
export const knownBugs: Check = {
  name: 'known-bugs',
  needs: ['version'],
  as: 'reader',
  async look({ version: found }) {
    if (found?.release === undefined) return skipped('not examined: the version does not tell which bugs it has');
    const bugs = bugsOf(found);
    if (bugs.length === 0) return ok(`no known bug of ARI is in Asterisk ${found.text}`);
    const everyone = bugs.filter(({ only }) => only === undefined);
    const some = bugs.filter(({ only }) => only !== undefined);
    return [
      ...everyone.map((bug) => warning(`Asterisk ${found.text} has a known bug: ${bug.happens}. ${mending(bug)}`)),
      ...(some.length > 0 ? [conditional(found.text, some)] : []),
    ];
  },
};

/** Not a warning: whether it concerns this Asterisk is not seen. */
function conditional(text: string, bugs: readonly KnownBug[]): Outcome {
  const each = bugs.map((bug) => `where you use ${bug.only}: ${bug.happens}. ${mending(bug)}`);
  return skipped(`Asterisk ${text} has known bugs that concern only some: ${each.join('; ')}`);
}

function mending({ fixed, sources: [source] }: KnownBug): string {
  const releases = Object.entries(fixed).map(([branch, numbers]) =>
    branch.startsWith('certified') ? `${branch}-cert${numbers[0]}` : [branch, ...numbers].join('.'),
  );
  return `${releases.length === 0 ? 'No release is without it yet' : `Without it: ${releases.join(', ')}`} (${source})`;
}
