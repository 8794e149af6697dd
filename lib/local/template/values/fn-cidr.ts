import { isIP } from 'node:net';

/** The bits of an address. */
const BITS = { 4: 32, 6: 128 } as const;
const MAX_BLOCKS = 256;

/**
 * `Fn::Cidr`: the first blocks of a network.
 *
 * @param block such as `10.0.0.0/16`
 * @param subnetBits the bits of an address that follow the mask: 8 for a mask of /24
 */
export function cidrBlocks(block: string, count: number, subnetBits: number): string[] {
  const [address = '', prefix = ''] = block.split('/');
  const version = isIP(address);
  if (version === 0 || !/^\d+$/.test(prefix)) {
    throw new Error(`Template error: Fn::Cidr needs a CIDR block such as 10.0.0.0/16, got ${block}`);
  }
  const bits = BITS[version as 4 | 6];
  const mask = bits - subnetBits;
  if (!Number.isInteger(count) || count < 1 || count > MAX_BLOCKS) {
    throw new Error(`Template error: Fn::Cidr needs a count from 1 to ${MAX_BLOCKS}, got ${count}`);
  }
  if (!Number.isInteger(subnetBits) || mask <= Number(prefix) || mask > bits || 2 ** (mask - Number(prefix)) < count) {
    throw new Error(`Template error: ${block} does not contain ${count} blocks of ${subnetBits} subnet bits`);
  }
  const size = 1n << BigInt(subnetBits);
  const host = (1n << BigInt(bits - Number(prefix))) - 1n;
  const first = numberOf(address, version) & ~host;
  return Array.from({ length: count }, (_, index) => `${textOf(first + BigInt(index) * size, version)}/${mask}`);
}

function numberOf(address: string, version: number): bigint {
  if (version === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}

function textOf(address: bigint, version: number): string {
  const [count, width] = version === 4 ? [4, 8] : [8, 16];
  const parts = Array.from({ length: count }, (_, index) =>
    Number((address >> BigInt((count - 1 - index) * width)) & ((1n << BigInt(width)) - 1n)),
  );
  if (version === 4) return parts.join('.');
  return new URL(`http://[${parts.map((part) => part.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
