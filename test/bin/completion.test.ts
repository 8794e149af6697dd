import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { succeeding } from '../support/command.ts';

describe('bash', () => {
  let script: string;
  beforeAll(async () => {
    script = await succeeding(['completion', 'bash'], '/nowhere');
  });

  /** What bash itself proposes for the last of these words. */
  function proposed(...words: string[]): string[] {
    const line = ['ari-eventbridge', ...words];
    const program = `${script}
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _ari_eventbridge
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['--norc', '-uc', program, 'bash', ...line], { encoding: 'utf8' });
    return output.split('\n').filter((word) => word !== '');
  }

  test.each([
    [[''], ['init', 'start', 'preflight', 'asterisk-config', 'doctor', 'cost', 'completion', 'help', '-h', '--help']],
    [['a'], ['asterisk-config']],
    [['help', 'd'], ['doctor']],
    [['start', '--no'], ['--no-console']],
    [
      ['doctor', '--c'],
      ['--ca-file', '--connector-secret', '--connector-user', '--calls'],
    ],
    [['doctor', '--from', ''], ['lambda']],
    [['asterisk-config', 'h'], ['http.conf']],
    [['asterisk-config', 'http.conf', 'a'], ['ari.conf']],
    [
      ['completion', ''],
      ['bash', 'zsh', '-h', '--help'],
    ],
  ])('after %j', (words, expected) => {
    expect(proposed(...words)).toEqual(expect.arrayContaining(expected));
    if (words.at(-1) !== '') expect(proposed(...words)).toHaveLength(expected.length);
  });

  test.each([[['doctor', '--passwords', '']], [['doctor', '--node', '']], [['cost', '--nodes', '']]])(
    'after %j it proposes nothing: bash completes files then',
    (words) => {
      expect(proposed(...words)).toEqual([]);
    },
  );
});

test('zsh gets each command, each option with its description, and the options that take a file', async () => {
  const script = await succeeding(['completion', 'zsh'], '/nowhere');
  expect(script).toMatch(/^#compdef ari-eventbridge\n/);
  expect(script).toContain("'start:runs the whole system on this machine'");
  expect(script).toContain("'--no-console[does not serve the console]'");
  expect(script).toContain("'--ca-file[with --url\\: the private CA of the server'\\''s certificate]:ca-file:_files'");
  expect(script).toContain(":from:(lambda)'");
  expect(script).toContain("'*:files:(http.conf ari.conf extensions.conf)'");
});
