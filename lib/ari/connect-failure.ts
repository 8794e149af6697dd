import { reasonOf } from './errors.ts';

/** A line to write into a configuration file: Asterisk's own, or `cdk.json`. */
export interface Remedy {
  /** Its name, below `/etc/asterisk` for Asterisk's. */
  file: string;
  /** The section without its brackets; for `cdk.json` the key. */
  section: string;
  option: string;
  /** The line as it is to stand there. `PASSWORD_PLACE` stands for a password, which is never shown. */
  line: string;
}

/** Why Asterisk cannot be reached, or does not serve. */
export interface ConnectFault {
  /** One line for a person: what is wrong, in which file, and what to do. Holds no password. */
  says: string;
  /** What to write, the most probable first: from outside, several causes may look alike. */
  remedies: Remedy[];
}

/** What was to be reached. */
export interface ConnectTarget {
  /** The ARI root. */
  url: string;
  /** Whether authorities of the caller's choice are trusted, and not the public ones. @default false */
  privateCa?: boolean;
  /** The address that Asterisk is reached from. @default unknown */
  from?: string;
}

/** Stands in a suggested line for the password of the secret. */
export const PASSWORD_PLACE = '<the password of the secret>';

/** Where the project's documents put the certificate: with its chain and its key in one file. */
const CERTIFICATE = '/etc/asterisk/keys/asterisk.pem';

/** A line of an Asterisk configuration file. */
export function confLine(file: string, section: string, option: string, value: string): Remedy {
  return { file, section, option, line: `${option} = ${value}` };
}

const httpConf = (option: string, value: string): Remedy => confLine('http.conf', 'general', option, value);
const nodeKey = (option: string, line: string): Remedy => ({ file: 'cdk.json', section: 'nodes', option, line });

/** Explains that there was no answer: name, network, TLS. */
export function networkFault(error: Error & { code?: string | undefined }, target: ConnectTarget): ConnectFault {
  const { host } = new URL(target.url);
  switch (error.code) {
    case 'ECONNREFUSED':
      return nothingListens(target);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        says: `the host name of ${host} does not resolve (${error.code}). Check \`url\` of the node in cdk.json, and the DNS of the network that this runs in.`,
        remedies: [],
      };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        says: `no way to ${host} (${error.code}). Check routes, security groups and firewalls between this and Asterisk.`,
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
      says: `${host} accepts connections but does not answer. Is it Asterisk's HTTP port, and is Asterisk not stuck?`,
      remedies: [],
    };
  }
  if (/wrong version number|packet length too long|record layer failure/.test(error.message)) {
    return {
      says: `${host} does not speak TLS. Name the port of tlsbindaddr of http.conf in \`url\`, with tlsenable=yes there, or write http:// with allowPlainHttp.`,
      remedies: [nodeKey('url', `"url": "${target.url.replace('https:', 'http:')}", "allowPlainHttp": true`)],
    };
  }
  if (new URL(target.url).protocol === 'http:' && error.code === 'HPE_INVALID_CONSTANT') {
    return {
      says: `${host} does not speak HTTP. With tlsenable=yes in http.conf, the port of tlsbindaddr wants https:// in \`url\`.`,
      remedies: [nodeKey('url', `"url": "${target.url.replace('http:', 'https:')}"`)],
    };
  }
  return { says: `cannot connect to ${host}: ${reasonOf(error)}`, remedies: [] };
}

function nothingListens({ url }: ConnectTarget): ConnectFault {
  const { host, hostname, protocol } = new URL(url);
  const loopback = /^(localhost|127\.)/.test(hostname);
  const address = loopback ? hostname.replace('localhost', '127.0.0.1') : '0.0.0.0';
  const port = portOf(url);
  if (protocol === 'https:') {
    return {
      says: `nothing listens at ${host} (ECONNREFUSED). Is Asterisk running, with tlsenable=yes, this tlsbindaddr, and a tlscertfile and tlsprivatekey that it can read and that belong together, in http.conf?`,
      remedies: [
        httpConf('tlsenable', 'yes'),
        httpConf('tlsbindaddr', `${address}:${port}`),
        httpConf('tlscertfile', CERTIFICATE),
        httpConf('tlsprivatekey', CERTIFICATE),
        httpConf('enabled', 'yes'),
      ],
    };
  }
  return {
    says: `nothing listens at ${host} (ECONNREFUSED). Is Asterisk running, with enabled=yes and this bindaddr and bindport in http.conf?`,
    remedies: [httpConf('enabled', 'yes'), httpConf('bindport', port), httpConf('bindaddr', address)],
  };
}

function cutOff({ url }: ConnectTarget): ConnectFault {
  const { host, protocol } = new URL(url);
  const tls = protocol === 'http:' ? '; so does a port that wants https://, that of tlsbindaddr' : '';
  return {
    says: `Asterisk at ${host} cut the connection (ECONNRESET). It does so when it stops, and past sessionlimit of http.conf${tls}.`,
    remedies: [httpConf('sessionlimit', '100')],
  };
}

/** Codes of OpenSSL that mean: nobody who is trusted has signed this. */
const UNKNOWN_AUTHORITY =
  /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

/** Explains that the certificate is not accepted; `undefined` where that is not what the error is about. */
function certificateFault(
  error: Error & { code?: string | undefined; cert?: { subjectaltname?: string } },
  { url, privateCa = false }: ConnectTarget,
): ConnectFault | undefined {
  const { host, hostname } = new URL(url);
  const not = `the TLS certificate of ${host} is not accepted`;
  if (error.code === 'CERT_HAS_EXPIRED') {
    return {
      says: `${not}: it has expired. Renew it, name the new one in tlscertfile of http.conf, and tell Asterisk with "module reload http".`,
      remedies: [httpConf('tlscertfile', CERTIFICATE)],
    };
  }
  if (error.code === 'CERT_NOT_YET_VALID') {
    return {
      says: `${not}: it is not valid yet. Is the clock right, on this side and on Asterisk's? Else name another one in tlscertfile of http.conf.`,
      remedies: [httpConf('tlscertfile', CERTIFICATE)],
    };
  }
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = error.cert?.subjectaltname || 'no host';
    return {
      says: `${not}: it is for ${names}, not for ${hostname}. Write one of its names into \`url\` of the node in cdk.json, or name a certificate for ${hostname} in tlscertfile of http.conf.`,
      remedies: [httpConf('tlscertfile', CERTIFICATE)],
    };
  }
  if (UNKNOWN_AUTHORITY.test(error.code ?? '')) {
    const todo = privateCa
      ? 'the file that `caFile` of the node names in cdk.json holds other authorities, or tlscertfile of http.conf lacks the chain'
      : 'name the file with your private CA in `caFile` of the node in cdk.json, or to Node in NODE_EXTRA_CA_CERTS; with a public CA, put the whole chain into tlscertfile of http.conf';
    return {
      says: `${not}: who signed it is not known here (${error.code}): ${todo}.`,
      remedies: [
        ...(privateCa ? [] : [nodeKey('caFile', '"caFile": "asterisk-ca.pem"')]),
        httpConf('tlscertfile', CERTIFICATE),
      ],
    };
  }
  if (error.code?.startsWith('ERR_TLS') || /^CERT_|certificate|self.signed/i.test(`${error.code} ${error.message}`)) {
    return { says: `${not} (${error.message}). Check tlscertfile of http.conf.`, remedies: [] };
  }
  if (/alert|handshake failure|unsupported protocol/i.test(error.message)) {
    return {
      says: `${host} and this side agree on no version or cipher of TLS (${error.code}). Leave tlscipher and tlsdisablev12 of http.conf at their defaults.`,
      remedies: [httpConf('tlsdisablev12', 'no')],
    };
  }
  return undefined;
}

/** Explains that Asterisk answered with a status that is about reaching it, and not about what was asked for. */
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
          ? `Asterisk at ${host} says that no app was named (400). Give the node at least one Stasis application in \`apps\` in cdk.json.`
          : `Asterisk at ${host} refused the request (400): ${firstLine(body)}`,
        remedies: [],
      };
    case 401:
      return {
        says: `Asterisk at ${host} refused the user "${username}" (401). Compare the secret with the section [${username}] in ari.conf: type=user, password, password_format, and no option that Asterisk does not know; then "module reload res_ari.so".`,
        remedies: [user('password', PASSWORD_PLACE), user('password_format', 'plain'), user('type', 'user')],
      };
    case 403:
      if (body.includes('Write access denied')) {
        return {
          says: `Asterisk at ${host} lets the user "${username}" only read (403). Write read_only=no into [${username}] of ari.conf where it is to command calls, as the handlers' user is.`,
          remedies: [user('read_only', 'no')],
        };
      }
      return {
        says: `Asterisk at ${host} forbids the user "${username}" to listen (403). Look at permit, deny and acl of [${username}] in ari.conf, whether they let ${from ?? 'the address of this side'} in, and at allowed_origins.`,
        remedies: from === undefined ? [] : [user('permit', `${from}/32`)],
      };
    case 404:
      return {
        says: `there is no ARI at ${host}${pathname} (404). Check the node's url against \`prefix\` in http.conf, \`enabled\` in ari.conf, that [general] there has no option that Asterisk does not know, and that modules.conf lets res_ari.so and res_ari_events.so load.`,
        remedies: [
          confLine('ari.conf', 'general', 'enabled', 'yes'),
          confLine('modules.conf', 'modules', 'load', 'res_ari.so'),
        ],
      };
    case 503:
      return {
        says: `Asterisk at ${host} is still booting (503). It will be tried again; nothing to do.`,
        remedies: [],
      };
    default:
      return {
        says: `expected a WebSocket from Asterisk at ${host}, got HTTP status ${status}: ${firstLine(body)}`,
        remedies: [],
      };
  }
}

/** The port of a URL, also where it is the scheme's own. */
export function portOf(url: string): string {
  const { port, protocol } = new URL(url);
  return port || (protocol === 'https:' ? '443' : '80');
}

function firstLine(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.slice(0, 200) || 'no further word';
}
