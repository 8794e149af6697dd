import { execFileSync } from 'node:child_process';
import { quoted } from './node-files.ts';

/** For everything that runs as another user than the one who deploys: read by all, written by the owner. */
const MODES = { file: 0o644, executable: 0o755, folder: 0o755 } as const;
/** The bit of a mode that lets the owner execute the file. */
const OWNER_EXECUTES = 0o100;

/** Counted in an image's hash, which does not see modes: an image that was pushed with other modes is not used again. */
export const MODES_IN_HASH = 'modes 0644, 0755';

/** Gives everything in a folder its mode, whatever the umask was and whatever modes copied files had. */
export function fixModes(folder: string): void {
  execFileSync(process.execPath, ['-e', scriptFor(folder)], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The same as a command for `bundling.commandHooks`. */
export function fixModesCommand(folder: string): string {
  return `node -e "${scriptFor(folder)}"`;
}

/**
 * The names of executables go into a file, as the hash of a bundle is that of its names and contents. No double quotes:
 * the script stands between them in a shell.
 */
function scriptFor(folder: string): string {
  return [
    "const fs = require('node:fs'), { join } = require('node:path'), executables = [];",
    `const modeOf = (entry) => entry.mode & ${OWNER_EXECUTES} ? ${MODES.executable} : ${MODES.file};`,
    'const fix = (folder, at) => {',
    `fs.chmodSync(folder, ${MODES.folder});`,
    'for (const name of fs.readdirSync(folder).sort()) {',
    'const path = join(folder, name), entry = fs.lstatSync(path);',
    "if (entry.isDirectory()) { fix(path, at + name + '/'); continue; }",
    'if (entry.isFile() === false) continue;',
    'fs.chmodSync(path, modeOf(entry));',
    `if (entry.mode & ${OWNER_EXECUTES}) executables.push(at + name);`,
    '} };',
    `fix(${quoted(folder)}, '');`,
    `const list = ${quoted(`${folder}/.executables`)};`,
    `if (executables.length > 0) { fs.writeFileSync(list, executables.join()); fs.chmodSync(list, ${MODES.file}); }`,
  ].join(' ');
}
