import type { BrokenInstallation } from './installation.ts';
import { conf, http } from './lines.ts';
import { PLACE, type Stage } from './stage.ts';

/** By one option of http.conf. */
const byHttp =
  (option: string, value: string) =>
  (stage: Stage): void =>
    stage.editor.write(http(option, value));
const byFile = (name: string) => byHttp('tlscertfile', `${PLACE}/${name}.pem`);
const restarted = (by: (stage: Stage) => void) => async (stage: Stage) => {
  by(stage);
  await stage.restart();
};
/** Of an Asterisk that runs soundly until then. */
const reloaded = (by: (stage: Stage) => void) => async (stage: Stage) => {
  await stage.load();
  by(stage);
};
const secure = (stage: Stage) => stage.secure;
const CERTIFICATE = 'http.conf [general] tlscertfile = /etc/asterisk/keys/asterisk.pem';

/** What is wrong with http.conf, its certificates, or the URL. */
export const HTTP_ROWS: readonly BrokenInstallation[] = [
  {
    broken: 'the HTTP server is off',
    by: byHttp('enabled', 'no'),
    check: 'port',
    cause: 'nothing listens on',
    line: 'http.conf [general] enabled = yes',
  },
  {
    broken: '`[general]` is twice in http.conf, and off in the first one, which counts',
    by: (stage) => stage.prepend('http.conf', '[general]\nenabled = no\n'),
    check: 'port',
    cause: 'nothing listens on',
    line: 'http.conf [general] enabled = yes',
  },
  {
    broken: 'the HTTP server is at another port',
    by: byHttp('bindport', '1'),
    check: 'port',
    cause: 'nothing listens on',
    line: 'http.conf [general] bindport = 8088',
  },
  {
    broken: 'the HTTP server is at another address',
    by: byHttp('bindaddr', '127.0.0.77'),
    check: 'port',
    cause: 'nothing listens on',
    line: 'http.conf [general] bindaddr = 127.0.0.1',
  },
  {
    broken: 'the URL is of IPv6, the HTTP server at an address of IPv4',
    patient: ({ port }) => ({ url: `http://[::1]:${port}/ari` }),
    check: 'port',
    cause: 'nothing listens on',
    line: 'http.conf [general] bindaddr = ::1',
  },
  {
    broken: 'another port is in the URL',
    patient: ({ nginx }) => ({ url: nginx.url }),
    check: 'port',
    cause: 'nothing listens on',
    line: 'http.conf [general] bindport = 80',
  },
  {
    broken: '`http://` in the URL, to the port of HTTPS',
    patient: ({ tlsPort }) => ({ url: `http://127.0.0.1:${tlsPort}/ari` }),
    check: 'http',
    cause: 'the port of tlsbindaddr needs https://',
    line: 'cdk.json [nodes] "url": "https://127.0.0.1:8089/ari"',
    corrected: secure,
  },
  {
    broken: '`https://` in the URL, to the port of HTTP',
    patient: ({ port }) => ({ url: `https://127.0.0.1:${port}/ari` }),
    check: 'tls',
    cause: 'does not speak TLS',
    line: 'cdk.json [nodes] "url": "http://127.0.0.1:8088/ari"',
    corrected: () => ({}),
  },
  {
    broken: 'a usual `prefix` that is not in the URL',
    by: byHttp('prefix', 'asterisk'),
    check: 'prefix',
    cause: 'ARI is not at',
    line: 'cdk.json [nodes] "url": "http://127.0.0.1:8088/asterisk/ari"',
  },
  {
    broken: 'an unusual `prefix` that is not in the URL',
    by: byHttp('prefix', 'telephony'),
    check: 'prefix',
    cause: 'Compare the URL with `prefix` in http.conf',
    line: 'http.conf [general] prefix = ',
  },
  {
    broken: 'a prefix in the URL that http.conf does not have',
    patient: ({ port }) => ({ url: `http://127.0.0.1:${port}/pbx/ari` }),
    check: 'prefix',
    cause: 'ARI is not at',
    line: 'http.conf [general] prefix = pbx',
  },
  {
    broken: 'a section of http.conf restricts the path of ARI',
    by: ({ editor }) => {
      editor.write(conf('http.conf', '/ari', 'type', 'restriction'));
      editor.write(conf('http.conf', '/ari', 'deny', '0.0.0.0/0.0.0.0'));
    },
    check: 'http',
    cause: 'a section with type=restriction in http.conf has to permit 127.0.0.1',
    line: 'http.conf [/ari] permit = 127.0.0.1/32',
  },
  {
    broken: '`sessionlimit` of 1, and one foreign connection',
    by: async (stage) => {
      stage.editor.write(http('sessionlimit', '1'));
      await stage.load();
      await stage.occupy(1);
    },
    check: 'http',
    cause: 'Asterisk does so when it stops, and above sessionlimit',
    line: 'http.conf [general] sessionlimit = 400',
  },
  {
    broken: '`sessionlimit` of 2',
    by: byHttp('sessionlimit', '2'),
    check: 'sessions',
    cause: 'sessionlimit of http.conf is too low or reached',
    line: 'http.conf [general] sessionlimit = 400',
  },
  {
    broken: '`sessionlimit` of 6',
    by: byHttp('sessionlimit', '6'),
    check: 'sessions',
    cause: 'sessionlimit of http.conf is nearly reached',
    line: 'http.conf [general] sessionlimit = 400',
  },
  {
    broken: 'no connection is kept open after a command',
    by: byHttp('session_keep_alive', '0'),
    check: 'keep-alive',
    cause: 'Asterisk closes the connection after every command',
    line: 'http.conf [general] session_keep_alive = 15000',
  },
  {
    broken: 'TLS is off',
    by: byHttp('tlsenable', 'no'),
    patient: secure,
    check: 'port',
    cause: 'http.conf has tlsenable=yes',
    line: 'http.conf [general] tlsenable = yes',
  },
  {
    broken: 'TLS is at another port',
    by: byHttp('tlsbindaddr', '127.0.0.1:1'),
    patient: secure,
    check: 'port',
    cause: 'this tlsbindaddr',
    line: 'http.conf [general] tlsbindaddr = 127.0.0.1:8089',
  },
  {
    broken: 'the certificate file is missing, after a restart',
    by: restarted(byFile('none')),
    patient: secure,
    check: 'port',
    cause: 'a readable tlscertfile',
    line: CERTIFICATE,
  },
  {
    broken: 'the key is of another certificate, after a restart',
    by: restarted(byHttp('tlsprivatekey', `${PLACE}/expired.pem`)),
    patient: secure,
    check: 'port',
    cause: 'with its tlsprivatekey',
    line: 'http.conf [general] tlsprivatekey = /etc/asterisk/keys/asterisk.pem',
  },
  {
    broken: 'the certificate file is missing, after a reload',
    by: reloaded(byFile('none')),
    patient: secure,
    check: 'tls',
    cause: 'after a reload that found no readable tlscertfile',
    line: CERTIFICATE,
  },
  {
    broken: 'the key is of another certificate, after a reload',
    by: reloaded(byHttp('tlsprivatekey', `${PLACE}/expired.pem`)),
    patient: secure,
    check: 'tls',
    cause: 'after a reload that found no readable tlscertfile with its tlsprivatekey',
    line: 'http.conf [general] tlsprivatekey = /etc/asterisk/keys/asterisk.pem',
  },
  {
    broken: 'another certificate is in use than the one that `asterisk.http` of cdk.json names',
    by: byFile('expired'),
    patient: (stage) => ({ ...stage.secure, http: { tlscertfile: `${PLACE}/asterisk.pem` } }),
    check: 'tls',
    cause: 'it has expired',
    line: CERTIFICATE,
  },
  {
    broken: 'the certificate has expired',
    by: byFile('expired'),
    patient: secure,
    check: 'tls',
    cause: 'it has expired',
    line: CERTIFICATE,
  },
  {
    broken: 'the certificate expires in 5 days',
    by: byFile('last-days'),
    patient: secure,
    check: 'tls',
    cause: 'the certificate expires in 4 days',
    line: CERTIFICATE,
  },
  {
    broken: 'the certificate is of another host',
    by: byFile('elsewhere'),
    patient: secure,
    check: 'tls',
    cause: 'it is for DNS:pbx.elsewhere.example, not for 127.0.0.1',
    line: CERTIFICATE,
  },
  {
    broken: 'the certificate file lacks the intermediate authority',
    by: byFile('no-chain'),
    patient: secure,
    check: 'tls',
    cause: 'tlscertfile of http.conf lacks the chain',
    line: CERTIFICATE,
  },
  {
    broken: 'a private authority has signed the certificate, and the node has no `caFile`',
    patient: ({ secure: { url } }) => ({ url }),
    check: 'tls',
    cause: 'set `caFile` of the node in cdk.json',
    line: 'cdk.json [nodes] "caFile": "asterisk-ca.pem"',
    corrected: secure,
  },
  {
    broken: 'the certificate is self-signed, and the node has no `caFile`',
    by: byFile('self-signed'),
    patient: ({ secure: { url } }) => ({ url }),
    check: 'tls',
    cause: 'Name the certificate itself as `caFile`',
    line: 'cdk.json [nodes] "caFile": "asterisk.pem"',
    corrected: ({ secure: { url }, selfSigned: { ca } }) => ({ url, ca }),
  },
  {
    broken: 'the certificate is self-signed, and `caFile` has another one',
    by: byFile('self-signed'),
    patient: secure,
    check: 'tls',
    cause: 'and not the one that `caFile` has',
    line: 'cdk.json [nodes] "caFile": "asterisk.pem"',
    corrected: ({ secure: { url }, selfSigned: { ca } }) => ({ url, ca }),
  },
];
