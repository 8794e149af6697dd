/**
 * Reads options of the form NAME=VALUE.
 *
 * @throws for one without a name and an equals sign
 * @example
 * pairsOf('--ssm', ['/calls/line=4711']); // { '/calls/line': '4711' }
 */
export function pairsOf(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new Error(`${option}: expected NAME=VALUE, got ${text}`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
