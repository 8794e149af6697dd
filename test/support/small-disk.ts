import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** Whether this process may mount disks: as root, and not in a sandbox. */
export const MAY_MOUNT = (() => {
  const { path, remove } = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', path], { stdio: 'ignore' });
    execFileSync('umount', [path]);
    return true;
  } catch {
    return false;
  } finally {
    remove();
  }
})();

/** A separate disk for a test, which can make it full or read-only. */
export function smallDisk(kib: number) {
  const { path, remove } = temporaryFolder();
  const remount = (options: string) => execFileSync('mount', ['-o', `remount,${options}`, path]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', path]);
    remove();
  });
  return { path, grow: (to: number) => remount(`size=${to}k`) };
}
