import { createServer, type Server } from 'node:http';
import type { ConnectorStatus } from './connector.ts';

/** The source of the answers. */
export interface HealthSource {
  status(): ConnectorStatus;
  /** Nodes whose link has stopped working, so that only a new process helps. */
  stuck(): string[];
  /** Nodes that this connector has never been connected to, though it should have been. */
  neverServed(): string[];
  /** The connector's metrics in Prometheus' text format. */
  metrics(): string;
}

/**
 * Serves on loopback only, for the container's own health check:
 *
 *  - `/healthz`: 200 while the process and its links work, also while Asterisk or EventBridge cannot be reached. A new
 *    connector that reaches what others do not is healthy; one that does not reach what they do is not: it must not replace them.
 *    Where it knows of no others, it is not for its first five minutes, while it has reached no node at all;
 *  - `/readyz`: 200 when the connector is ready, else 503; both with its status;
 *  - `/metrics`: metrics in Prometheus' text format.
 *
 * @param port 0 for any free one
 */
export async function serveHealth(port: number, source: HealthSource): Promise<Server> {
  const server = createServer((request, response) => {
    const json = (code: number, body: object): void => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    };
    if (request.url === '/healthz') {
      const faults = Object.entries({ stuck: source.stuck(), neverServed: source.neverServed() });
      const found = Object.fromEntries(faults.filter(([, nodes]) => nodes.length > 0));
      const alive = Object.keys(found).length === 0;
      json(alive ? 200 : 503, { alive, ...found });
    } else if (request.url === '/readyz') json(source.status().ready ? 200 : 503, source.status());
    else if (request.url === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(source.metrics());
    } else json(404, { message: 'expected /healthz, /readyz or /metrics' });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
