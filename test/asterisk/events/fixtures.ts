import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ReceivedEvent } from '../../support/open-events.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/ari-events/', import.meta.url));
const TYPED = fileURLToPath(new URL('../../fixtures/ari-events.ts', import.meta.url));

/** Every key of a value by its path; all elements of a list count as one. */
export function keyPaths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => keyPaths(item, `${path}[]`)))].toSorted();
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .flatMap(([key, inner]) => [`${path}/${key}`, ...keyPaths(inner, `${path}/${key}`)])
    .toSorted();
}

/** Of each type the event with the most fields. */
export function richest(events: readonly ReceivedEvent[]): Map<string, ReceivedEvent> {
  const found = new Map<string, ReceivedEvent>();
  for (const event of events) {
    const known = found.get(event.type);
    if (!known || keyPaths(event).length > keyPaths(known).length) found.set(event.type, event);
  }
  return found;
}

/** The event that was captured for this type, or `undefined` where none ever was. */
export function fixture(type: string): unknown {
  const file = `${FOLDER}${type}.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Writes a JSON file for each type, and all of them as TypeScript, which `tsc` checks against the model. */
export function writeFixtures(events: ReadonlyMap<string, ReceivedEvent>): void {
  mkdirSync(FOLDER, { recursive: true });
  const sorted = [...events].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([type, event]) => [type, anonymous(event)]);
  for (const [type, text] of sorted) writeFileSync(`${FOLDER}${type}.json`, `${text}\n`);
  const typed = sorted.map(([type, text]) => `  ${type}: ${text},`).join('\n');
  writeFileSync(
    TYPED,
    `// Written by \`UPDATE_FIXTURES=1 npm run test:asterisk -- events\`. Do not edit.
import type { AriEventMap } from '../../lib/ari/generated/model.ts';

/** Events as a real Asterisk sent them: the compiler checks the generated model against them. */
export const ariEvents = {\n${typed}\n} satisfies Partial<AriEventMap>;\n`,
  );
}

/** Removes data of the machine, and sets the same ids and times in every capture. */
function anonymous(event: ReceivedEvent): string {
  const ids = new Map<string, string>();
  return JSON.stringify(event, null, 2)
    .replace(/([\da-f]{2}:){5}[\da-f]{2}/g, '00:00:00:00:00:00')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+\+\d{4}/g, '2026-11-23T12:00:00.000+0000')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|\b\d{10}\.\d+\b/g, (id) => {
      if (!ids.has(id)) ids.set(id, `id-${ids.size + 1}`);
      return ids.get(id) as string;
    })
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:5060');
}
