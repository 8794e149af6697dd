import { reasonOf } from '../lib/ari/errors.ts';
import type { AriNode } from '../lib/ari/node.ts';

/** Why a node cannot be listened to. */
export type ConnectFailure =
  /** Asterisk answered the WebSocket's handshake with a plain HTTP status. */
  | { kind: 'refused'; status: number; body: string }
  /** No answer: network, name, TLS. */
  | { kind: 'unreachable'; error: Error & { code?: string } }
  /** The secret with the ARI user could not be read. */
  | { kind: 'no-credentials'; error: unknown }
  /** The connection stood, and ended. */
  | { kind: 'closed'; code: number; reason: string }
  /** The connection stood, and Asterisk stopped answering pings. */
  | { kind: 'silent'; seconds: number };

/** One line for the person at 3 a.m.: what is wrong, and what to do. Holds no password. */
export function explainFailure(failure: ConnectFailure, node: AriNode, username: string | undefined): string {
  const { host } = new URL(node.url);
  switch (failure.kind) {
    case 'refused':
      return explainStatus(failure, node, username ?? 'unknown');
    case 'unreachable':
      return explainNetwork(failure.error, node, host);
    case 'no-credentials':
      return `cannot read the secret with the ARI user: ${reasonOf(failure.error)}. Check that the secret exists and that this task's role may read it.`;
    case 'closed':
      return `Asterisk at ${host} closed the connection (code ${failure.code}${failure.reason && `: ${failure.reason}`}). If it does so again and again, look into Asterisk's log.`;
    case 'silent':
      return `Asterisk at ${host} has not answered for ${failure.seconds} s: the network is cut, or Asterisk hangs.`;
  }
}

function explainStatus({ status, body }: { status: number; body: string }, node: AriNode, username: string): string {
  const { host, pathname } = new URL(node.url);
  switch (status) {
    case 400:
      return body.includes('[app]') || node.apps.length === 0
        ? `Asterisk at ${host} says that no app was named (400). Give the node at least one Stasis application in \`apps\`.`
        : `Asterisk at ${host} refused the request (400): ${firstLine(body)}`;
    case 401:
      return `Asterisk at ${host} refused the user "${username}" (401). Compare the secret with the section [${username}] in ari.conf: type=user, password, password_format; then "module reload res_ari.so".`;
    case 403:
      return `Asterisk at ${host} forbids the user "${username}" to listen (403). Look at permit, deny and acl of [${username}] in ari.conf, and at allowed_origins.`;
    case 404:
      return `there is no ARI at ${host}${pathname} (404). Check the node's url against \`prefix\` in http.conf, \`enabled\` in ari.conf, and that res_ari.so and res_ari_events.so are loaded.`;
    case 503:
      return `Asterisk at ${host} is still booting (503). It will be tried again; nothing to do.`;
    default:
      return `expected a WebSocket from Asterisk at ${host}, got HTTP status ${status}: ${firstLine(body)}`;
  }
}

function explainNetwork(error: Error & { code?: string }, node: AriNode, host: string): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${host}. Is Asterisk running, with enabled=yes and this bindaddr and bindport in http.conf?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${host} does not resolve (${error.code}). Check the node's url, and the DNS of the network that the connector runs in.`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no way to ${host} (${error.code}). Check routes, security groups and firewalls between the connector and Asterisk.`;
    case 'ECONNRESET':
      return `Asterisk at ${host} cut the connection (ECONNRESET). It does so when it stops, and past sessionlimit in http.conf.`;
    default:
      break;
  }
  if (error.message.includes('handshake has timed out')) {
    return `${host} accepts connections but does not answer. Is it Asterisk's HTTP port, and is Asterisk not stuck?`;
  }
  if (/wrong version number|packet length too long/.test(error.message)) {
    return `${host} does not speak TLS. Use the port of tlsbindaddr in http.conf, or http:// with allowPlainHttp.`;
  }
  if (error.code?.startsWith('ERR_TLS') || /certificate|self.signed/i.test(error.message)) {
    return `the TLS certificate of ${host} is not accepted (${error.message}). Check its chain, host name and expiry; a private CA is named to Node by NODE_EXTRA_CA_CERTS.`;
  }
  if (new URL(node.url).protocol === 'http:' && error.code === 'HPE_INVALID_CONSTANT') {
    return `${host} does not speak HTTP. With tlsenable=yes that port wants https://.`;
  }
  return `cannot connect to ${host}: ${reasonOf(error)}`;
}

function firstLine(body: string): string {
  const text = body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.slice(0, 200) || 'no further word';
}
