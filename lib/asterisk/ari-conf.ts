import { isIP, isIPv6 } from 'node:net';
import type { Credentials } from '../ari/credentials.ts';
import type { UserRole } from '../ari/node.ts';
import { CALL_VARIABLES } from '../ari/verbs-dialplan.ts';
import { confLine, confValueFault } from './conf-value.ts';
import { check, flag, list, optionFaults } from './option-faults.ts';
import { sha512Crypt, verifySha512Crypt } from './sha512-crypt.ts';

/** `[general]` of ari.conf, in Asterisk's own names. */
export interface AriOptions {
  /** Serves ARI. @default true */
  enabled?: boolean;
  /** Indents JSON, for people. @default false */
  pretty?: boolean;
  /** Origins of web pages that may call ARI (CORS): `https://console.example.com`, or `*` for any. @default none */
  allowed_origins?: string[];
  /**
   * Channel variables and functions to include in every event, besides `CHANNEL(linkedid)`, the call id.
   * @default none
   */
  channelvars?: string[];
}

/** A user's section of ari.conf, without its name and its password, which are never in cdk.json. */
export interface UserOptions {
  /** The only value for a user. @default 'user' */
  type?: 'user';
  /** Allows GET, OPTIONS and events only. @default true for the connector, false for the handlers */
  read_only?: boolean;
  /** `plain` writes the password itself to the file; `crypt` costs Asterisk 1 ms for each request. @default 'crypt' */
  password_format?: 'crypt' | 'plain';
  /**
   * Addresses and networks that the user may come from, besides Asterisk's own machine: `203.0.113.7`, `10.0.0.0/16`,
   * `2001:db8::/32`. @default every address
   */
  permit?: string[];
}

/** Both users' names and passwords. */
export type NodePasswords = Record<UserRole, Credentials>;

const USER = { type: 'user', password_format: 'crypt', permit: [] } satisfies Partial<UserOptions>;

/** The default options of each role. */
const ROLES: Record<UserRole, Required<UserOptions> & { purpose: string }> = {
  connector: { ...USER, read_only: true, purpose: 'The connector: receives events.' },
  handlers: { ...USER, read_only: false, purpose: 'Call handlers: command calls.' },
};

const ORIGIN = /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?|https?:\/\/\[[0-9a-f:]+\](:\d{1,5})?)$/;
const CHANNEL_VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*(\([A-Za-z0-9_:-]*\))?$/;
/** A section's name; in Basic authentication a user's name ends at the first colon. */
const USERNAME = /^[A-Za-z0-9._-]{1,64}$/;
const HASH_LINE = /^[ \t]*password[ \t]*=>?[ \t]*(\$6\$(?:rounds=\d+\$)?[./0-9A-Za-z]+\$[./0-9A-Za-z]+)[ \t]*$/gm;

/** Faults of the options for ari.conf's `[general]`. */
export function ariFaults(at: string, given: unknown): string[] {
  return optionFaults(at, given, {
    enabled: flag,
    pretty: flag,
    allowed_origins: list('origins, such as "https://console.example.com", or "*"', ORIGIN),
    channelvars: list('names of channel variables, or functions such as "CALLERID(num)"', CHANNEL_VARIABLE),
  });
}

/** Faults of the options for a user's section. */
export function userFaults(at: string, given: unknown): string[] {
  return optionFaults(at, given, {
    type: check('"user"', (value) => value === 'user'),
    read_only: flag,
    password_format: check(
      '"crypt", which is rendered as SHA-512, or "plain"',
      (value) => value === 'crypt' || value === 'plain',
    ),
    permit: check(
      'a list of IP addresses and networks, such as "203.0.113.7" or "10.0.0.0/16"',
      (value) => Array.isArray(value) && value.every(isNetwork),
    ),
  });
}

/** Faults of the users' names and passwords. The messages contain no password. */
export function passwordFaults(at: string, passwords: NodePasswords): string[] {
  const faults = (Object.keys(ROLES) as UserRole[]).flatMap((role) => {
    const { username, password } = passwords[role];
    const wrong: string[] = [];
    if (!USERNAME.test(username) || username === 'general') {
      const expected = '1 to 64 letters, digits, ".", "_" or "-", other than "general"';
      wrong.push(
        `${at}: expected the name of the user for the ${role} to be ${expected}, got ${JSON.stringify(username)}`,
      );
    }
    const fault = confValueFault(password);
    if (fault) wrong.push(`${at}: the password of the user for the ${role} has ${fault}`);
    return wrong;
  });
  if (passwords.connector.username === passwords.handlers.username) {
    const both = `connector and handlers are both the user ${JSON.stringify(passwords.connector.username)}`;
    faults.push(`${at}: ${both}; create a second user for the connector, with read_only = yes`);
  }
  return faults;
}

/** A user's section with every option set. */
export function completeUser(role: UserRole, given: UserOptions = {}): Required<UserOptions> {
  const { purpose, ...defaults } = ROLES[role];
  return { ...defaults, ...given };
}

/**
 * Renders ari.conf.
 *
 * @param existing the current file, if there is one: a hash that matches its password is kept, as a new one would differ
 *   in its salt only
 */
export function ariConf(
  general: AriOptions = {},
  users: Partial<Record<UserRole, UserOptions>> = {},
  passwords: NodePasswords,
  existing = '',
): string {
  const { enabled = true, pretty = false, allowed_origins: origins = [] } = general;
  const lines = ['[general]', confLine('enabled', enabled), confLine('pretty', pretty)];
  if (origins.length > 0) lines.push(confLine('allowed_origins', origins.join(',')));
  return `${[...lines, ...callIdLines(general)].join('\n')}\n\n${ariUsers(users, passwords, existing)}`;
}

/** What events need of ari.conf's `[general]`, to be added to that section of a file that has one. */
export function ariAddition(general: AriOptions = {}): string {
  return `${['[general](+)', ...callIdLines(general)].join('\n')}\n`;
}

function callIdLines({ channelvars = [] }: AriOptions): string[] {
  return [
    '; In every event: the call id, the same for all channels of a call; what handlers know of the call.',
    confLine('channelvars', [...new Set(['CHANNEL(linkedid)', ...CALL_VARIABLES, ...channelvars])].join(',')),
  ];
}

/**
 * Renders the sections of the two users.
 *
 * @param existing a file whose hashes are kept where they match, as for `ariConf`
 */
export function ariUsers(
  users: Partial<Record<UserRole, UserOptions>> = {},
  passwords: NodePasswords,
  existing = '',
): string {
  const hashes = [...existing.matchAll(HASH_LINE)].map(([, hash]) => hash as string);
  const sections = (Object.keys(ROLES) as UserRole[]).map((role) => {
    const { username, password } = passwords[role];
    const { type, read_only, password_format, permit } = completeUser(role, users[role]);
    const kept = () => hashes.find((hash) => verifySha512Crypt(password, hash));
    return [
      `; ${ROLES[role].purpose}`,
      `[${username}]`,
      confLine('type', type),
      confLine('read_only', read_only),
      confLine('password_format', password_format),
      confLine('password', password_format === 'plain' ? password : (kept() ?? sha512Crypt(password))),
      ...accessLines(permit),
    ];
  });
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Asterisk applies every line, and the last one that matches decides. */
function accessLines(permit: readonly string[]): string[] {
  if (permit.length === 0) return [];
  return [
    '; From these addresses only, and from this machine. Asterisk before 20.19, 22.9 and 23.3 refuses a user with these lines.',
    ...['0.0.0.0/0', '::/0'].map((network) => confLine('deny', network)),
    ...['127.0.0.1', '::1', ...permit].map((network) => confLine('permit', withLength(network))),
  ];
}

/** Without a length Asterisk would take an address for a network of its class. */
function withLength(network: string): string {
  return network.includes('/') ? network : `${network}/${isIPv6(network) ? 128 : 32}`;
}

function isNetwork(value: unknown): boolean {
  const [address = '', length, ...more] = String(value).split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return typeof value === 'string' && more.length === 0 && bits > 0 && (length === undefined || isLength(length, bits));
}

function isLength(length: string, bits: number): boolean {
  return /^\d{1,3}$/.test(length) && Number(length) <= bits;
}
