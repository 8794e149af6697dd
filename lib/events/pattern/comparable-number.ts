/**
 * Numbers as the reference compares them: as doubles, but only where the double stands for exactly what was written.
 * `0.1` can be compared, `123456789012345678901` can't, as no double prints like that.
 */

const SCALE = /(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
const INT_LIMIT = 2_147_483_647;

export type NumberReading = { number: number } | { problem: string };

/** Reads a JSON number. */
export function readNumber(text: string): NumberReading {
  const number = Number(text);
  const [, fraction = '', power = 0] = SCALE.exec(text) ?? [];
  if (Math.abs(Number(power) - fraction.length) > INT_LIMIT) return { problem: 'value exceeds limits' };
  if (!Number.isFinite(number) || significantDigits(text) !== significantDigits(print(number))) {
    return { problem: `Cannot compare number : ${text}` };
  }
  return { number };
}

/** The number that is compared, or undefined where the text is a word or a number that no double stands for. */
export function comparableNumber(text: string): number | undefined {
  const reading = readNumber(text);
  return 'number' in reading ? reading.number : undefined;
}

/**
 * The text that the reference puts in place of a number: its 64 bits, so arranged that texts sort as numbers do, seven
 * to a character. It shows in one place only: a suffix is looked for in it as in any other text.
 */
export function comparableText(number: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  const bits = view.getBigUint64(0);
  let rest = number < 0 ? ~bits & 0xffff_ffff_ffff_ffffn : bits | (1n << 63n);
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = String.fromCharCode(Number(rest & 0x7fn)) + text;
    rest >>= 7n;
  }
  return text;
}

/** The shortest decimal that reads back as the number, of two digits at least: of those, the closest. As Java prints. */
function print(number: number): string {
  const shortest = String(number);
  return significantDigits(shortest).length === 1 ? number.toPrecision(2) : shortest;
}

/** Without sign, point, exponent, and zeros at either end. For numbers that are close to each other, these tell all. */
function significantDigits(text: string): string {
  const [mantissa = ''] = text.split(/[eE]/);
  const digits = mantissa.replaceAll(/[^0-9]/g, '').replace(/^0+/, '');
  // A regular expression would look for zeros at the end anew at every zero.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
