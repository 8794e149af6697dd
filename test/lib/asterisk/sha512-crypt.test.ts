import { expect, test } from 'vitest';
import { sha512Crypt, verifySha512Crypt } from '../../../lib/asterisk/sha512-crypt.ts';

test('the published example has its published hash', () => {
  expect(sha512Crypt('Hello world!', 'saltstring')).toBe(
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  );
});

/** What crypt(3) of glibc gives for passwords of so many bytes, the first two of which are one character. */
const BY_GLIBC: [bytes: number, rounds: number, salt: string, hash: string][] = [
  [1, 5000, 'a', '$6$a$AvQLBHPFSbE4d9QOBrglBdXuv.jRoEFLHgWJlsZ6XhNHrxkMbotj9kAr0GGhdZ5XM6DM29/LJ9jZin3Aj8Tph0'],
  [
    15,
    1000,
    './09AZaz',
    '$6$rounds=1000$./09AZaz$L.1JciOme1aI96T7pjU1GXLL9VB/7lHnDQx4vJbR.2TtdlaW4dA2vC9Vj3ZLGdDln6HBjm3pyvr8R2YJgVOxR.',
  ],
  [
    31,
    5000,
    '0123456789abcdef',
    '$6$0123456789abcdef$WO/yEEX18EhjwFjQinxNEGV5UPuJip7XKxCSJ0lgUFUyAR1yKwbi0AfayPeXlD2guQBBpgOhtbwnkuRmZiOVb.',
  ],
  [
    32,
    1234,
    'a',
    '$6$rounds=1234$a$PiqKc8hs/OcLPevRadi2G3DQUBqHC5rrNQW89Yx5v9v/5aEVxFJ9duV70WYiYXeZJc9oLpk7G6.Ka0CFiDojg.',
  ],
  [
    63,
    5000,
    './09AZaz',
    '$6$./09AZaz$M3skB.iCTOAeshzkIAtwsekJNsvlF60oIDQyxAJR4zJxukRO3bZ1TyiJOEU39wYoIqM1kDkGt0RUS/uCzXnPP/',
  ],
  [
    64,
    1000,
    '0123456789abcdef',
    '$6$rounds=1000$0123456789abcdef$4/M9Y3WmhZbhZw6vUhLcWKoL0fjQJ3SDdsZWCEsQEAlP.sovO.k0Jje2cy9mNbHAZJcwnvL2ZnfPhyBP1SYD7/',
  ],
  [65, 5000, 'a', '$6$a$6frhmOT2lh4rP.ZkmGq0HgQYZUXyTep0D.NlYvdn5F70W1I72kuCySigtnNVtEZn3YooXdVIlv54.ovF0ZIs8.'],
  [
    127,
    1234,
    './09AZaz',
    '$6$rounds=1234$./09AZaz$v0U/vMT85/xw3IZNqMtyxoB.cJhXmcAEARwksumxr/4T0TPtHoVXYYbchsX26NgFsnapgPoIyFFhK74d9u1RJ.',
  ],
  [
    128,
    5000,
    '0123456789abcdef',
    '$6$0123456789abcdef$etp5elIwEmLi6IdGOPt0BqYgN9.nbcF5GypSrbzBnb0b5ojsEPcwKMz0/tdzNUnozGAkdIBcRYhaYglw5VU0N/',
  ],
  [
    129,
    1000,
    'a',
    '$6$rounds=1000$a$wyxmqopRU89Cvf.XAqoEISMFoXX8N6lJIMoudzFmhodRJasR1Q/AOJIJ0I73Jmp2UpMlGe51oxLWBC2n.mdEr.',
  ],
  [
    192,
    5000,
    './09AZaz',
    '$6$./09AZaz$KP3LYLzoh0CxJmoWOPKdYu.H5fNasDT9X.KL.o36Cxu/1Z3IXRFycwsMNVMZy.HgAJmBqSddVvn4BDBpjJvdY0',
  ],
  [
    250,
    1234,
    '0123456789abcdef',
    '$6$rounds=1234$0123456789abcdef$weLQdfMoSVLsFp756FMY/EUYoIkDeRboNdcuZAMgUwU1Tfm6rz8eTY8RK41frUs0WHecKC5OpV6FCuRkZnfa2.',
  ],
];

test.each(BY_GLIBC)(
  'a password of %d bytes, %d times over, has the hash that glibc gives it',
  (bytes, rounds, salt, hash) => {
    const password = bytes === 1 ? 'x' : `é${'x'.repeat(bytes - 2)}`;
    expect(sha512Crypt(password, salt, rounds)).toBe(hash);
    expect(verifySha512Crypt(password, hash)).toBe(true);
  },
);

test('a password that cannot be guessed gets few rounds: Asterisk hashes it at every command', () => {
  expect(sha512Crypt('x'.repeat(31))).toMatch(/^\$6\$[^=]*$/);
  expect(sha512Crypt('x'.repeat(32))).toMatch(/^\$6\$rounds=1000\$/);
});

test('every hash has its own salt, and is verified', () => {
  const [one, other] = [sha512Crypt('secret'), sha512Crypt('secret')];
  expect(one).toMatch(/^\$6\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}$/);
  expect(one).not.toBe(other);
  expect([verifySha512Crypt('secret', one), verifySha512Crypt('Secret', one)]).toEqual([true, false]);
});

test.each(['', 'secret', '$5$salt$x', `$6$rounds=999999999$salt$${'x'.repeat(86)}`, '$2b$12$abc'])(
  '%j is not a hash of the password',
  (hash) => {
    expect(verifySha512Crypt('secret', hash)).toBe(false);
  },
);

test('an invalid salt is refused', () => {
  for (const salt of ['', 'a$b', '0123456789abcdefg', 'a\n']) {
    expect(() => sha512Crypt('secret', salt)).toThrow('Expected a salt of 1 to 16 characters of ./0-9A-Za-z');
  }
});
