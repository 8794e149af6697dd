import type { Socket } from 'node:net';

/** The local address, where the other side sees it too: not between a private network and a public address. */
export function seenFrom({
  localAddress = '',
  remoteAddress = '',
}: Pick<Socket, 'localAddress' | 'remoteAddress'>): string | undefined {
  const [here, there] = [localAddress, remoteAddress].map((address) => address.replace(/^::ffff:/, ''));
  return here && there && isPrivate(here) === isPrivate(there) ? here : undefined;
}

const isPrivate = (address: string): boolean =>
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|::1$|f[cd]|fe80:)/i.test(
    address,
  );
