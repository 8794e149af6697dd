import { describe, expect, test } from 'vitest';
import { httpConf, httpContradictions, httpFaults } from '../../../lib/asterisk/http-conf.ts';

const SECURE = 'https://pbx-1.example.com:8089/ari';

/** Its options, without the comments. */
function optionsOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes(' = ') && !line.startsWith(';'));
  return Object.fromEntries(lines.map((line) => line.split(' = ') as [string, string]));
}

test('a node behind TLS gets TLS on every address, and plain HTTP on loopback only', () => {
  expect(optionsOf(httpConf(SECURE))).toEqual({
    enabled: 'yes',
    bindaddr: '127.0.0.1',
    bindport: '8088',
    tlsenable: 'yes',
    tlsbindaddr: '0.0.0.0:8089',
    tlscertfile: '/etc/asterisk/keys/asterisk.pem',
    sessionlimit: '400',
  });
});

test.each([
  ['http://127.0.0.1:8088/ari', { bindaddr: '127.0.0.1', bindport: '8088', tlsenable: 'no' }],
  ['http://localhost:9000/ari/', { bindaddr: '127.0.0.1', bindport: '9000', tlsenable: 'no' }],
  ['http://[::1]:8088/ari', { bindaddr: '::1', bindport: '8088', tlsenable: 'no' }],
  ['http://pbx.example.com/ari', { bindaddr: '0.0.0.0', bindport: '80', tlsenable: 'no' }],
  ['https://pbx.example.com/a/b/ari', { tlsbindaddr: '0.0.0.0:443', prefix: 'a/b' }],
  ['https://[2001:db8::1]:8089/ari', { tlsbindaddr: '[::]:8089', bindaddr: '::1' }],
])('%s gives the addresses to listen on', (url, expected) => {
  expect(httpFaults('http', url, undefined)).toEqual([]);
  expect(optionsOf(httpConf(url))).toMatchObject(expected);
});

test('each option can be set', () => {
  const given = {
    enabled: false,
    bindaddr: '10.0.0.1',
    bindport: 80,
    prefix: 'pbx',
    tlsenable: true,
    tlsbindaddr: '10.0.0.1:443',
    tlscertfile: '/etc/ssl/certificate.pem',
    tlsprivatekey: '/etc/ssl/key.pem',
    sessionlimit: 50,
  };
  expect(httpFaults('http', SECURE, given)).toEqual([]);
  expect(optionsOf(httpConf(SECURE, given))).toEqual({
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])),
    enabled: 'no',
    tlsenable: 'yes',
  });
});

describe('is refused', () => {
  test.each([
    ['enabled', 'yes', 'true or false'],
    ['bindaddr', 'pbx.example.com', 'an IP address'],
    ['bindport', 65536, 'a whole number from 1 to 65535'],
    ['prefix', '/pbx', 'with single slashes between'],
    ['prefix', 'pbx\nenabled = no', 'with single slashes between'],
    ['prefix', 'pbx;', 'with single slashes between'],
    ['prefix', 'p'.repeat(79), 'with single slashes between'],
    ['tlsbindaddr', '0.0.0.0', 'an IP address and a port'],
    ['tlsbindaddr', '0.0.0.0:0', 'an IP address and a port'],
    ['tlsbindaddr', '0.0.0.0:8089\n', 'an IP address and a port'],
    ['tlsbindaddr', '::1:8089', 'an IP address and a port'],
    ['tlscertfile', 'asterisk.pem', 'an absolute path'],
    ['tlsprivatekey', '/key.pem\n[x]', 'an absolute path'],
    ['sessionlimit', 0, 'a whole number from 1'],
  ])('%s as %j', (option, value, expected) => {
    const [fault, ...more] = httpFaults('http', SECURE, { [option]: value });
    expect(more).toEqual([]);
    expect(fault).toContain(`http.${option}: expected `);
    expect(fault).toContain(expected);
    expect(fault).toContain(JSON.stringify(value));
  });

  test('a prefix in the url that http.conf cannot have, unless the option sets another', () => {
    const url = 'https://pbx.example.com/a%20b/ari';
    expect(httpFaults('http', url, {})).toEqual([expect.stringContaining('got "a%20b" from `url`')]);
    expect(httpFaults('http', url, { prefix: '' })).toEqual([]);
  });
});

describe('an option that contradicts the url', () => {
  test.each([
    [SECURE, { prefix: 'pbx' }, 'http.prefix: expected ""'],
    ['https://pbx.example.com/pbx/ari', { prefix: '' }, 'http.prefix: expected "pbx"'],
    [SECURE, { tlsenable: false }, 'http.tlsenable: expected true'],
    [SECURE, { tlsbindaddr: '0.0.0.0:443' }, 'http.tlsbindaddr: expected port 8089'],
    ['https://pbx.example.com/ari', { tlsbindaddr: '[::]:8089' }, 'http.tlsbindaddr: expected port 443'],
    [
      SECURE,
      { tlsbindaddr: '127.0.0.1:8089' },
      'http.tlsbindaddr: expected an address that pbx-1.example.com:8089 reaches',
    ],
    [SECURE, { tlsbindaddr: '[::1]:8089' }, 'http.tlsbindaddr: expected an address that'],
    ['http://pbx.example.com:8088/ari', { bindport: 80 }, 'http.bindport: expected port 8088'],
    [
      'http://pbx.example.com/ari',
      { bindaddr: '127.0.0.1' },
      'http.bindaddr: expected an address that pbx.example.com',
    ],
    ['http://pbx.example.com/ari', { bindaddr: '::1' }, 'http.bindaddr: expected an address that'],
  ])('%s with %j is named, and how to allow it', (url, given, expected) => {
    const [fault, ...more] = httpContradictions('http', url, given);
    expect(more).toEqual([]);
    expect(fault).toContain(expected);
    expect(fault).toContain('set `proxy` of `asterisk` to true');
  });

  test.each([
    [SECURE, { prefix: '', tlsenable: true, tlsbindaddr: '10.0.0.1:8089', bindaddr: '127.0.0.1', bindport: 9000 }],
    ['https://pbx.example.com/pbx/ari', { prefix: 'pbx', tlsbindaddr: '[::]:443' }],
    ['http://127.0.0.1:8088/ari', { bindaddr: '127.0.0.1', bindport: 8088, tlsbindaddr: '127.0.0.1:1' }],
    ['http://localhost:8088/ari', { bindaddr: '::1' }],
    [SECURE, {}],
  ])('is none in %s with %j', (url, given) => {
    expect(httpContradictions('http', url, given)).toEqual([]);
  });
});
