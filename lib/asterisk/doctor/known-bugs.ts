import { type AsteriskVersion, type Releases, reaches } from './asterisk-version.ts';

/** A fault of released versions of Asterisk that concerns ARI, its event WebSocket or what handlers do with calls. */
export interface KnownBug {
  /** The advisory's or the issue's own name. */
  id: string;
  /** What happens, as the end of a sentence that begins with "Asterisk 22.9.0 has a known bug: ". */
  happens: string;
  /** Where only some are concerned: what they use, which the doctor does not see. @default everyone is concerned */
  only?: string;
  /** The first release of each major version that has it; one that is missing has had it from its start. */
  since?: Releases;
  /**
   * The first release of each branch without it. An earlier major version that is missing got no such release; later ones
   * never had the bug. Empty while no release is without it.
   */
  fixed: Releases;
  /** Where this is written: the advisory or the issue, and the change logs with the releases. */
  sources: readonly string[];
}

const issue = (number: number): string => `https://github.com/asterisk/asterisk/issues/${number}`;
const advisory = (id: string): string => `https://github.com/asterisk/asterisk/security/advisories/${id}`;
const changeLogs = (...releases: string[]): string[] =>
  releases.map((release) => {
    const folder = release.startsWith('certified') ? 'certified-asterisk' : 'asterisk';
    return `https://downloads.asterisk.org/pub/telephony/${folder}/releases/ChangeLog-${release}.html`;
  });

const JANUARY_2026 = { 20: [18, 0], 22: [8, 0], 23: [2, 0] } as const;
const AUGUST_2026 = { 20: [21, 0], 22: [11, 0], 23: [5, 0] } as const;
const OUTBOUND_WEBSOCKETS = { 20: [15, 0], 21: [10, 0], 22: [5, 0] } as const;

export const KNOWN_BUGS: readonly KnownBug[] = [
  {
    id: 'GHSA-wcvv-g26m-wx5c',
    happens:
      'a read-only user who opens the event WebSocket with api_key in the URL can send commands over it and load modules: the connector’s password is enough to command calls',
    since: { 20: [14, 0], 21: [9, 0], 22: [4, 0] },
    fixed: { 20: [20, 1], 22: [10, 1], 23: [4, 1], 'certified-22.8': [3] },
    sources: [advisory('GHSA-wcvv-g26m-wx5c'), ...changeLogs('20.20.1', '22.10.1', '23.4.1', 'certified-22.8-cert3')],
  },
  {
    id: 'GHSA-vrfp-mg3q-3959',
    happens:
      'an ARI user who may set variables can write files by the function FILE(), even with live_dangerously=no: the handlers’ password opens the machine, not only its calls',
    fixed: { 20: [20, 1], 22: [10, 1], 23: [4, 1], 'certified-20.7': [11], 'certified-22.8': [3] },
    sources: [
      advisory('GHSA-vrfp-mg3q-3959'),
      ...changeLogs('20.20.1', '22.10.1', '23.4.1', 'certified-20.7-cert11', 'certified-22.8-cert3'),
    ],
  },
  {
    id: '#1648',
    happens: 'playing to a bridge and recording a bridge can crash it',
    only: 'handlers that play to bridges or record them',
    fixed: JANUARY_2026,
    sources: [issue(1648), ...changeLogs('20.18.0', '22.8.0', '23.2.0')],
  },
  {
    id: '#1643',
    happens: 'a call that is hung up while its media WebSocket opens, or sends digits over it (#1604), can crash it',
    only: 'media over chan_websocket',
    since: OUTBOUND_WEBSOCKETS,
    fixed: JANUARY_2026,
    sources: [issue(1643), issue(1604), ...changeLogs('20.18.0', '22.8.0', '23.2.0')],
  },
  {
    id: '#1979',
    happens:
      'a server that accepts the connection of an outbound WebSocket and does not answer stops the calls of the whole process',
    only: 'outbound WebSockets (websocket_client.conf)',
    since: OUTBOUND_WEBSOCKETS,
    fixed: AUGUST_2026,
    sources: [issue(1979), ...changeLogs('20.21.0', '22.11.0', '23.5.0')],
  },
  {
    id: '#1992',
    happens: 'a voicemail with notification by e-mail crashes it',
    only: 'CHANNEL(audionativeformat) or CHANNEL(videonativeformat) in channelvars of ari.conf',
    fixed: AUGUST_2026,
    sources: [issue(1992), ...changeLogs('20.21.0', '22.11.0', '23.5.0')],
  },
  {
    id: '#2170',
    happens: 'closing the event WebSocket while a device changes its state can block ARI until Asterisk is restarted',
    only: 'apps that subscribe to device states',
    fixed: {},
    sources: [issue(2170)],
  },
];

/** The known bugs of a version; none for a build from Git, whose contents its name does not tell. */
export function bugsOf(version: AsteriskVersion, bugs: readonly KnownBug[] = KNOWN_BUGS): KnownBug[] {
  return bugs.filter((bug) => has(version, bug));
}

function has(version: AsteriskVersion, { since = {}, fixed }: KnownBug): boolean {
  if (version.release === undefined || reaches(version, since) === false) return false;
  const without = reaches(version, fixed);
  if (without !== undefined) return !without;
  const branches = Object.keys(fixed).filter((each) => /^\d+$/.test(each));
  return branches.length === 0 || version.major < Math.max(...branches.map(Number));
}
