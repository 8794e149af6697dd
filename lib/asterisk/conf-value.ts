/** What would end a line, or hide in it. */
const CONTROL = /\p{Cc}|[\u2028\u2029]/u;

/**
 * What keeps a text from being the value of an option in one of Asterisk's files; `undefined` where nothing does. The text
 * itself is not repeated: it may be a password.
 */
export function confValueFault(value: string): string | undefined {
  if (CONTROL.test(value)) return 'a line break or another control character, which a line of a .conf file cannot hold';
  if (value !== value.trim()) return 'a space at its beginning or end, which Asterisk cuts off';
  return undefined;
}

/**
 * One option of a .conf file. Asterisk takes all after an unescaped `;` for a comment.
 *
 * @throws on a value that no line can hold, whatever checks it went through before
 * @example
 * confLine('password', 'a;b'); // password = a\;b
 */
export function confLine(option: string, value: string | number | boolean): string {
  const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
  const fault = confValueFault(text);
  if (fault) throw new Error(`Option \`${option}\`: its value has ${fault}`);
  return `${option} = ${text.replaceAll(';', '\\;')}`;
}
