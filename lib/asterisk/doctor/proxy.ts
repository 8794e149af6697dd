import type { Remedy } from '../../ari/connect-failure.ts';
import type { Answer, Examination } from './examination.ts';
import { error, type Outcome } from './finding.ts';

/** The server that answered, where it says that it is another one than Asterisk. */
export function proxyOf({ headers: { server } }: Answer): string | undefined {
  return server === undefined || /^Asterisk/.test(String(server)) ? undefined : String(server);
}

/** What a reverse proxy itself answered, instead of handing the request on. `undefined` where it may be Asterisk's answer. */
export function proxyFault(answer: Answer, { root, target }: Examination): Outcome | undefined {
  const proxy = proxyOf(answer);
  if (proxy === undefined) return undefined;
  const { host } = new URL(target.url);
  const { status } = answer;
  if (status >= 300 && status < 400) return redirected(proxy, answer, root);
  switch (status) {
    case 401:
    case 403:
      return error(
        `${proxy} at ${host} refuses the request itself (${status}), before it reaches Asterisk: let it through there, without a user of its own and from this address. ARI checks its own users`,
      );
    case 429:
      return error(
        `${proxy} at ${host} limits requests (429): a call needs several in one second. Except ARI from its limit`,
      );
    case 502:
    case 503:
    case 504:
      return error(
        `${proxy} at ${host} does not reach Asterisk (${status}). Compare the address that it hands on to with bindaddr and bindport, or tlsbindaddr, of http.conf, and check that Asterisk is running`,
      );
    default:
      return undefined;
  }
}

function redirected(proxy: string, { status, headers: { location = 'another place' } }: Answer, root: string): Outcome {
  const url = URL.canParse(location, root) ? new URL(location, root).href : undefined;
  const ari = url?.replace(/\/asterisk\/ping.*$/, '');
  return error(
    `${proxy} redirects to ${location} (${status}), and neither the connector nor handlers follow: write the place itself in \`url\` of the node in cdk.json`,
    ...(ari === undefined ? [] : [{ file: 'cdk.json', section: 'nodes', option: 'url', line: `"url": "${ari}"` }]),
  );
}

/** Lines for nginx, by which a WebSocket passes it. */
export const NGINX_UPGRADE: readonly Remedy[] = [
  ['proxy_http_version', '1.1'],
  ['proxy_set_header Upgrade', '$http_upgrade'],
  ['proxy_set_header Connection', '"upgrade"'],
  ['proxy_read_timeout', '1h'],
].map(([option = '', value]) => ({
  file: 'nginx.conf',
  section: 'location /ari/',
  option,
  line: `${option} ${value};`,
}));
