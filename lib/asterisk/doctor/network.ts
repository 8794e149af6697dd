import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkFault, portOf, type Remedy } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Examination } from './examination.ts';
import { error, fault, ok } from './finding.ts';

const CONNECT_MS = 5000;
/** The usual ports of Asterisk's HTTP server, without TLS and with it. */
const USUAL_PORTS = [8088, 8089];

/** The host name resolves. */
export const name: Check = {
  name: 'name',
  needs: [],
  async look({ patient, target }) {
    const { hostname } = new URL(patient.url);
    try {
      const addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
      return ok(`${hostname} is ${addresses.map(({ address }) => address).join(', ')}`);
    } catch (cause) {
      return fault(networkFault(cause as Error, target));
    }
  },
};

/**
 * The port is open.
 *
 * @param usualPorts where else to look for Asterisk
 */
export const portAmong = (usualPorts: readonly number[]): Check => ({
  name: 'port',
  needs: ['name'],
  async look(examination) {
    const { url } = examination.patient;
    const { hostname, host } = new URL(url);
    const number = Number(portOf(url));
    try {
      await reach(hostname, number);
      return ok(`port ${number} of ${hostname} is open`);
    } catch (cause) {
      const found = networkFault(cause as Error, examination.target);
      if ((cause as NodeJS.ErrnoException).code !== 'ECONNREFUSED') return fault(found);
      const others = usualPorts.filter((usual) => usual !== number);
      const other = await asteriskElsewhere(examination, hostname, others);
      if (other === undefined) return fault(found);
      // Asterisk's HTTPS server runs in addition to the plain one.
      if (url.startsWith('https:') && !other.secure) {
        return error(`${found.says} Its HTTP server without TLS answers on port ${other.port}`, ...found.remedies);
      }
      const isBind = ({ option }: Remedy): boolean => option === (other.secure ? 'tlsbindaddr' : 'bindport');
      const remedies = [...found.remedies.filter(isBind), ...found.remedies.filter((remedy) => !isBind(remedy))];
      return error(
        `nothing listens on ${host}, but Asterisk's HTTP server answers on port ${other.port}: write that port in \`url\` of the node in cdk.json, or this one in http.conf`,
        ...remedies,
      );
    }
  },
});

export const port = portAmong(USUAL_PORTS);

/** Connects and disconnects. Its error has the system's code. */
export function reach(hostname: string, number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: number });
    socket.setTimeout(CONNECT_MS, () =>
      socket.destroy(Object.assign(new Error(`connect ETIMEDOUT ${hostname}:${number}`), { code: 'ETIMEDOUT' })),
    );
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
    // With several addresses each connection has failed: the first error is as good as the others.
    socket.on('error', (cause: Error & { errors?: Error[] }) => reject(cause.errors?.[0] ?? cause));
  });
}

async function asteriskElsewhere(
  examination: Examination,
  hostname: string,
  ports: readonly number[],
): Promise<{ port: number; secure: boolean } | undefined> {
  for (const candidate of ports) {
    for (const secure of [false, true]) {
      const root = `${secure ? 'https' : 'http'}://${hostname}:${candidate}`;
      try {
        const { headers } = await examination.ask('/ari/asterisk/ping', { root });
        if (/^Asterisk/.test(String(headers.server))) return { port: candidate, secure };
      } catch {
        // nothing, or another program
      }
    }
  }
  return undefined;
}
