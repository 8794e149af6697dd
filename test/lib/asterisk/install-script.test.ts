import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WRITTEN } from '../../../lib/asterisk/asterisk-node.ts';
import { INSTALL_SCRIPT, type Installed, installScript } from '../../../lib/asterisk/install-script.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const OWN: Installed[] = [{ file: 'http.conf' }, { file: 'ari.conf' }, { file: 'extensions.conf' }];
const MERGED: Installed[] = [
  { file: 'ari-eventbridge-users.conf', into: 'ari.conf' },
  { file: 'ari-eventbridge-extensions.conf', into: 'extensions.conf' },
];
const RELOADS = 'module reload http\nmodule reload res_ari.so\ndialplan reload\n';

/** Asterisk's folder with these files, and a folder with files to install and the script. */
function machineWith(
  present: Record<string, string>,
  files: readonly Installed[],
  texts: Record<string, string> = {},
  refused = 'nobody',
) {
  const root = folderOfTest();
  const [conf, own, tools] = ['conf', 'asterisk.d', 'tools'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [conf, own, tools]) mkdirSync(folder);
  for (const [name, text] of Object.entries(present)) writeFileSync(join(conf, name), text);
  for (const { file } of files) writeFileSync(join(own, file), `; ${file}, ${WRITTEN}\n${texts[file] ?? ''}`);
  writeFileSync(join(own, INSTALL_SCRIPT), installScript(files));
  // It accepts the users of all files, but no section with an option that it does not know.
  const users = `grep -h '^\\[' "$ASTERISK_CONF"/*.conf | tr -d '[]' | sed 's/^/No    Yes   /' | grep -v "$REFUSED"`;
  const asterisk = `#!/bin/sh\nif [ "$2" = 'ari show users' ]; then ${users} || true; else echo "$2"; fi\n`;
  writeFileSync(join(tools, 'asterisk'), asterisk, { mode: 0o755 });
  return {
    run(...args: string[]) {
      const { status, stdout, stderr } = spawnSync('sh', [join(own, INSTALL_SCRIPT), ...args], {
        encoding: 'utf8',
        env: { PATH: `${tools}:${process.env.PATH}`, ASTERISK_CONF: conf, REFUSED: refused },
      });
      return { status, stdout, stderr };
    },
    /** All files of Asterisk's folder, by name. */
    get files(): Record<string, string> {
      return Object.fromEntries(
        readdirSync(conf, { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ name }) => [name, readFileSync(join(conf, name), 'utf8')]),
      );
    },
    hasBackup: () => existsSync(join(conf, 'before-ari-eventbridge')),
  };
}

describe('files of their own', () => {
  test('are installed where there is none, or an empty one, and Asterisk loads them', () => {
    const machine = machineWith({ 'http.conf': '' }, OWN);
    const { status, stdout } = machine.run();
    expect(status).toBe(0);
    expect(stdout).toContain(RELOADS);
    for (const { file } of OWN) expect(machine.files[file]).toContain(WRITTEN);
  });

  test('do not replace a dialplan that has grown: nothing at all is changed, and the file is named', () => {
    const present = { 'http.conf': '', 'extensions.conf': '[phones]\nexten => 100,1,Dial(PJSIP/100)\n' };
    const machine = machineWith(present, OWN);
    const { status, stdout, stderr } = machine.run();
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /nothing was changed: .*files of your own, which would be replaced: extensions\.conf\. Include/,
    );
    expect(machine.files).toEqual(present);
    expect(machine.hasBackup()).toBe(false);
  });

  test('replace those of an earlier run, and the way back leads to what was there before the first', () => {
    const machine = machineWith({ 'ari.conf': '' }, OWN);
    expect(machine.run().status).toBe(0);
    expect(machine.run().status).toBe(0);
    const { status, stdout } = machine.run('--undo');
    expect(status).toBe(0);
    expect(stdout).toBe(RELOADS);
    expect(machine.files).toEqual({ 'ari.conf': '' });
    expect(machine.run('--undo').stderr).toContain('there is nothing to undo');
  });
});

describe('files that are included', () => {
  const present = { 'ari.conf': '[general]\nenabled = yes\n\n[mine]\ntype = user\n', 'extensions.conf': '[phones]\n' };

  test('add one line to a configured file, once, and the way back takes it away', () => {
    const machine = machineWith(present, MERGED, { 'ari-eventbridge-users.conf': '[handlers]\ntype = user\n' });
    expect(machine.run().status).toBe(0);
    expect(machine.run().status).toBe(0);
    expect(machine.files['ari.conf']).toBe(`${present['ari.conf']}\n#include ari-eventbridge-users.conf\n`);
    expect(machine.files['extensions.conf']).toBe('[phones]\n\n#include ari-eventbridge-extensions.conf\n');
    expect(machine.run('--undo').status).toBe(0);
    expect(machine.files).toEqual(present);
  });

  test('of FreePBX may be absent before', () => {
    const machine = machineWith({}, [{ file: 'ari-eventbridge-users.conf', into: 'ari_additional_custom.conf' }]);
    expect(machine.run().status).toBe(0);
    expect(machine.files['ari_additional_custom.conf']).toBe('\n#include ari-eventbridge-users.conf\n');
    expect(machine.run('--undo').status).toBe(0);
    expect(machine.files).toEqual({});
  });
});

describe('sections that are there twice, over all included files,', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'a user',
      { 'ari.conf': '[general]\n[handlers]\n#include "more.conf"\n', 'more.conf': ' \n[handlers]\n' },
      'ari.conf has twice: [handlers]',
    ],
    [
      'a [general] in a folder of files',
      { 'http.conf': '[general]\n#tryinclude custom*.conf ; mine\n', 'custom1.conf': '[general]\n' },
      'http.conf has twice: [general]',
    ],
  ])('%s, are found', (_, present, says) => {
    const { status, stderr } = machineWith(present, OWN).run('--check');
    expect(status).toBe(1);
    expect(stderr).toContain(says);
    expect(stderr).toContain('after the next restart it has no ARI');
  });

  test('are not those that are meant to be added', () => {
    const present = { 'ari.conf': '[general]\n#include a.conf\n[x](!)\n', 'a.conf': '[general](+)\n;[general]\n' };
    expect(machineWith(present, OWN).run('--check')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('stop an installation before Asterisk loads the files', () => {
    const present = { 'ari.conf': '[general]\n[handlers]\n' };
    const machine = machineWith(present, MERGED, { 'ari-eventbridge-users.conf': '[handlers]\n' });
    const { status, stdout, stderr } = machine.run();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('ari.conf has twice: [handlers]');
    expect(machine.run('--undo').status).toBe(0);
    expect(machine.files).toEqual(present);
  });
});

test('a user that Asterisk does not accept is named, with the way back', () => {
  const users = '[connector]\npermit = 127.0.0.1/32\n[handlers]\n';
  const machine = machineWith(
    { 'ari.conf': '[general]\n' },
    MERGED,
    { 'ari-eventbridge-users.conf': users },
    'connector',
  );
  const { status, stderr } = machine.run();
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /has not accepted the user connector of ari-eventbridge-users\.conf: .*Before 20\.19.*--undo$/m,
  );
  expect(machine.run('--undo').status).toBe(0);
  expect(machine.files).toEqual({ 'ari.conf': '[general]\n' });
});

test('an unknown argument is refused', () => {
  const { status, stderr } = machineWith({}, OWN).run('--help-me');
  expect(status).toBe(1);
  expect(stderr).toContain('expected nothing, --check or --undo, got --help-me');
});
