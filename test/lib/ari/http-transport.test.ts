import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../../lib/ari/client.ts';
import { cachedCredentials } from '../../../lib/ari/credentials.ts';
import { httpTransport } from '../../../lib/ari/http-transport.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server of HTTP that counts its connections, and a client of it whose credentials count their fetches. */
async function serve(listener: RequestListener): Promise<{ ari: AriClient; sockets: Socket[]; fetches: () => number }> {
  const sockets: Socket[] = [];
  const server = createServer(listener);
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let fetched = 0;
  const credentials = cachedCredentials(async () => ({ username: 'handlers', password: `password ${++fetched}` }));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/ari/`;
  const ari = createAriClient(httpTransport({ url, credentials }), { timeoutMs: 2000 });
  closing.push(() => {
    ari.close();
    server.closeAllConnections();
    server.close();
  });
  return { ari, sockets, fetches: () => fetched };
}

/** A server that can be told to stop listening, and to listen again at its port. */
async function serveLater() {
  const server = createServer((_, response) => response.end('{"id":"p"}'));
  const listen = (port = 0) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen();
  const { port } = server.address() as AddressInfo;
  const credentials = cachedCredentials(async () => ({ username: 'u', password: 'p' }));
  const ari = createAriClient(httpTransport({ url: `http://127.0.0.1:${port}/ari`, credentials }));
  closing.push(() => {
    ari.close();
    server.closeAllConnections();
    server.close();
  });
  return { ari, close: () => new Promise((resolve) => server.close(resolve)), listen: () => listen(port) };
}

const basic = (password: string): string => `Basic ${Buffer.from(`handlers:${password}`).toString('base64')}`;

describe('commands over HTTP', () => {
  test('with a URL beyond what Asterisk reads are refused before they are sent', async () => {
    const { ari, sockets } = await serve((_, response) => response.end());
    const refused = ari.channels.getChannelVar({ channelId: 'c', variable: 'x'.repeat(4100) });
    await expect(refused).rejects.toMatchObject({ kind: 'rejected', status: 414 });
    await expect(refused).rejects.toThrow('of at most 4096 bytes in the URL, got 41');
    expect(sockets).toEqual([]);
  });

  test('go below the URL with its prefix, credentials in the header and a JSON body', async () => {
    const seen: unknown[] = [];
    const { ari } = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers.authorization, request.headers['content-type'], body);
        response.end('{"id":"c"}');
      });
    });
    await ari.channels.originate({ endpoint: 'PJSIP/ä', app: 'x', variables: { NAME: 'Ä' } });
    expect(seen).toEqual([
      'POST',
      '/prefix/ari/channels',
      basic('password 1'),
      'application/json',
      '{"endpoint":"PJSIP/ä","app":"x","variables":{"NAME":"Ä"}}',
    ]);
  });

  test('share a connection that is kept alive', async () => {
    const { ari, sockets } = await serve((_, response) => response.writeHead(204).end());
    await ari.asterisk.ping();
    await ari.asterisk.ping();
    expect(sockets).toHaveLength(1);
  });

  test('survive a kept-alive connection that died meanwhile, as when a Lambda environment was frozen', async () => {
    let served = 0;
    const { ari, sockets } = await serve((request, response) => {
      served += 1;
      // The second request finds a connection that ends without a word on it.
      if (served === 2) request.socket.resetAndDestroy();
      else response.writeHead(204).end();
    });
    await ari.asterisk.ping();
    await ari.asterisk.ping();
    expect(sockets).toHaveLength(2);
    expect(served).toBe(3);
  });

  test('do not repeat what a fresh connection lost: it may have been carried out', async () => {
    let served = 0;
    const { ari } = await serve((request) => {
      served += 1;
      request.socket.resetAndDestroy();
    });
    await expect(ari.channels.play({ channelId: 'c', media: 'sound:a' })).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect(served).toBe(1);
  });

  test('fetch the credentials again once after a 401', async () => {
    const { ari, fetches } = await serve((request, response) => {
      response.writeHead(request.headers.authorization === basic('password 2') ? 204 : 401).end();
    });
    await ari.asterisk.ping();
    await ari.asterisk.ping();
    expect(fetches()).toBe(2);
  });

  test('that are refused at the same time fetch the credentials again once for all of them', async () => {
    const { ari, fetches } = await serve((request, response) => {
      response.writeHead(request.headers.authorization === basic('password 2') ? 204 : 401).end();
    });
    await Promise.all(Array.from({ length: 20 }, () => ari.asterisk.ping()));
    expect(fetches()).toBe(2);
  });

  test('fetch the credentials again when the new ones are refused later', async () => {
    let valid = 2;
    const { ari, fetches } = await serve((request, response) => {
      response.writeHead(request.headers.authorization === basic(`password ${valid}`) ? 204 : 401).end();
    });
    await ari.asterisk.ping();
    valid = 3;
    await ari.asterisk.ping();
    expect(fetches()).toBe(3);
  });

  test('give up on a second 401', async () => {
    const { ari, fetches } = await serve((_, response) => response.writeHead(401).end());
    await expect(ari.asterisk.ping()).rejects.toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(fetches()).toBe(2);
    await expect(ari.asterisk.ping()).rejects.toMatchObject({ kind: 'unauthorized', status: 401 });
    expect(fetches()).toBe(3);
  });

  test('that meet a server which closes every connection fail with the possible reason', async () => {
    const { ari } = await serve((request) => request.socket.resetAndDestroy());
    await expect(ari.asterisk.ping()).rejects.toThrow('sessionlimit of http.conf');
  });

  test('that meet a server without ARI do not report a channel as gone, and name what to check', async () => {
    const { ari } = await serve((_, response) =>
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>'),
    );
    const failed = ari.channels.get({ channelId: 'c' });
    await expect(failed).rejects.toMatchObject({ kind: 'unavailable', status: 404 });
    await expect(failed).rejects.toThrow(/there is no ARI at .*\/prefix\/ari.*`enabled` in ari\.conf/);
  });

  test('that are refused fail with the user, and where it is configured', async () => {
    const { ari } = await serve((_, response) => response.writeHead(401).end('{"message":"Authentication required"}'));
    await expect(ari.asterisk.ping()).rejects.toThrow(/refused the user "handlers" \(401\).*\[handlers\] in ari\.conf/);
  });

  test('that a user is not allowed to send fail with the user, and what to write', async () => {
    const { ari } = await serve((_, response) => response.writeHead(403).end('{"message":"Write access denied"}'));
    const refused = ari.bridges.create();
    await expect(refused).rejects.toMatchObject({ kind: 'unauthorized', status: 403 });
    await expect(refused).rejects.toThrow(
      /Write access denied: .*"handlers" only to read.*read_only=no in \[handlers\]/,
    );
  });

  test('that find nothing listening are sent again, whatever they are', async () => {
    const { ari, close, listen } = await serveLater();
    await close();
    const command = ari.channels.play({ channelId: 'c', media: 'sound:a' });
    setTimeout(listen, 100); // after the repeat at once, before the last one
    expect(await command).toEqual({ id: 'p' });
  });

  test('return a file as bytes and an error page as text', async () => {
    const { ari } = await serve((request, response) => {
      if (request.url?.endsWith('/file')) response.writeHead(200, { 'content-type': 'audio/wav' });
      else response.writeHead(500, { 'content-type': 'text/html' });
      response.end(Buffer.from([0x52, 0xff]));
    });
    expect([...(await ari.recordings.getStoredFile({ recordingName: 'r' }))]).toEqual([0x52, 0xff]);
    await expect(ari.asterisk.ping()).rejects.toMatchObject({ kind: 'rejected', status: 500 });
  });

  test('end after their timeout', async () => {
    const { ari } = await serve(() => {});
    await expect(ari.asterisk.ping({}, { timeoutMs: 20 })).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
