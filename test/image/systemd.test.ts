import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readConfig } from '../../connector/config.ts';
import { folderOfTest } from '../support/temporary-folder.ts';

const FOLDER = fileURLToPath(new URL('../../connector/systemd/', import.meta.url));
const UNIT = 'ari-eventbridge-connector.service';
/** Of 10, as `systemd-analyze security` computes it; docs/on-your-own-host.md states 1.3. */
const MOST_EXPOSURE = 2;

const unit = readFileSync(join(FOLDER, UNIT), 'utf8');
const analyze = (...args: string[]) => {
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  if (error) throw error;
  return { status, says: stdout + stderr };
};

/** A copy of the unit, changed. */
function unitWith(change: (text: string) => string): string {
  const file = join(folderOfTest(), UNIT);
  writeFileSync(file, change(unit));
  return file;
}

test('systemd finds no fault in the unit, and would find one', () => {
  // The machine of the test has its Node elsewhere.
  const here = unitWith((text) => text.replace('/usr/bin/node', process.execPath));
  expect(analyze('verify', here)).toEqual({ status: 0, says: '' });
  const wrong = unitWith((text) => text.replace('/usr/bin/node', process.execPath).replace('UMask=0077', 'UMask=rw'));
  expect(analyze('verify', wrong).says).toContain('Failed to parse mode value');
});

test('its exposure is at most 2 of 10, and is that of the hardening', () => {
  const exposed = (file: string) =>
    analyze('security', '--offline=yes', `--threshold=${MOST_EXPOSURE * 10}`, file).status;
  const copy = join(folderOfTest(), UNIT);
  cpSync(join(FOLDER, UNIT), copy);
  expect(exposed(copy)).toBe(0);
  const bare = unitWith((text) =>
    text.replace(/^(Protect|Private|Restrict|Capability|System|NoNew|Dynamic)\w+=.*\n/gm, ''),
  );
  expect(exposed(bare)).not.toBe(0);
});

test('the example of its environment is a valid configuration, and the unit waits for the drain', () => {
  const example = readFileSync(join(FOLDER, 'connector.env.example'), 'utf8');
  const variables = Object.fromEntries([...example.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const { journalFolder, drainSeconds } = readConfig({
    ...variables,
    ...Object.fromEntries([...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value])),
  });
  const [, folder] = /^StateDirectory=(.*)$/m.exec(unit) ?? [];
  expect(journalFolder).toBe(`/var/lib/${folder}`);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(drainSeconds);
});
