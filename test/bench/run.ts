/** `npm run bench -- NAME [--json] [--nodes N] [--events N] [--before FOLDER]`: runs one bench, a file of this folder, and prints what it measured. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What a bench's file exports. */
interface BenchModule {
  /**
   * @param nodes how many Asterisk servers, for the benches that can have several
   * @param events how many events in all, for the benches that can have more
   * @param before a checkout of another commit, which takes turns with this one, for `call`, `connector` and `patterns`
   */
  bench(options: { nodes?: number; events?: number; before?: string }): Promise<object>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    nodes: { type: 'string' },
    events: { type: 'string' },
    before: { type: 'string' },
  },
});
const [name = ''] = positionals;

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));
if (!names.includes(name)) {
  process.stderr.write(
    `usage: npm run bench -- NAME [--json] [--nodes N] [--events N] [--before FOLDER]\n\nBenches: ${names.join(', ')}\n`,
  );
  process.exit(1);
}

const { bench } = (await import(`./${name}.ts`)) as BenchModule;
const result = await bench({
  ...(values.nodes !== undefined && { nodes: Number(values.nodes) }),
  ...(values.events !== undefined && { events: Number(values.events) }),
  ...(values.before !== undefined && { before: resolve(values.before) }),
});
process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : table(result));

/** One line for each figure: its path, aligned, and its value. */
function table(result: object): string {
  const rows = figures(result);
  const width = Math.max(...rows.map(([path]) => path.length));
  return rows.map(([path, value]) => `${path.padEnd(width)}  ${value}\n`).join('');
}

function figures(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => figures(inner, path === '' ? key : `${path} ${key}`));
}
