import { expect, test } from 'vitest';
import { parseVersion, reaches } from '../../../../lib/asterisk/doctor/asterisk-version.ts';

test.each([
  ['22.10.1~dfsg+~cs6.17.60671436', { branch: '22', major: 22, release: [10, 1] }],
  ['22.11.0-rc1', { branch: '22', major: 22, release: [11, 0] }],
  ['Asterisk 20.9.3', { branch: '20', major: 20, release: [9, 3] }],
  ['certified-20.7-cert11', { branch: 'certified-20.7', major: 20, release: [11] }],
  ['certified/18.9-cert5', { branch: 'certified-18.9', major: 18, release: [5] }],
  ['GIT-20-97b4df1f63', { branch: '20', major: 20, release: undefined }],
  ['GIT-master-97b4df1f63', { branch: 'master', major: 0, release: undefined }],
  ['UNKNOWN__and_probably_unsupported', undefined],
])('%s', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

const NAMED = { 20: [18, 0], 22: [8, 1], 'certified-20.7': [3] };

test.each([
  ['20.18.0', true],
  ['20.17.9', false],
  ['22.8.0', false],
  ['22.8.1', true],
  ['22.10.0', true],
  ['certified-20.7-cert2', false],
  ['certified-20.7-cert10', true],
  ['certified-22.8-cert9', false],
  ['certified-22.9-cert1', true],
  ['23.0.0', undefined],
])('%s reaches the release that is named for its branch: %s', (text, expected) => {
  const version = parseVersion(text);
  expect(version && reaches(version, NAMED)).toBe(expected);
});
