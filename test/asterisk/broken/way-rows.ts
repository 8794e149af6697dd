import { createServer } from 'node:net';
import { freePort } from '../../support/free-port.ts';
import type { BrokenInstallation } from './installation.ts';
import { ari, conf } from './lines.ts';
import { UPGRADE } from './nginx.ts';
import type { Stage } from './stage.ts';

const pass = ({ port }: Stage): string => `proxy_pass http://127.0.0.1:${port};`;
/** The lines of an nginx that hands on all of ARI. */
const location = (stage: Stage, ...more: string[]): string[] => [
  'location /ari/ {',
  pass(stage),
  ...UPGRADE,
  ...more,
  '}',
];
const behind = (stage: Stage) => ({ url: stage.nginx.url });

/** An nginx in front of Asterisk. */
function proxied(server: (stage: Stage) => string[], http: string[] = []): Pick<BrokenInstallation, 'by' | 'patient'> {
  return {
    by: async (stage) => {
      await stage.load();
      await stage.nginx.start(server(stage), http);
      stage.later(() => stage.nginx.stop());
    },
    patient: behind,
  };
}

/** One that answers every request with a status. */
const answering = (...lines: string[]) => proxied(() => ['location / {', ...lines, '}']);

function blocked(verdict: string): Pick<BrokenInstallation, 'by'> {
  return {
    by: (stage) => {
      stage.firewall.block(stage.port, verdict);
      stage.later(() => stage.firewall.open());
    },
  };
}

/** An nginx that reports another version of Asterisk, which is not at hand. */
function asVersion(text: string): Pick<BrokenInstallation, 'by' | 'patient'> {
  const replace = (stage: Stage) => [
    'sub_filter_types application/json;',
    `sub_filter '"version": "${stage.version}"' '"version": "${text}"';`,
    `sub_filter '"version":"${stage.version}"' '"version":"${text}"';`,
  ];
  return proxied((stage) => location(stage, ...replace(stage)));
}

const NGINX = 'nginx.conf [location /ari/]';

/** What is wrong between the doctor and Asterisk. */
export const WAY_ROWS: readonly BrokenInstallation[] = [
  {
    broken: 'the host name does not resolve',
    patient: ({ port }) => ({ url: `http://pbx.invalid:${port}/ari` }),
    check: 'name',
    cause: 'the host name of pbx.invalid',
  },
  {
    broken: 'a firewall drops packets (nft `drop`)',
    ...blocked('drop'),
    check: 'port',
    cause: 'Check routes, security groups and firewalls on the way',
  },
  {
    broken: 'a firewall resets connections (nft `reject with tcp reset`)',
    ...blocked('reject with tcp reset'),
    check: 'port',
    cause: 'or a firewall on the way refuses the connection',
    line: 'http.conf [general] enabled = yes',
    alike: true,
  },
  {
    broken: 'a firewall forbids connections (nft `reject with icmpx admin-prohibited`)',
    ...blocked('reject with icmpx admin-prohibited'),
    check: 'port',
    cause: 'firewalls on the way',
  },
  {
    broken: 'Asterisk is halted',
    by: (stage) => stage.halt(),
    check: 'http',
    cause: 'accepts connections but does not answer',
  },
  {
    broken: 'another program has the port',
    by: async (stage) => {
      const server = createServer((socket) => void socket.on('error', () => {}).end('220 mail.example.com ESMTP\r\n'));
      stage.otherPort = await freePort();
      await new Promise<void>((resolve) => server.listen(stage.otherPort, '127.0.0.1', resolve));
      stage.later(() => void server.close());
    },
    patient: ({ otherPort }) => ({ url: `http://127.0.0.1:${otherPort}/ari` }),
    check: 'http',
    cause: 'speaks neither HTTP nor TLS',
  },
  {
    broken: 'nginx redirects to HTTPS (301)',
    ...answering('return 301 https://pbx.example.com$request_uri;'),
    check: 'http',
    cause: 'redirects to https://pbx.example.com/ari/asterisk/ping (301)',
    line: 'cdk.json [nodes] "url": "https://pbx.example.com/ari"',
  },
  {
    broken: 'nginx asks for a user of its own (401)',
    ...proxied((stage) => location(stage, 'auth_basic "staff";', 'auth_basic_user_file /dev/null;')),
    check: 'http',
    cause: 'refuses the request itself (401)',
  },
  {
    broken: 'nginx lets in other addresses only (403)',
    ...proxied((stage) => location(stage, 'deny all;')),
    check: 'http',
    cause: 'refuses the request itself (403)',
  },
  {
    broken: 'nginx limits requests (429)',
    ...proxied(
      (stage) => location(stage, 'limit_req zone=ari;', 'limit_req_status 429;'),
      ['limit_req_zone $binary_remote_addr zone=ari:32k rate=1r/m;'],
    ),
    check: 'prefix',
    cause: 'limits requests (429)',
  },
  {
    broken: 'nginx hands on to a port where nothing listens (502)',
    ...answering('proxy_pass http://127.0.0.1:1;'),
    check: 'http',
    cause: 'does not reach Asterisk (502)',
  },
  {
    broken: 'nginx is under maintenance (503)',
    ...answering('return 503;'),
    check: 'http',
    cause: 'does not reach Asterisk (503)',
  },
  {
    broken: 'nginx waits for an Asterisk that is halted (504)',
    by: async (stage) => {
      await stage.halt();
      await stage.nginx.start(location(stage, 'proxy_connect_timeout 1s;').map((line) => line.replace('1h', '1s')));
      stage.later(() => stage.nginx.stop());
    },
    patient: behind,
    check: 'http',
    cause: 'does not reach Asterisk (504)',
  },
  {
    broken: 'nginx requires an upgrade of every request (426)',
    ...answering('return 426;'),
    check: 'http',
    cause: 'answers by itself (426)',
    line: `${NGINX} proxy_pass http://127.0.0.1:8088;`,
  },
  {
    broken: 'nginx has no location for ARI (404)',
    ...answering('return 404;'),
    check: 'http',
    cause: 'answers by itself (404)',
    line: `${NGINX} proxy_pass http://127.0.0.1:8088;`,
  },
  {
    broken: 'nginx answers everything with the page of another application (200)',
    ...answering('default_type text/html;', 'return 200 "<html>Welcome</html>";'),
    check: 'http',
    cause: 'answers by itself (200)',
    line: `${NGINX} proxy_pass http://127.0.0.1:8088;`,
  },
  {
    broken: 'nginx lacks the lines for upgrades',
    ...proxied((stage) => ['location /ari/ {', pass(stage), '}']),
    check: 'events',
    cause: 'which may not hand on the change to a WebSocket',
    line: `${NGINX} proxy_set_header Upgrade $http_upgrade;`,
  },
  {
    broken: 'nginx does not hand on the users',
    ...proxied((stage) => location(stage, 'proxy_set_header Authorization "";')),
    check: 'connector',
    also: ['handlers'],
    cause: 'the header Authorization has to be among it',
    line: `${NGINX} proxy_set_header Authorization $http_authorization;`,
  },
  {
    broken: 'nginx lets only GET through',
    ...proxied((stage) => location(stage, 'limit_except GET { deny all; }')),
    check: 'connector-read-only',
    also: ['handlers-may-write'],
    cause: 'answered DELETE with status 403',
  },
  {
    broken: '`deny` keeps out the address of nginx',
    by: async (stage) => {
      stage.editor.write(ari('handlers', 'deny', '0.0.0.0/0.0.0.0'));
      await stage.nginx.start(location(stage));
      stage.later(() => stage.nginx.stop());
    },
    patient: behind,
    check: 'handlers',
    cause: 'It sees the address of nginx',
  },
  {
    broken: 'a section of http.conf restricts the path of ARI, behind nginx',
    by: async (stage) => {
      stage.editor.write(conf('http.conf', '/ari', 'type', 'restriction'));
      stage.editor.write(conf('http.conf', '/ari', 'deny', '0.0.0.0/0.0.0.0'));
      await stage.nginx.start(location(stage));
      stage.later(() => stage.nginx.stop());
    },
    patient: behind,
    check: 'http',
    cause: 'has to permit the address of nginx',
  },
  {
    broken: 'ARI is off behind nginx',
    by: async (stage) => {
      stage.editor.write(ari('general', 'enabled', 'no'));
      await stage.nginx.start(['location / {', pass(stage), ...UPGRADE, '}']);
      stage.later(() => stage.nginx.stop());
    },
    patient: behind,
    check: 'ari',
    cause: 'there is no ARI at',
    line: 'ari.conf [general] enabled = yes',
  },
  {
    broken: 'Asterisk is as old as 16.28',
    ...asVersion('16.28.0~dfsg'),
    check: 'version',
    cause: 'is too old: 20 is the oldest supported branch',
  },
  {
    broken: 'Asterisk 20.13 lacks features, and has known bugs',
    ...asVersion('20.13.0'),
    check: 'version',
    also: ['known-bugs'],
    cause: 'lacks commands over the WebSocket; outbound WebSockets',
  },
  {
    broken: 'a certified branch that has ended its support of features (20.7)',
    ...asVersion('certified-20.7-cert4'),
    check: 'version',
    also: ['known-bugs'],
    cause: 'certified-20.7-cert4 lacks commands over the WebSocket',
  },
  {
    broken: 'the branch has ended (21)',
    ...asVersion('21.12.0'),
    check: 'version',
    also: ['known-bugs', 'known-bugs'],
    cause: 'security fixes, as its branch has ended',
  },
  {
    broken: 'a read-only user can write (22.10.0, GHSA-wcvv-g26m-wx5c)',
    ...asVersion('22.10.0'),
    check: 'known-bugs',
    also: ['known-bugs'],
    cause: 'Asterisk 22.10.0 has a known bug: a read-only user',
  },
  {
    broken: 'a build from Git',
    ...asVersion('GIT-22-97b4df1f63'),
    check: 'version',
    verdict: 'skipped',
    cause: 'is a build from Git of the branch 22',
  },
];
