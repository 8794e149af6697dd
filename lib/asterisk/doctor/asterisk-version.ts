/** A release of Asterisk, or a build between two. */
export interface AsteriskVersion {
  /**
   * The line of releases: `22`, or `certified-20.7`. A build from Git has the branch that it names, and no numbers: what
   * it contains cannot be told from its name.
   */
  branch: string;
  /** The major version, 0 for a build of the master branch. */
  major: number;
  /** What orders the releases of a branch: `[10, 1]` of 22.10.1, `[4]` of certified-20.7-cert4; none for a build from Git. */
  release: number[] | undefined;
}

/**
 * Reads the version that Asterisk reports.
 *
 * @returns `undefined` where it has no form of Asterisk's
 * @example
 * parseVersion('22.10.1~dfsg+~cs6.17'); // { branch: '22', major: 22, release: [10, 1] }
 * parseVersion('certified-20.7-cert4'); // { branch: 'certified-20.7', major: 20, release: [4] }
 * parseVersion('GIT-20-97b4df1f63'); // { branch: '20', major: 20, release: undefined }
 */
export function parseVersion(text: string): AsteriskVersion | undefined {
  const certified = /certified[-/](\d+)\.(\d+)-cert(\d+)/.exec(text);
  if (certified) {
    const [, major, minor, patch] = certified;
    return { branch: `certified-${major}.${minor}`, major: Number(major), release: [Number(patch)] };
  }
  const build = /GIT-(?:certified[-/])?(\d+(?:\.\d+)?|master)/i.exec(text);
  if (build) {
    const [, branch = ''] = build;
    return { branch, major: Number.parseInt(branch, 10) || 0, release: undefined };
  }
  const [, major, minor, patch = '0'] = /^(?:asterisk[- ])?(\d+)\.(\d+)(?:\.(\d+))?/i.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { branch: major, major: Number(major), release: [Number(minor), Number(patch)] };
}

/** Numbers of a release by branch, or by major version: a certified branch that is not named counts as its origin, 20.7. */
export type Releases = Readonly<Record<string, readonly number[]>>;

/**
 * Whether a version is the release that is named for its branch, or a later one.
 *
 * @returns `undefined` where none is named
 */
export function reaches({ branch, major, release = [] }: AsteriskVersion, named: Releases): boolean | undefined {
  const own = named[branch];
  if (own !== undefined) return !isBefore(release, own);
  const origin = named[major];
  return origin === undefined ? undefined : !isBefore([Number(branch.split('.')[1])], origin);
}

function isBefore(release: readonly number[], other: readonly number[]): boolean {
  const at = other.findIndex((number, index) => number !== (release[index] ?? 0));
  return at !== -1 && (release[at] ?? 0) < (other[at] ?? 0);
}
