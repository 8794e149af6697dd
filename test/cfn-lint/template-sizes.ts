import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Synthesized } from '../support/synth.ts';

interface Size {
  stacks: number;
  resources: number;
  /** Resources of the largest stack, of which CloudFormation accepts 500. */
  most: number;
  /** Of all templates together. */
  bytes: number;
}

/** Sizes of the templates of configurations, as docs/lifecycle.md lists them. */
export class TemplateSizes {
  readonly #sizes = new Map<string, Size>();

  add(configuration: string, { folder, templates }: Synthesized): void {
    const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);
    const bytes = sum([...templates.keys()].map((name) => statSync(join(folder, `${name}.template.json`)).size));
    const counts = [...templates.values()].map(({ Resources = {} }) => Object.keys(Resources).length);
    const [stacks, resources, most] = [templates.size, sum(counts), Math.max(...counts)];
    this.#sizes.set(configuration, { stacks, resources, most, bytes });
  }

  /** The rows of the table. */
  toString(): string {
    const rows = [...this.#sizes].map(([name, { stacks, resources, most, bytes }]) => [
      name,
      stacks,
      resources,
      most,
      Math.round(bytes / 1000),
    ]);
    return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  }

  /** What a page lists otherwise, or by more than a tenth, or does not list. */
  differencesFrom(page: string): string[] {
    const rows = [...readFileSync(page, 'utf8').matchAll(/^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(
      ([, name = '', ...figures]) => [name, figures.map(Number)] as const,
    );
    const listed = new Map(rows);
    const near = (is: number, says: number | undefined): boolean => Math.abs(is - (says ?? 0)) <= is / 10;
    const wrong = [...this.#sizes].filter(([name, { stacks, resources, most, bytes }]) => {
      const [ofStacks, ofResources, ofMost, ofKilobytes] = listed.get(name) ?? [];
      return (
        ofStacks !== stacks || !near(resources, ofResources) || !near(most, ofMost) || !near(bytes / 1000, ofKilobytes)
      );
    });
    const gone = rows.filter(([name]) => !this.#sizes.has(name));
    return [...wrong.map(([name]) => name), ...gone.map(([name]) => `${name}: no such configuration`)];
  }
}
