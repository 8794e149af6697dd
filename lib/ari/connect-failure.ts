import { reasonOf } from './errors.ts';

/** A line to write in a configuration file: one of Asterisk's, or `cdk.json`. */
export interface Remedy {
  /** The file's name; Asterisk's files are in `/etc/asterisk`. */
  file: string;
  /** The section without its brackets; for `cdk.json` the key. */
  section: string;
  option: string;
  /** The line to write. `HASH_PLACE` replaces a hash; passwords are never shown. */
  line: string;
}

/** Why Asterisk cannot be reached, or does not serve ARI. */
export interface ConnectFault {
  /** One line for a person: what is wrong, in which file, and what to do. Contains no password. */
  says: string;
  /** The lines to write, the most probable first: from the outside, several causes look the same. */
  remedies: Remedy[];
}

/** The server to reach. */
export interface ConnectTarget {
  /** The ARI root. */
  url: string;
  /** Whether the caller's own CAs are trusted instead of the public ones. @default false */
  privateCa?: boolean;
  /** The local address of the connection. @default unknown */
  from?: string;
  /** What http.conf of the node has by the operator's choice, for the lines to write. @default that of the documents */
  http?: { tlscertfile?: string; tlsprivatekey?: string; sessionlimit?: number };
}

/** Replaces the hash of the secret's password in a suggested line. */
export const HASH_PLACE = '<the hash that "asterisk-config ari.conf" writes>';

/** The certificate's path in the documents: with its chain and its key in one file. */
export const CERTIFICATE = '/etc/asterisk/keys/asterisk.pem';

/**
 * `sessionlimit` of http.conf that is enough: two connectors that hand over use 2 WebSockets and 16 connections for commands;
 * the rest is for call handlers. Each Lambda environment keeps up to 8, mostly 3 at the start of a call, for 15 s, which allows
 * 125 environments with three each. Each connection is an open file of Asterisk, of which Linux allows 1,024, and calls need
 * theirs.
 */
export const SESSION_LIMIT = 400;

/** A line of an Asterisk configuration file. */
export function confLine(file: string, section: string, option: string, value: string): Remedy {
  return { file, section, option, line: `${option} = ${value}` };
}

const httpConf = (option: string, value: string): Remedy => confLine('http.conf', 'general', option, value);
const nodeKey = (option: string, line: string): Remedy => ({ file: 'cdk.json', section: 'nodes', option, line });

/** Explains why there was no response: name, network, TLS. */
export function networkFault(error: Error & { code?: string | undefined }, target: ConnectTarget): ConnectFault {
  const { host } = new URL(target.url);
  switch (error.code) {
    case 'ECONNREFUSED':
      return nothingListens(target);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        says: `the host name of ${host} does not resolve (${error.code}). Check \`url\` of the node in cdk.json, and the DNS of this network.`,
        remedies: [],
      };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        says: `cannot reach ${host} (${error.code}). Check routes, security groups and firewalls on the way to Asterisk.`,
        remedies: [],
      };
    case 'ECONNRESET':
      return cutOff(target);
    default:
      break;
  }
  const certificate = certificateFault(error, target);
  if (certificate) return certificate;
  if (error.message.includes('handshake has timed out')) {
    return {
      says: `${host} accepts connections but does not answer. Check that it is Asterisk's HTTP port, and that Asterisk is not stuck.`,
      remedies: [],
    };
  }
  if (/wrong version number|packet length too long|record layer failure/.test(error.message)) return plainPort(target);
  if (new URL(target.url).protocol === 'http:' && error.code === 'HPE_INVALID_CONSTANT') {
    return {
      says: `${host} does not speak HTTP. With tlsenable=yes in http.conf, the port of tlsbindaddr needs https:// in \`url\`.`,
      remedies: [nodeKey('url', `"url": "${target.url.replace('http:', 'https:')}"`)],
    };
  }
  return { says: `cannot connect to ${host}: ${reasonOf(error)}`, remedies: [] };
}

/** Passwords must not leave the machine without TLS: plain HTTP is suggested on it only. */
function plainPort({ url }: ConnectTarget): ConnectFault {
  const { host, hostname } = new URL(url);
  const says = `${host} does not speak TLS.`;
  if (LOOPBACK.test(hostname)) {
    return {
      says: `${says} On this machine http:// is enough; else set tlsenable=yes in http.conf, and use the port of tlsbindaddr in \`url\` of the node in cdk.json.`,
      remedies: [nodeKey('url', `"url": "${url.replace('https:', 'http:')}"`)],
    };
  }
  return {
    says: `${says} Set tlsenable=yes in http.conf, and use the port of tlsbindaddr in \`url\` of the node in cdk.json.`,
    remedies: [httpConf('tlsenable', 'yes'), nodeKey('url', `"url": "${url.replace(host, `${hostname}:8089`)}"`)],
  };
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function nothingListens({ url, http = {} }: ConnectTarget): ConnectFault {
  const { host, hostname, protocol } = new URL(url);
  const everywhere = hostname.startsWith('[') ? '[::]' : '0.0.0.0';
  const address = LOOPBACK.test(hostname) ? hostname.replace('localhost', '127.0.0.1') : everywhere;
  const port = portOf(url);
  const { tlscertfile = CERTIFICATE, tlsprivatekey = tlscertfile } = http;
  if (protocol === 'https:') {
    return {
      says: `nothing listens on ${host} (ECONNREFUSED), or a firewall on the way refuses the connection. Check that Asterisk is running, and that http.conf has tlsenable=yes, this tlsbindaddr, and a readable tlscertfile with its tlsprivatekey.`,
      remedies: [
        httpConf('tlsenable', 'yes'),
        httpConf('tlsbindaddr', `${address}:${port}`),
        httpConf('tlscertfile', tlscertfile),
        httpConf('tlsprivatekey', tlsprivatekey),
        httpConf('enabled', 'yes'),
      ],
    };
  }
  return {
    says: `nothing listens on ${host} (ECONNREFUSED), or a firewall on the way refuses the connection. Check that Asterisk is running, and that http.conf has enabled=yes and this bindaddr and bindport.`,
    remedies: [
      httpConf('enabled', 'yes'),
      httpConf('bindport', port),
      httpConf('bindaddr', address.replace(/^\[|\]$/g, '')),
    ],
  };
}

function cutOff({ url, http = {} }: ConnectTarget): ConnectFault {
  const { host, protocol } = new URL(url);
  const says = `Asterisk at ${host}, or a firewall on the way, closed the connection (ECONNRESET). Asterisk does so when it stops, and above sessionlimit of http.conf`;
  const limit = httpConf('sessionlimit', String(http.sessionlimit ?? SESSION_LIMIT));
  if (protocol === 'http:') {
    return { says: `${says}; so does the port of tlsbindaddr, which needs https://.`, remedies: [limit] };
  }
  const { tlscertfile = CERTIFICATE, tlsprivatekey = tlscertfile } = http;
  return {
    says: `${says}; and after a reload that found no readable tlscertfile with its tlsprivatekey.`,
    remedies: [limit, httpConf('tlscertfile', tlscertfile), httpConf('tlsprivatekey', tlsprivatekey)],
  };
}

/** OpenSSL's codes for a certificate that is not signed by a trusted CA. */
const UNKNOWN_AUTHORITY =
  /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

/** Explains why the certificate is not accepted; `undefined` where the error has another reason. */
function certificateFault(
  error: Error & { code?: string | undefined; cert?: { subjectaltname?: string } },
  { url, privateCa = false, http = {} }: ConnectTarget,
): ConnectFault | undefined {
  const { host, hostname } = new URL(url);
  const writeCertificate = httpConf('tlscertfile', http.tlscertfile ?? CERTIFICATE);
  const not = `the TLS certificate of ${host} is not accepted`;
  if (error.code === 'CERT_HAS_EXPIRED') {
    return {
      says: `${not}: it has expired. Renew it, set tlscertfile of http.conf to the new one, and run "module reload http" in Asterisk.`,
      remedies: [writeCertificate],
    };
  }
  if (error.code === 'CERT_NOT_YET_VALID') {
    return {
      says: `${not}: it is not valid yet. Check the clocks on this side and on Asterisk's, or set tlscertfile of http.conf to another one.`,
      remedies: [writeCertificate],
    };
  }
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = error.cert?.subjectaltname || 'no host';
    return {
      says: `${not}: it is for ${names}, not for ${hostname}. Use one of its names in \`url\` of the node in cdk.json, or set tlscertfile of http.conf to a certificate for ${hostname}.`,
      remedies: [writeCertificate],
    };
  }
  if (error.code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    const save = `openssl s_client -connect ${hostname}:${portOf(url)} </dev/null | openssl x509 -out asterisk.pem`;
    return {
      says: `${not}: it is self-signed (${error.code})${privateCa ? ', and not the one that `caFile` has' : ''}. Name the certificate itself as \`caFile\` of the node in cdk.json: copy it from Asterisk's machine, or get it by ${save} and compare its fingerprint there.`,
      remedies: [nodeKey('caFile', '"caFile": "asterisk.pem"')],
    };
  }
  if (UNKNOWN_AUTHORITY.test(error.code ?? '')) {
    const todo = privateCa
      ? '`caFile` of the node in cdk.json has other CAs, or tlscertfile of http.conf lacks the chain'
      : 'set `caFile` of the node in cdk.json, or NODE_EXTRA_CA_CERTS, to the file with your private CA; with a public CA, put the whole chain into tlscertfile of http.conf';
    return {
      says: `${not}: its CA is not trusted (${error.code}): ${todo}.`,
      remedies: [...(privateCa ? [] : [nodeKey('caFile', '"caFile": "asterisk-ca.pem"')]), writeCertificate],
    };
  }
  if (error.code?.startsWith('ERR_TLS') || /^CERT_|certificate|self.signed/i.test(`${error.code} ${error.message}`)) {
    return { says: `${not} (${error.message}). Check tlscertfile of http.conf.`, remedies: [] };
  }
  if (/alert|handshake failure|unsupported protocol/i.test(error.message)) {
    return {
      says: `${host} and this side have no common TLS version or cipher (${error.code}). Leave tlscipher and tlsdisablev12 of http.conf at their defaults.`,
      remedies: [httpConf('tlsdisablev12', 'no')],
    };
  }
  return undefined;
}

/** Explains a status of Asterisk that is about the connection or the user, and not about the command. */
export function statusFault(
  { status, body }: { status: number; body: string },
  { url, from }: ConnectTarget,
  username = 'unknown',
): ConnectFault {
  const { host, pathname } = new URL(url);
  const user = (option: string, value: string): Remedy => confLine('ari.conf', username, option, value);
  switch (status) {
    case 400:
      return {
        says: body.includes('[app]')
          ? `Asterisk at ${host} requires an app (400). Set \`apps\` of the node in cdk.json to at least one Stasis application.`
          : `Asterisk at ${host} refused the request (400): ${firstLine(body)}`,
        remedies: [],
      };
    case 401:
      return {
        says: `Asterisk at ${host} refused the user "${username}" (401). Compare the secret with the section [${username}] in ari.conf: type=user, password, password_format, no option unknown to Asterisk (permit, deny and acl are, before 22.9 and 20.19), and no section twice; then run "module reload res_ari.so". On its machine, asterisk -rx 'ari show users' lists the users that it has.`,
        remedies: [user('password', HASH_PLACE), user('password_format', 'crypt'), user('type', 'user')],
      };
    case 403:
      if (body.includes('Write access denied')) {
        return {
          says: `Asterisk at ${host} allows the user "${username}" only to read (403). If it must command calls, as the handlers' user must, set read_only=no in [${username}] of ari.conf.`,
          remedies: [user('read_only', 'no')],
        };
      }
      return {
        says: `Asterisk at ${host} forbids the user "${username}" to receive events (403). Check that permit, deny and acl of [${username}] in ari.conf allow ${from ?? 'the address of this side'}, and check allowed_origins.`,
        remedies: from === undefined ? [] : [user('permit', `${from}/${from.includes(':') ? 128 : 32}`)],
      };
    case 404:
      return {
        says: `there is no ARI at ${host}${pathname} (404). Check the node's url against \`prefix\` in http.conf, \`enabled\` in ari.conf, that its [general] section has no option unknown to Asterisk and is not there twice, and that modules.conf loads res_ari.so and res_ari_events.so. On its machine, asterisk -rx 'ari show status' says whether ARI is enabled.`,
        remedies: [
          confLine('ari.conf', 'general', 'enabled', 'yes'),
          confLine('modules.conf', 'modules', 'load', 'res_ari.so'),
        ],
      };
    case 503:
      return {
        says: `Asterisk at ${host} is still booting (503). Nothing to do: the connection is retried.`,
        remedies: [],
      };
    default:
      return {
        says: `expected a WebSocket from Asterisk at ${host}, got HTTP status ${status}: ${firstLine(body)}`,
        remedies: [],
      };
  }
}

/** The port of a URL, including a scheme's default port. */
export function portOf(url: string): string {
  const { port, protocol } = new URL(url);
  return port || (protocol === 'https:' ? '443' : '80');
}

function firstLine(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.slice(0, 200) || 'no error message returned';
}
