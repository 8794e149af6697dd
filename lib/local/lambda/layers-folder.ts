import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const merged = new Map<string, string>();

/**
 * The folder that stands for /opt: the content of a function's layers, where files of later layers replace those of
 * earlier ones. `undefined` without layers.
 *
 * @param layers their folders, in the template's order
 */
export function layersFolder(layers: readonly string[]): string | undefined {
  const [first, ...more] = layers;
  if (first === undefined || more.length === 0) return first;
  const key = layers.join('\n');
  let folder = merged.get(key);
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'ari-eventbridge-layers-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    for (const layer of layers) cpSync(layer, made, { recursive: true });
    merged.set(key, made);
    folder = made;
  }
  return folder;
}
