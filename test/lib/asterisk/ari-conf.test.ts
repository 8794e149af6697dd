import { describe, expect, test } from 'vitest';
import { ariConf, ariFaults, passwordFaults, userFaults } from '../../../lib/asterisk/ari-conf.ts';
import { verifySha512Crypt } from '../../../lib/asterisk/sha512-crypt.ts';

const PASSWORDS = {
  connector: { username: 'connector', password: 'listens only' },
  handlers: { username: 'handlers', password: 'a;b' },
};

/** Its sections, without comments. */
function sectionsOf(text: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let section: Record<string, string> = {};
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith(';'))) {
    const name = /^\[(.*)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      section = {};
      sections[name] = section;
    } else {
      const at = line.indexOf(' = ');
      section[line.slice(0, at)] = line.slice(at + 3);
    }
  }
  return sections;
}

test('a read-only user for the connector, a read-write one for the handlers, and no password of either', () => {
  const text = ariConf({}, {}, PASSWORDS);
  expect(sectionsOf(text)).toEqual({
    general: { enabled: 'yes', pretty: 'no', channelvars: 'CHANNEL(linkedid),ARI_OUTCOME,ARI_STATE' },
    connector: { type: 'user', read_only: 'yes', password_format: 'crypt', password: expect.stringMatching(/^\$6\$/) },
    handlers: { type: 'user', read_only: 'no', password_format: 'crypt', password: expect.stringMatching(/^\$6\$/) },
  });
  const { connector, handlers } = sectionsOf(text);
  expect(verifySha512Crypt(PASSWORDS.connector.password, connector?.password ?? '')).toBe(true);
  expect(verifySha512Crypt(PASSWORDS.handlers.password, handlers?.password ?? '')).toBe(true);
  expect(text).not.toContain(PASSWORDS.connector.password);
});

test('each option can be set', () => {
  const general = { enabled: false, pretty: true, allowed_origins: ['https://a.example.com', '*'], channelvars: ['A'] };
  const users = {
    connector: { type: 'user', read_only: false, password_format: 'plain' },
    handlers: { read_only: true, password_format: 'plain' },
  } as const;
  expect(ariFaults('ari', general)).toEqual([]);
  expect(userFaults('users.connector', users.connector)).toEqual([]);
  expect(sectionsOf(ariConf(general, users, PASSWORDS))).toEqual({
    general: {
      enabled: 'no',
      pretty: 'yes',
      allowed_origins: 'https://a.example.com,*',
      channelvars: 'CHANNEL(linkedid),ARI_OUTCOME,ARI_STATE,A',
    },
    connector: { type: 'user', read_only: 'no', password_format: 'plain', password: 'listens only' },
    handlers: { type: 'user', read_only: 'yes', password_format: 'plain', password: String.raw`a\;b` },
  });
});

test('a user can be let in from named addresses only, and from Asterisk’s own machine', () => {
  const users = { handlers: { permit: ['203.0.113.7', '10.0.0.0/16', '2001:db8::7'] } };
  expect(userFaults('users.handlers', users.handlers)).toEqual([]);
  const [before = '', handlers = ''] = ariConf({}, users, PASSWORDS).split('[handlers]');
  expect(before).not.toContain('permit');
  // The last line that matches decides, and an address without a length would be a network of its class.
  expect(handlers.match(/^(deny|permit) = .*$/gm)).toEqual([
    'deny = 0.0.0.0/0',
    'deny = ::/0',
    'permit = 127.0.0.1/32',
    'permit = ::1/128',
    'permit = 203.0.113.7/32',
    'permit = 10.0.0.0/16',
    'permit = 2001:db8::7/128',
  ]);
});

test.each([
  ['pbx.example.com'],
  ['10.0.0.0/33'],
  ['10.0.0.0/'],
  ['1.2.3.4/8/8'],
  ['::1/129'],
  ['1.2.3.4\npermit = 0.0.0.0/0'],
  [7],
])('the address %j is refused', (address) => {
  expect(userFaults('users.handlers', { permit: [address] }).join()).toContain(
    'users.handlers.permit: expected a list of IP',
  );
});

describe('rendered again with the existing file', () => {
  const existing = ariConf({}, {}, PASSWORDS);

  test('keeps the hashes of unchanged passwords, so that nothing differs', () => {
    expect(ariConf({}, {}, PASSWORDS, existing)).toBe(existing);
  });

  test('has a new hash only for a new password', () => {
    const changed = { ...PASSWORDS, handlers: { ...PASSWORDS.handlers, password: 'new' } };
    const before = sectionsOf(existing);
    const after = sectionsOf(ariConf({}, {}, changed, existing));
    expect(after.connector).toEqual(before.connector);
    expect(verifySha512Crypt('new', after.handlers?.password ?? '')).toBe(true);
  });

  test('keeps no hash that is commented out or has more rounds than crypt’s default', () => {
    const costly = `[x]\npassword = $6$rounds=999999999$salt$${'x'.repeat(86)}\n`;
    expect(sectionsOf(ariConf({}, {}, PASSWORDS, costly)).connector?.password).toMatch(/^\$6\$.{16}\$.{86}$/);
    const commented = existing.replaceAll('password =', ';password =');
    expect(sectionsOf(ariConf({}, {}, PASSWORDS, commented)).connector).not.toEqual(sectionsOf(existing).connector);
  });
});

test.each([
  ['allowed_origins', 'https://a.example.com', 'a list of origins'],
  ['allowed_origins', ['https://a.example.com/path'], 'a list of origins'],
  ['allowed_origins', ['https://a,b'], 'a list of origins'],
  ['allowed_origins', ['*\n[x]'], 'a list of origins'],
  ['channelvars', ['A,B'], 'a list of names of channel variables'],
  ['channelvars', [`\${SECRET}`], 'a list of names of channel variables'],
  ['channelvars', ['SHELL(rm -rf)'], 'a list of names of channel variables'],
  ['pretty', 1, 'true or false'],
])('%s as %j is refused', (option, value, expected) => {
  expect(ariFaults('ari', { [option]: value })).toEqual([
    expect.stringContaining(`ari.${option}: expected ${expected}`),
  ]);
});

test('bcrypt is refused as a format, and so is a password in cdk.json', () => {
  expect(userFaults('u', { password_format: 'bcrypt' })).toEqual([
    expect.stringContaining('expected "crypt", which is rendered as SHA-512'),
  ]);
  expect(userFaults('u', { type: 'outbound_websocket' })).toEqual([expect.stringContaining('u.type: expected "user"')]);
  expect(userFaults('u', { password: 'hidden' }).join()).toMatch(/^(?!.*hidden).*no option "password" here/);
});

describe('users are refused', () => {
  const named = (username: string) => ({ ...PASSWORDS, connector: { ...PASSWORDS.connector, username } });

  test.each(['', 'a]', 'a\n[b', 'a;b', 'a:b', 'a b', `\${x}`, 'general'])('by the name %j', (username) => {
    expect(passwordFaults('node', named(username))).toEqual([
      `node: expected the name of the user for the connector to be 1 to 64 letters, digits, ".", "_" or "-", other than "general", got ${JSON.stringify(username)}`,
    ]);
  });

  test('when both roles have the same user', () => {
    expect(passwordFaults('node', named('handlers'))).toEqual([
      expect.stringContaining('create a second user for the connector'),
    ]);
  });

  test.each(['hidden\n', 'hidden\nread_only = no', ' hidden'])(
    'with the password %j, which the message does not contain',
    (password) => {
      const faults = passwordFaults('node', { ...PASSWORDS, handlers: { username: 'handlers', password } });
      expect(faults).toEqual([
        expect.stringMatching(/^(?!.*hidden)node: the password of the user for the handlers has a /),
      ]);
    },
  );
});
