import { isIP, isIPv6 } from 'node:net';
import { CERTIFICATE, portOf, SESSION_LIMIT } from '../ari/connect-failure.ts';
import { confLine } from './conf-value.ts';
import { absolutePath, check, flag, optionFaults, text, whole } from './option-faults.ts';

/** `[general]` of http.conf, in Asterisk's own names. Defaults follow from the node's `url`. */
export interface HttpOptions {
  /** Serves HTTP and HTTPS, and so ARI. @default true; Asterisk's own default is no */
  enabled?: boolean;
  /** The address of plain HTTP. @default `127.0.0.1`; for a `url` of http:// to another machine, every address */
  bindaddr?: string;
  /** The port of plain HTTP. @default that of a `url` of http://, else 8088 */
  bindport?: number;
  /** The first part of every path, without slashes at its ends. @default the path before `/ari` in `url` */
  prefix?: string;
  /** Serves HTTPS. @default true where `url` is https:// */
  tlsenable?: boolean;
  /** Address and port of HTTPS. @default every address, with the port of a `url` of https://, else 8089 */
  tlsbindaddr?: string;
  /** The certificate, a .pem file on Asterisk's machine. @default `/etc/asterisk/keys/asterisk.pem` */
  tlscertfile?: string;
  /** Its key, a .pem file. @default searched in `tlscertfile` */
  tlsprivatekey?: string;
  /** Maximum connections at the same time, WebSockets included. @default 400 */
  sessionlimit?: number;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
/** Asterisk's buffer for the prefix has 80 bytes. */
const PREFIX = /^(?=.{0,78}$)([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*)?$/;

const CHECKS: Record<keyof HttpOptions, ReturnType<typeof check>> = {
  enabled: flag,
  bindaddr: check('an IP address', (value) => isIP(String(value)) > 0),
  bindport: whole(1, 65535),
  prefix: text('letters, digits, ".", "_", "~" or "-", with single slashes between, such as "pbx"', PREFIX),
  tlsenable: flag,
  tlsbindaddr: check('an IP address and a port, such as "0.0.0.0:8089" or "[::]:8089"', isAddressAndPort),
  tlscertfile: absolutePath,
  tlsprivatekey: absolutePath,
  sessionlimit: whole(1, 100_000),
};

/** Faults of the options for http.conf. */
export function httpFaults(at: string, url: string, given: unknown): string[] {
  const faults = optionFaults(at, given, CHECKS);
  const { prefix } = fromUrl(url);
  const fault = (given as HttpOptions | undefined)?.prefix === undefined && CHECKS.prefix(prefix);
  if (fault) faults.push(`${at}.prefix: expected ${fault}, got ${JSON.stringify(prefix)} from \`url\``);
  return faults;
}

/**
 * Options that contradict the node's `url`, by which nobody would reach Asterisk: valid where something between changes
 * address, port, path or TLS.
 */
export function httpContradictions(at: string, url: string, given: HttpOptions = {}): string[] {
  const { protocol, host, hostname } = new URL(url);
  const own = fromUrl(url);
  const faults: string[] = [];
  const contradicts = (option: keyof HttpOptions, expected: string): void => {
    faults.push(
      `${at}.${option}: expected ${expected}, as \`url\` of the node says, got ${JSON.stringify(given[option])}; where a reverse proxy or a forwarded port is between, set \`proxy\` of \`asterisk\` to true`,
    );
  };
  if (given.prefix !== undefined && given.prefix !== own.prefix) contradicts('prefix', JSON.stringify(own.prefix));
  const [bound, port] =
    protocol === 'https:'
      ? (['tlsbindaddr', given.tlsbindaddr?.replace(/^.*:/, '')] as const)
      : (['bindaddr', given.bindport === undefined ? undefined : String(given.bindport)] as const);
  if (protocol === 'https:' && given.tlsenable === false) contradicts('tlsenable', 'true');
  if (port !== undefined && port !== portOf(url)) {
    contradicts(protocol === 'https:' ? 'tlsbindaddr' : 'bindport', `port ${portOf(url)}`);
  }
  const address = given[bound]?.replace(/^\[?(.*?)\]?(:\d+)?$/, protocol === 'https:' ? '$1' : '$&') ?? '';
  if (/^(127\.|::1$)/.test(address) && !LOOPBACK.test(hostname)) contradicts(bound, `an address that ${host} reaches`);
  return faults;
}

/** http.conf with every option set: those given, and for the others the defaults from `url`. */
export function completeHttp(
  url: string,
  given: HttpOptions = {},
): Required<Omit<HttpOptions, 'tlsprivatekey'>> & Pick<HttpOptions, 'tlsprivatekey'> {
  return {
    enabled: true,
    ...fromUrl(url),
    tlscertfile: CERTIFICATE,
    sessionlimit: SESSION_LIMIT,
    ...given,
  };
}

/** Renders http.conf for a node whose ARI root is `url`. */
export function httpConf(url: string, given?: HttpOptions): string {
  const { enabled, bindaddr, bindport, prefix, tlsenable, tlsbindaddr, tlscertfile, tlsprivatekey, sessionlimit } =
    completeHttp(url, given);
  const lines = [
    '[general]',
    '; ARI needs the HTTP server, which is off by default.',
    confLine('enabled', enabled),
    '; Plain HTTP, which is always served in addition to TLS.',
    confLine('bindaddr', bindaddr),
    confLine('bindport', bindport),
    ...(prefix === '' ? [] : ['; The first part of the path of every request.', confLine('prefix', prefix)]),
    '; HTTPS, and wss:// for events: without it passwords cross the network unencrypted.',
    confLine('tlsenable', tlsenable),
  ];
  if (tlsenable) {
    lines.push(confLine('tlsbindaddr', tlsbindaddr), confLine('tlscertfile', tlscertfile));
    if (tlsprivatekey !== undefined) lines.push(confLine('tlsprivatekey', tlsprivatekey));
  }
  lines.push(
    '; Asterisk closes further connections without an answer, including those of the connector.',
    confLine('sessionlimit', sessionlimit),
  );
  return `${lines.join('\n')}\n`;
}

function fromUrl(
  url: string,
): Required<Pick<HttpOptions, 'bindaddr' | 'bindport' | 'prefix' | 'tlsenable' | 'tlsbindaddr'>> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const secure = protocol === 'https:';
  const v6 = hostname.startsWith('[');
  const everywhere = v6 ? '::' : '0.0.0.0';
  const loopback = v6 ? '::1' : '127.0.0.1';
  return {
    bindaddr: secure || LOOPBACK.test(hostname) ? loopback : everywhere,
    bindport: secure ? 8088 : Number(port || 80),
    prefix: pathname.replace(/\/ari\/?$/, '').replace(/^\//, ''),
    tlsenable: secure,
    tlsbindaddr: `${v6 ? '[::]' : '0.0.0.0'}:${secure ? port || 443 : 8089}`,
  };
}

function isAddressAndPort(value: unknown): boolean {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(String(value)) ?? [];
  const address = v6 === undefined ? isIP(v4 ?? '') === 4 : isIPv6(v6);
  return address && Number(port) >= 1 && Number(port) <= 65535;
}
