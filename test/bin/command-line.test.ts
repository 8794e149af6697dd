import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runCommand } from '../support/command.ts';
import { folderOfTest } from '../support/temporary-folder.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/ari-eventbridge.cjs', import.meta.url));
const COMMANDS = ['init', 'start', 'preflight', 'asterisk-config', 'doctor', 'cost', 'completion'];
const run = (...args: string[]) => runCommand(args, '/nowhere');

test.each(COMMANDS.flatMap((name) => [[[name, '--help']], [[name, '-h']], [['help', name]]]))(
  '%j prints the help of the command to standard output, and succeeds',
  async (args) => {
    const name = args.find((arg) => COMMANDS.includes(arg));
    const { exitCode, said, noted } = await run(...args);
    expect([exitCode, noted]).toEqual([0, '']);
    expect(said).toContain(`Usage: ari-eventbridge ${name} `);
    expect(said).toContain('-h, --help');
  },
);

test.each([[['--help']], [['-h']], [['help']]])('%j lists every command', async (args) => {
  const { exitCode, said, noted } = await run(...args);
  expect([exitCode, noted]).toEqual([0, '']);
  for (const name of COMMANDS) expect(said).toMatch(new RegExp(`^ {2}${name} .{10}`, 'm'));
});

test.each(['--version', '-V'])('%s prints the version', async (option) => {
  expect(await run(option)).toEqual({ exitCode: 0, said: `${manifest.version}\n`, noted: '' });
});

test.each([
  [['strat'], "unknown command 'strat'\n(Did you mean start?)"],
  [['help', 'strat'], "unknown command 'strat'"],
  [['start', '--no-consol'], "unknown option '--no-consol'\n(Did you mean --no-console?)"],
  [['--halp'], "unknown option '--halp'\n(Did you mean --help?)"],
  [['start', 'now'], "too many arguments for 'start'. Expected 0 arguments but got 1"],
  [['init'], "missing required argument 'folder'"],
  [['completion', 'fish'], "'fish' is invalid for argument 'shell'. Allowed choices are bash, zsh."],
])('%j is named on standard error, and fails with exit code 2', async (args, sentence) => {
  const { exitCode, said, noted } = await run(...args);
  expect([exitCode, said]).toEqual([2, '']);
  expect(noted).toContain(sentence);
  expect(noted).toMatch(/^ari-eventbridge: /);
});

test('without a command the help is on standard error, and the exit code is 2', async () => {
  const { exitCode, said, noted } = await run();
  expect([exitCode, said]).toEqual([2, '']);
  expect(noted).toContain('Usage: ari-eventbridge [options] [command]');
});

test('a file of values that does not exist is named', async () => {
  const { exitCode, noted } = await run('start', '--values', '/nowhere/values.json');
  expect(exitCode).toBe(1);
  expect(noted).toBe('ari-eventbridge: --values /nowhere/values.json: expected a file, found none\n');
});

test('the value of an unknown option, which may be a password, is not repeated', async () => {
  const { noted } = await run('asterisk-config', '--passwort=hidden');
  expect(noted).toContain("unknown option '--passwort'");
  expect(noted).not.toContain('hidden');
});

describe.each([[['start']], [['asterisk-config', 'http.conf']], [['doctor']]])(
  '%j names cdk.json with its path',
  (args) => {
    const failureIn = async (content?: string): Promise<string> => {
      const folder = folderOfTest();
      if (content !== undefined) writeFileSync(join(folder, 'cdk.json'), content);
      const { exitCode, said, noted } = await runCommand(args, folder);
      expect(exitCode).toBe(args[0] === 'doctor' ? 3 : 1);
      expect(said).toBe('');
      expect(noted.trim().split('\n')).toHaveLength(1);
      return noted.replace(join(folder, 'cdk.json'), 'PATH');
    };

    test('where it is missing', async () => {
      expect(await failureIn()).toContain('ari-eventbridge: PATH: expected this file, found none');
    });

    test('where it is no JSON', async () => {
      expect(await failureIn('{"app": ')).toMatch(/^ari-eventbridge: PATH: expected a JSON object: /);
    });

    test.each(['[]', 'null', '"text"'])('where it is %s', async (content) => {
      expect(await failureIn(content)).toContain('PATH: expected a JSON object, got ');
    });

    test.each(['{"context":[]}', '{"context":{"nodes":{}}}'])('where it is %s', async (content) => {
      expect(await failureIn(content)).toContain('PATH: expected `context` to be an object, with `nodes` as a list');
    });
  },
);

describe('the program', () => {
  test('runs, and ends with the exit code of the command', () => {
    expect(execFileSync(process.execPath, [LAUNCHER, '--version'], { encoding: 'utf8' })).toBe(`${manifest.version}\n`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, 'strat'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain("unknown command 'strat'");
  });

  test('says in one line that Node is too old, before it loads anything', () => {
    const folder = folderOfTest();
    mkdirSync(join(folder, 'bin'));
    cpSync(LAUNCHER, join(folder, 'bin/ari-eventbridge.cjs'));
    writeFileSync(join(folder, 'bin/ari-eventbridge.js'), 'syntax error');
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', engines: { node: '>=99' } }));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin/ari-eventbridge.cjs')], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    const { node } = process.versions;
    expect(stderr).toBe(`ari-eventbridge: expected Node 99 or newer, got ${node}; see https://nodejs.org\n`);
  });
});
