import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  /** Id of its process group. */
  group: number;
  /** The command line. */
  command: string;
}

/** The processes that run now, those of others too. From `/proc`, as small images have no `ps`; by `ps` on macOS. */
export function runningProcesses(): RunningProcess[] {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs();
}

function fromProc(): RunningProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // "pid (command) state ppid pgrp …", and a command may hold anything, also ")".
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        return [{ group: Number(group), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return []; // the process has exited meanwhile
      }
    });
}

function fromPs(): RunningProcess[] {
  const columns = ['-o', 'pgid=', '-o', 'state=', '-o', 'command='];
  const lines = execFileSync('ps', ['-Aww', ...columns], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, group, state, command = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return state === undefined || state.startsWith('Z') ? [] : [{ group: Number(group), command }];
  });
}
