/** Characters that would end a line, or be invisible in it. */
const CONTROL = /\p{Cc}|[\u2028\u2029]/u;

/**
 * Why a text cannot be the value of an option in one of Asterisk's files; `undefined` where it can. The message does not
 * contain the text: it may be a password.
 */
export function confValueFault(value: string): string | undefined {
  if (CONTROL.test(value)) return 'a line break or another control character, which a .conf file cannot contain';
  if (value !== value.trim()) return 'a space at its beginning or end, which Asterisk removes';
  return undefined;
}

/**
 * One option of a .conf file. For Asterisk an unescaped `;` starts a comment.
 *
 * @throws on a value that a .conf file cannot contain
 * @example
 * confLine('password', 'a;b'); // password = a\;b
 */
export function confLine(option: string, value: string | number | boolean): string {
  const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
  const fault = confValueFault(text);
  if (fault) throw new Error(`Option \`${option}\`: its value has ${fault}`);
  return `${option} = ${text.replaceAll(';', '\\;')}`;
}
