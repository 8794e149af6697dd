import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readCaFile } from '../../../lib/ari/ca-file.ts';
import { privateCertificate } from '../../asterisk/certificate.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const { ca, key } = privateCertificate();
const NODE = { name: 'pbx-1', url: 'https://pbx/ari' };
let folder: string;
beforeEach(() => {
  folder = folderOfTest();
  writeFileSync(join(folder, 'ca.pem'), `# our authority\n${ca}`);
});

test('a node without caFile trusts the CAs that Node trusts', () => {
  expect(readCaFile(NODE)).toBeUndefined();
});

test('the file is looked for below the folder of the function, in Lambda', () => {
  expect(readCaFile({ ...NODE, caFile: 'ca.pem' }, { LAMBDA_TASK_ROOT: folder })).toBe(ca.trim());
});

test('without TLS the file is not looked for', () => {
  expect(readCaFile({ ...NODE, url: 'http://127.0.0.1:8088/ari', caFile: '/nowhere.pem' })).toBeUndefined();
});

test('an absolute path is used unchanged', () => {
  const node = { ...NODE, caFile: join(folder, 'ca.pem') };
  expect(readCaFile(node, { LAMBDA_TASK_ROOT: '/var/task' })).toBe(ca.trim());
});

describe('the file is refused; the message has its name but not its content', () => {
  test.each([
    ['that is not there', undefined, 'got a file that cannot be read: ENOENT'],
    ['that holds a private key', ca + key, 'got one with a private key'],
    ['that holds no certificate', 'hello', 'got one without a "-----BEGIN CERTIFICATE-----"'],
    [
      'whose certificate is damaged',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'got one whose certificate 1 is damaged',
    ],
  ])('%s', (_, content, sentence) => {
    if (content !== undefined) writeFileSync(join(folder, 'other.pem'), content);
    const read = () => readCaFile({ ...NODE, caFile: 'other.pem' }, { LAMBDA_TASK_ROOT: folder });
    expect(read).toThrow(`node "pbx-1": expected \`caFile\``);
    expect(read).toThrow(`${sentence}`);
    expect(read).toThrow(join(folder, 'other.pem'));
    expect(read).not.toThrow(/AAAA|BEGIN PRIVATE/);
  });
});
