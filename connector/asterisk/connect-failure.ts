import { networkFault, statusFault } from '../../lib/ari/connect-failure.ts';
import { AriError, reasonOf } from '../../lib/ari/errors.ts';
import type { AriNode } from '../../lib/ari/node.ts';

/** Why there is no event WebSocket to a node. */
export type ConnectFailure =
  /** Asterisk answered the WebSocket's handshake with a plain HTTP status. */
  | { kind: 'refused'; status: number; body: string }
  /** No answer: network, name, TLS. */
  | { kind: 'unreachable'; error: Error & { code?: string } }
  /** The secret with the ARI user could not be read. */
  | { kind: 'no-credentials'; error: unknown }
  /** What must be known before the connection could not be read from Asterisk. */
  | { kind: 'unprepared'; error: unknown }
  /** The connection was open, and ended. */
  | { kind: 'closed'; code: number; reason: string }
  /** The connection was open, and Asterisk stopped answering pings. */
  | { kind: 'silent'; seconds: number };

/** Whether only a person can solve it: Asterisk refuses the user, or the secret cannot be read. */
export function isRefusal(failure: ConnectFailure): boolean {
  if (failure.kind === 'unprepared') return failure.error instanceof AriError && failure.error.kind === 'unauthorized';
  return failure.kind === 'no-credentials' || (failure.kind === 'refused' && [401, 403].includes(failure.status));
}

/** One line for the operator: what is wrong, and what to do. It contains no password. */
export function explainFailure(failure: ConnectFailure, node: AriNode, username: string | undefined): string {
  const { host } = new URL(node.url);
  const target = { url: node.url, privateCa: node.caFile !== undefined };
  switch (failure.kind) {
    case 'refused':
      // Asterisk's answer to a request without an app; its text may change between versions.
      if (failure.status === 400 && node.apps.length === 0) {
        return statusFault({ status: 400, body: '[app]' }, target, username).says;
      }
      return statusFault(failure, target, username).says;
    case 'unreachable':
      return networkFault(failure.error, target).says;
    case 'no-credentials':
      return `cannot read the secret with the ARI user: ${reasonOf(failure.error)}. Check that the secret exists and that this task's role may read it.`;
    case 'unprepared':
      return reasonOf(failure.error);
    case 'closed':
      return `Asterisk at ${host} closed the connection (code ${failure.code}${failure.reason && `: ${failure.reason}`}). If this happens repeatedly, read Asterisk's log.`;
    case 'silent':
      return `Asterisk at ${host} has not answered for ${failure.seconds} s: the network is cut, or Asterisk hangs.`;
  }
}
