import { Refusal } from './refusal.ts';

/** Addresses between two, as hexadecimal digits: 8 of them for IPv4, 32 for IPv6. */
export interface AddressRange {
  from: string;
  to: string;
}

const V4_SHAPE = /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/;
const V6_SHAPE = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;
const V4_MAPPED = /^0{20}FFFF/;

/** The address in hexadecimal digits, or undefined where the text is not an address. */
export function addressDigits(text: string): string | undefined {
  if (V4_SHAPE.test(text)) return v4Digits(text);
  if (V6_SHAPE.test(text)) return v6Digits(text);
  return undefined;
}

/** Reads `10.0.0.0/8` or `2001:db8::/32`. */
export function cidrRange(text: string): AddressRange {
  const parts = text.split('/');
  while (parts.at(-1) === '') parts.pop();
  const [ip = '', bits = ''] = parts;
  if (parts.length !== 2) throw new Refusal("Malformed CIDR, one '/' required", true);
  const mask = Number(bits);
  if (!/^[+-]?[0-9]+$/.test(bits) || mask > 2_147_483_647 || mask < -2_147_483_648) {
    throw new Refusal('Malformed CIDR, mask bits must be an integer', true);
  }
  if (mask < 0) throw new Refusal('Malformed CIDR, mask bits must not be negative', true);
  const digits = addressDigits(ip);
  if (digits === undefined) {
    const isAddressLike = V4_SHAPE.test(ip) || V6_SHAPE.test(ip);
    throw new Refusal(`${isAddressLike ? 'Invalid' : 'Nonstandard'} IP address: ${ip}`, true);
  }
  const width = digits.length * 4;
  if (mask >= width) throw new Refusal(`IPv${width === 32 ? 4 : 6} mask bits must be < ${width}`, true);
  const variable = (1n << BigInt(width - mask)) - 1n;
  const address = BigInt(`0x${digits}`);
  return { from: hex(address & ~variable, digits.length), to: hex(address | variable, digits.length) };
}

/**
 * Whether the digits are in the range.
 *
 * As in the reference they are compared from the left, and only until the result is known. So digits of another length
 * can be in the range too: an IPv4 address in a range of IPv6 addresses, and the digits of a number.
 */
export function isInRange(digits: string, { from, to }: AddressRange): boolean {
  let i = 0;
  while (i < from.length && from[i] === to[i]) {
    if (digits[i] !== from[i]) return false;
    i++;
  }
  if (i === from.length) return true;
  const fork = digits.charAt(i);
  if (fork === from[i]) return isBeyond(digits, from, i, isAbove);
  if (fork === to[i]) return isBeyond(digits, to, i, isBelow);
  return isAbove(fork, from.charAt(i)) && isBelow(fork, to.charAt(i));
}

function isBeyond(digits: string, bound: string, fork: number, decides: (a: string, b: string) => boolean): boolean {
  for (let i = fork + 1; i < bound.length; i++) {
    if (decides(digits.charAt(i), bound.charAt(i))) return true;
    if (digits[i] !== bound[i]) return false;
  }
  return true;
}

function isAbove(digit: string, other: string): boolean {
  return digit > other && digit <= 'F';
}

function isBelow(digit: string, other: string): boolean {
  return digit < other && digit >= '0';
}

function v4Digits(text: string): string | undefined {
  const parts = text.split('.').map(Number);
  if (text.length > 15 || parts.some((part) => part > 255)) return undefined;
  return parts.map((part) => hex(BigInt(part), 2)).join('');
}

function v6Digits(text: string): string | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const left = groups(head);
  const right = groups(tail ?? '');
  if (!left || !right) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const digits = [...left, ...Array<string>(missing).fill('0000'), ...right].join('');
  // The reference reads ::ffff:a00:1 as 10.0.0.1.
  return V4_MAPPED.test(digits) ? digits.slice(24) : digits;
}

function groups(text: string): string[] | undefined {
  if (text === '') return [];
  const values = text.split(':').map((group) => Number.parseInt(group, 16)); // NaN where there is none
  return values.every((value) => value <= 0xffff) ? values.map((value) => hex(BigInt(value), 4)) : undefined;
}

function hex(value: bigint, length: number): string {
  return value.toString(16).toUpperCase().padStart(length, '0');
}
