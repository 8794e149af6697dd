/**
 * `npm run pin:base`: writes the digest that the tag of the base image has now into connector/Dockerfile. The connector's
 * image is built again where it has changed, and has the security fixes of the new base.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { currentDigest, parseReference } from './base-image.ts';

const DOCKERFILE = fileURLToPath(new URL('../connector/Dockerfile', import.meta.url));
const BASE = /^ARG BASE=(\S+)$/m;

const text = readFileSync(DOCKERFILE, 'utf8');
const reference = parseReference(BASE.exec(text)?.[1] ?? '');
const { registry, name, tag, digest } = reference;
const current = await currentDigest(reference);
writeFileSync(DOCKERFILE, text.replace(BASE, `ARG BASE=${registry}/${name}:${tag}@${current}`));
process.stdout.write(
  digest === current
    ? `${registry}/${name}:${tag} still has ${current}\n`
    : `${registry}/${name}:${tag} had ${digest ?? 'no digest'}, and has ${current} now\n`,
);
