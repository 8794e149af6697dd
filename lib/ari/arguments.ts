/**
 * How Asterisk parts a list of arguments. Two ways: what an application of the dialplan is given, and what
 * `channels.move` is given.
 */

/** `Stasis()` takes an app and 128 arguments; the rest of a longer list is its last argument, as it is. */
const MOST_FIELDS = 129;

/**
 * Parts what a dialplan application is given: `Stasis(…)`, and the `app` and `appArgs` of `originate`, `create`,
 * `snoopChannel` and `externalMedia`, which Asterisk joins by a comma first.
 *
 * A comma parts, unless it is in quotes, parentheses or brackets. Quotes are removed. A backslash is removed, and the
 * character behind it is taken as it is. Quotes and parentheses that are never closed reach to the end. Braces mean
 * nothing. Empty fields are kept.
 *
 * @returns the fields in their order; none for an empty text
 * @example
 * applicationFields('Intro-IVR,"Doe, Jane",a\\,b,{"id":7},'); // ['Intro-IVR', 'Doe, Jane', 'a,b', '{id:7}', '']
 */
export function applicationFields(data: string): string[] {
  const fields: string[] = [];
  if (data === '') return fields;
  let [field, begins, parentheses, brackets, quoted] = ['', 0, 0, 0, false];
  for (let at = 0; at < data.length; at++) {
    const character = data.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (character === '\\') field += data.charAt(++at);
    else if (character === ',' && parentheses === 0 && brackets === 0 && !quoted) {
      fields.push(field);
      field = '';
      begins = at + 1;
      if (fields.length === MOST_FIELDS - 1) return [...fields, data.slice(at + 1)];
    } else {
      if (character === '(') parentheses += 1;
      else if (character === ')') parentheses = Math.max(0, parentheses - 1);
      else if (character === '[') brackets += 1;
      else if (character === ']') brackets = Math.max(0, brackets - 1);
      field += character;
    }
  }
  // Asterisk takes a last field of nothing but quotes for two empty ones.
  const nothingButQuotes = fields.length > 0 && /^"+$/.test(data.slice(begins));
  return [...fields, field, ...(nothingButQuotes ? [''] : [])];
}

/**
 * Parts the `appArgs` of `channels.move`: at every comma, and empty arguments are dropped. Nothing else has a meaning.
 *
 * @example
 * moveArguments('"Doe, Jane",,b'); // ['"Doe', ' Jane"', 'b']
 */
export function moveArguments(appArgs: string): string[] {
  return appArgs.split(',').filter((argument) => argument !== '');
}
