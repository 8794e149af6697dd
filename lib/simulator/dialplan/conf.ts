/** A line of extensions.conf: the application at a priority of an extension. */
export interface ConfLine {
  context: string;
  /** As it is written: a name, or a pattern such as `_X!`. */
  exten: string;
  priority: number;
  label: string | undefined;
  /** `Read(DIGITS,,4)` */
  application: string;
}

/**
 * Reads the text of extensions.conf: contexts with `exten =>` and `same =>`, priorities `1`, `n`, `n(label)`, comments.
 *
 * @throws on a line that it does not know, such as `include =>`, with the line
 */
export function confLines(text: string): ConfLine[] {
  const lines: ConfLine[] = [];
  let context: string | undefined;
  let [exten, priority] = ['', 0];
  for (const written of text.split('\n')) {
    const line = withoutComment(written).trim();
    if (line === '') continue;
    const section = /^\[([^\]]+)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      context = section;
      exten = '';
      continue;
    }
    const [, named, continued] = /^(?:exten\s*=>?\s*(.*)|same\s*=>?\s*(.*))$/s.exec(line) ?? [];
    const steps = named === undefined ? `${exten},${continued ?? ''}` : named;
    const [, name = '', at = '', label, application = ''] =
      /^([^,]+),\s*(\d+|n)\s*(?:\(([^)]*)\))?\s*,(.*)$/s.exec(steps) ?? [];
    if (context === undefined || name === '') {
      throw new Error(`extensions.conf: expected [CONTEXT], exten => NAME,PRIORITY,… or same => n,…, got ${written}`);
    }
    exten = name.trim();
    priority = at === 'n' ? priority + 1 : Number(at);
    lines.push({ context, exten, priority, label, application: application.trim() });
  }
  return lines;
}

/** A semicolon begins a comment, unless a backslash stands before it. */
function withoutComment(line: string): string {
  return line.replace(/(?<!\\);.*$/s, '').replaceAll('\\;', ';');
}
