import { createServer, type Server } from 'node:http';
import type { ConnectorStatus } from './connector.ts';

/**
 * Serves `/healthz` (200 while the process runs) and `/readyz` (200, or 503 with what is missing) on loopback: the
 * container's own health check asks, nobody else can.
 *
 * @param port 0 for any free one
 */
export async function serveHealth(port: number, status: () => ConnectorStatus): Promise<Server> {
  const server = createServer((request, response) => {
    const current = status();
    const [code, body] =
      request.url === '/healthz'
        ? [200, { alive: true }]
        : request.url === '/readyz'
          ? [current.ready ? 200 : 503, current]
          : [404, { message: 'expected /healthz or /readyz' }];
    response.writeHead(code, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
