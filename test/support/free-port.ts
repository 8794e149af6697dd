import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A TCP port of loopback that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A UDP port of loopback that was free just now. */
export async function freeUdpPort(): Promise<number> {
  const port = await boundUdpPort(0);
  if (port === undefined) throw new Error('no UDP port of 127.0.0.1 is free');
  return port;
}

/** A UDP port of loopback that was free just now, as was the one two above it: for sound and, by its side, video. */
export async function freeMediaPort(): Promise<number> {
  for (;;) {
    const port = await freeUdpPort();
    if ((await boundUdpPort(port + 2)) !== undefined) return port;
  }
}

/** Binds a port, and lets it go. @returns undefined where it is in use */
async function boundUdpPort(wanted: number): Promise<number | undefined> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(wanted, '127.0.0.1', resolve);
    });
    return socket.address().port;
  } catch {
    return undefined;
  } finally {
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}
