import { createHash } from 'node:crypto';

/** An index of images for several architectures, in the format of OCI and in Docker's. */
const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
/** What Fargate has, and what a release is built for. */
const ARCHITECTURES = ['amd64', 'arm64'];
const REQUEST_MS = 30_000;

/** A reference to an image, in parts: `public.ecr.aws`, `docker/library/node`, `24-slim`, and the digest where it has one. */
export interface ImageReference {
  registry: string;
  name: string;
  tag: string;
  digest: string | undefined;
}

/** @throws Error where a text is no `REGISTRY/NAME:TAG`, with or without `@sha256:DIGEST` */
export function parseReference(text: string): ImageReference {
  const [, registry, name, tag, digest] =
    /^([^/\s]+)\/([^:@\s]+):([\w.-]+)(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  if (registry === undefined || name === undefined || tag === undefined) {
    throw new Error(`expected REGISTRY/NAME:TAG, with or without @sha256:DIGEST, got ${JSON.stringify(text)}`);
  }
  return { registry, name, tag, digest };
}

/**
 * The digest that a tag has in its registry now: that of the index, by which each architecture finds its own image.
 *
 * @param origin of the registry, for tests. @default `https://` and its name
 * @returns `sha256:…`
 * @throws Error where the registry does not answer, or the image is not there for each architecture
 */
export async function currentDigest(
  { registry, name, tag }: ImageReference,
  origin = `https://${registry}`,
): Promise<string> {
  const response = await authorized(`${origin}/v2/${name}/manifests/${tag}`);
  const body = await response.text();
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const named = response.headers.get('docker-content-digest');
  if (named !== null && named !== digest) {
    throw new Error(`${registry}/${name}:${tag}: the registry names the digest ${named}, but its answer has ${digest}`);
  }
  const { manifests = [] } = JSON.parse(body) as { manifests?: { platform?: { os: string; architecture: string } }[] };
  const there = manifests
    .filter(({ platform }) => platform?.os === 'linux')
    .map(({ platform }) => platform?.architecture);
  const missing = ARCHITECTURES.filter((each) => !there.includes(each));
  if (missing.length > 0) {
    throw new Error(
      `${registry}/${name}:${tag}: expected images for ${ARCHITECTURES.join(' and ')}, found ${there.join(', ') || 'no index'}`,
    );
  }
  return digest;
}

/** Answers the registry's challenge with an anonymous token, as `docker pull` does. */
async function authorized(url: string): Promise<Response> {
  const headers = { accept: INDEX_TYPES.join(', ') };
  const first = await fetch(url, { headers, signal: AbortSignal.timeout(REQUEST_MS) });
  if (first.status !== 401) return successful(first);
  const challenge = first.headers.get('www-authenticate') ?? '';
  const { realm, ...query } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  if (realm === undefined) throw new Error(`${url}: HTTP 401 without a place for a token: ${challenge}`);
  const asked = await fetch(`${realm}?${new URLSearchParams(query)}`, { signal: AbortSignal.timeout(REQUEST_MS) });
  const { token, access_token = token } = (await successful(asked).json()) as { token?: string; access_token?: string };
  const authorization = `Bearer ${access_token}`;
  return successful(
    await fetch(url, { headers: { ...headers, authorization }, signal: AbortSignal.timeout(REQUEST_MS) }),
  );
}

function successful(response: Response): Response {
  if (!response.ok) throw new Error(`${response.url}: HTTP ${response.status}`);
  return response;
}
