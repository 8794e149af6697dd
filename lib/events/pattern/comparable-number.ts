/**
 * Numbers as the reference compares them: as doubles, but only where the double represents exactly what was written.
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

/** The number to compare, or undefined where the text is a word, or a number that no double represents. */
export function comparableNumber(text: string): number | undefined {
  const reading = readNumber(text);
  return 'number' in reading ? reading.number : undefined;
}

/**
 * The text by which the reference represents a number: its 64 bits, seven per character, arranged so that texts sort
 * like numbers. It is visible in one place only: a suffix is looked for in it as in any other text.
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

/**
 * The shortest decimal of at least two digits that reads back as the number; of those, the closest. As Java prints it.
 */
function print(number: number): string {
  const shortest = String(number);
  return significantDigits(shortest).length === 1 ? number.toPrecision(2) : shortest;
}

/** Without sign, point, exponent, and zeros at either end: enough to compare numbers that are close to each other. */
function significantDigits(text: string): string {
  const [mantissa = ''] = text.split(/[eE]/);
  const digits = mantissa.replaceAll(/[^0-9]/g, '').replace(/^0+/, '');
  // A regular expression would restart the search for trailing zeros at every zero.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
