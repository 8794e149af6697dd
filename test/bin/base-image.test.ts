import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { currentDigest, parseReference } from '../../bin/base-image.ts';

const NODE = { registry: 'public.ecr.aws', name: 'docker/library/node', tag: '24-slim', digest: undefined };
const image = (architecture: string, os = 'linux') => ({ digest: 'sha256:1', platform: { architecture, os } });
const INDEX = { manifests: [image('amd64'), image('unknown', 'unknown'), image('arm64')] };
const digestOf = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;

/** A registry that wants a token, as public ones do. */
async function registryWith(body: string, digest = digestOf(body)): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = '', headers: { authorization, accept } }, response) => {
    asked.push(url);
    if (url.startsWith('/token')) return void response.end(JSON.stringify({ token: 'anonymous' }));
    if (authorization !== 'Bearer anonymous') {
      const challenge = `Bearer realm="${origin}/token",service="registry",scope="aws"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    if (!accept?.includes('image.index')) return void response.writeHead(406).end();
    if (!url.endsWith('/24-slim')) return void response.writeHead(404).end();
    response.writeHead(200, { 'docker-content-digest': digest }).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => void server.close());
  return { url: origin, asked };
}

test('the digest of a tag is that of its index, which the registry gives for an anonymous token', async () => {
  const body = JSON.stringify(INDEX);
  const { url, asked } = await registryWith(body);
  expect(await currentDigest(NODE, url)).toBe(digestOf(body));
  expect(asked).toEqual([
    '/v2/docker/library/node/manifests/24-slim',
    '/token?service=registry&scope=aws',
    '/v2/docker/library/node/manifests/24-slim',
  ]);
});

describe('no digest is written', () => {
  test.each<[string, object, string]>([
    ['of an image without ARM', { manifests: [image('amd64')] }, 'expected images for amd64 and arm64, found amd64'],
    ['of one architecture’s image', { config: {} }, 'found no index'],
  ])('%s', async (_, index, fault) => {
    const { url } = await registryWith(JSON.stringify(index));
    await expect(currentDigest(NODE, url)).rejects.toThrow(fault);
  });

  test('that is not the one of what the registry sent', async () => {
    const { url } = await registryWith(JSON.stringify(INDEX), `sha256:${'0'.repeat(64)}`);
    await expect(currentDigest(NODE, url)).rejects.toThrow('but its answer has sha256:');
  });

  test('of a tag that there is not', async () => {
    const { url } = await registryWith(JSON.stringify(INDEX));
    await expect(currentDigest({ ...NODE, tag: '23-slim' }, url)).rejects.toThrow('/manifests/23-slim: HTTP 404');
  });
});

test('the connector’s base image is pinned by its digest', () => {
  const dockerfile = readFileSync(new URL('../../connector/Dockerfile', import.meta.url), 'utf8');
  const [, base = ''] = /^ARG BASE=(\S+)$/m.exec(dockerfile) ?? [];
  expect(parseReference(base)).toEqual({ ...NODE, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
});

test.each(['node', 'node:24-slim', 'registry/node', 'registry/node:24@sha256:1'])(
  '%s is no reference to pin',
  (text) => {
    expect(() => parseReference(text)).toThrow(`got "${text}"`);
  },
);
