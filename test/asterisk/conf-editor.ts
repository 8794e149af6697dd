import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Remedy } from '../../lib/ari/connect-failure.ts';
import { ASTERISK_ROOT } from './install.ts';

/**
 * Writes lines into Asterisk's configuration files as a person would, given file, section and line: each replaces the
 * section's line for the same option or module.
 */
export class ConfEditor {
  /** The original text of the written files, `undefined` where there was no file. */
  readonly #originals = new Map<string, string | undefined>();

  /** Writes a line into its section. */
  write({ file, section, option, line }: Remedy): void {
    const lines = this.#linesOf(file);
    const { start, end } = sectionOf(lines, section);
    const value = assignedTo(line);
    const kept = lines
      .slice(start, end)
      .filter((existing) => (file === 'modules.conf' ? assignedTo(existing) !== value : optionOf(existing) !== option));
    lines.splice(start, end - start, ...kept, line);
    this.#save(file, lines);
  }

  /** Removes an option from its section. */
  remove({ file, section, option }: Omit<Remedy, 'line'>): void {
    const lines = this.#linesOf(file);
    const { start, end } = sectionOf(lines, section);
    lines.splice(start, end - start, ...lines.slice(start, end).filter((line) => optionOf(line) !== option));
    this.#save(file, lines);
  }

  /** Restores all files. */
  restore(): void {
    for (const [file, text] of this.#originals) {
      if (text === undefined) rmSync(pathOf(file), { force: true });
      else writeFileSync(pathOf(file), text);
    }
    this.#originals.clear();
  }

  #linesOf(file: string): string[] {
    const text = existsSync(pathOf(file)) ? readFileSync(pathOf(file), 'utf8') : undefined;
    if (!this.#originals.has(file)) this.#originals.set(file, text);
    return (text ?? '').split('\n');
  }

  #save(file: string, lines: string[]): void {
    writeFileSync(pathOf(file), lines.join('\n'));
    chmodSync(pathOf(file), 0o644);
  }
}

/** The range of a section's lines, without its header. Adds the section where there is none. */
function sectionOf(lines: string[], section: string): { start: number; end: number } {
  let head = lines.findIndex((line) => line.trim().startsWith(`[${section}]`));
  if (head === -1) head = lines.push(`[${section}]`) - 1;
  const next = lines.findIndex((line, index) => index > head && /^\s*\[/.test(line));
  return { start: head + 1, end: next === -1 ? lines.length : next };
}

const optionOf = (line: string): string | undefined => /^\s*([\w.-]+)\s*=/.exec(line)?.[1];
const assignedTo = (line: string): string | undefined => /^\s*[\w.-]+\s*=>?\s*(.*?)\s*$/.exec(line)?.[1];
const pathOf = (file: string): string => join(ASTERISK_ROOT, 'etc/asterisk', file);
