import { expect, test } from 'vitest';
import { type ConnectFault, networkFault, statusFault } from '../../../lib/ari/connect-failure.ts';

const HTTPS = { url: 'https://pbx:8089/ari' };
const HTTP = { url: 'http://127.0.0.1:8088/ari' };

/** Which line of which file a fault suggests first, as a person reads it. */
const first = ({ remedies: [remedy] }: ConnectFault): string =>
  remedy ? `${remedy.file} [${remedy.section}] ${remedy.line}` : '';

const error = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

// What real servers and real certificates give is seen in test/asterisk/doctor.test.ts.
test.each<[string, ConnectFault, RegExp, string]>([
  [
    'an expired certificate',
    networkFault(error('CERT_HAS_EXPIRED'), HTTPS),
    /it has expired.*tlscertfile of http\.conf/,
    'http.conf [general] tlscertfile = /etc/asterisk/keys/asterisk.pem',
  ],
  [
    'a certificate of tomorrow',
    networkFault(error('CERT_NOT_YET_VALID'), HTTPS),
    /not valid yet.*clock/,
    'http.conf [general] tlscertfile = /etc/asterisk/keys/asterisk.pem',
  ],
  [
    'a certificate of another host',
    networkFault(error('ERR_TLS_CERT_ALTNAME_INVALID', { cert: { subjectaltname: 'DNS:other' } }), HTTPS),
    /it is for DNS:other, not for pbx\..*`url`/,
    'http.conf [general] tlscertfile = /etc/asterisk/keys/asterisk.pem',
  ],
  [
    'a CA that is not trusted',
    networkFault(error('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), HTTPS),
    /its CA is not trusted.*`caFile` of the node in cdk\.json/,
    'cdk.json [nodes] "caFile": "asterisk-ca.pem"',
  ],
  [
    'a self-signed certificate',
    networkFault(error('DEPTH_ZERO_SELF_SIGNED_CERT'), HTTPS),
    /it is self-signed .* as `caFile` of the node.*openssl s_client -connect pbx:8089/,
    'cdk.json [nodes] "caFile": "asterisk.pem"',
  ],
  [
    'a connection that is reset',
    networkFault(error('ECONNRESET'), HTTPS),
    /or a firewall on the way, closed the connection/,
    'http.conf [general] sessionlimit = 400',
  ],
  [
    'an address of IPv6 that is not permitted',
    statusFault({ status: 403, body: '{"message":"Access denied by ACL"}' }, { ...HTTPS, from: '2001:db8::7' }, 'h'),
    /2001:db8::7/,
    'ari.conf [h] permit = 2001:db8::7/128',
  ],
  [
    'another CA than that of caFile',
    networkFault(error('SELF_SIGNED_CERT_IN_CHAIN'), { ...HTTPS, privateCa: true }),
    /`caFile` of the node in cdk\.json has other CAs/,
    'http.conf [general] tlscertfile = /etc/asterisk/keys/asterisk.pem',
  ],
  [
    'no common TLS version',
    networkFault(error('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'), HTTPS),
    /no common TLS version or cipher/,
    'http.conf [general] tlsdisablev12 = no',
  ],
  [
    'a closed port of TLS',
    networkFault(error('ECONNREFUSED'), HTTPS),
    /nothing listens on pbx:8089.*tlsenable=yes/,
    'http.conf [general] tlsenable = yes',
  ],
  [
    'a closed port',
    networkFault(error('ECONNREFUSED'), HTTP),
    /nothing listens on 127\.0\.0\.1:8088.*enabled=yes/,
    'http.conf [general] enabled = yes',
  ],
  [
    'a response that is not HTTP',
    networkFault(error('HPE_INVALID_CONSTANT'), HTTP),
    /does not speak HTTP.*https:/,
    'cdk.json [nodes] "url": "https://127.0.0.1:8088/ari"',
  ],
  [
    'a user that may only read',
    statusFault({ status: 403, body: '{"message":"Write access denied"}' }, HTTPS, 'handlers'),
    /allows the user "handlers" only to read \(403\)/,
    'ari.conf [handlers] read_only = no',
  ],
  [
    'an address that is not permitted',
    statusFault(
      { status: 403, body: '{"message":"Access denied by ACL"}' },
      { ...HTTPS, from: '192.0.2.7' },
      'handlers',
    ),
    /permit, deny and acl of \[handlers\].*192\.0\.2\.7/,
    'ari.conf [handlers] permit = 192.0.2.7/32',
  ],
  [
    'a refused password, which is not shown',
    statusFault({ status: 401, body: '' }, HTTPS, 'handlers'),
    /refused the user "handlers" \(401\)/,
    'ari.conf [handlers] password = <the hash that "asterisk-config ari.conf" writes>',
  ],
  [
    'no ARI',
    statusFault({ status: 404, body: '' }, HTTPS),
    /there is no ARI at pbx:8089\/ari \(404\)/,
    'ari.conf [general] enabled = yes',
  ],
])('%s: one line that says what to do, and what to write', (_, fault, sentence, line) => {
  expect(fault.says).toMatch(sentence);
  expect(fault.says).not.toContain('\n');
  expect(first(fault)).toBe(line);
});
