import type { Remedy } from '../../ari/connect-failure.ts';
import type { Answer, Examination } from './examination.ts';
import { error, type Outcome } from './finding.ts';

/** The server that answered, where it says that it is another one than Asterisk. */
export function proxyOf({ headers }: Answer, { servername }: Examination): string | undefined {
  const server = headers.server?.toString();
  return server === undefined || server === servername || /^Asterisk/.test(server) ? undefined : server;
}

/** Asterisk's HTTP server signs its pages with `servername` of http.conf, also where another server hands them on. */
const SIGNATURE = /<hr \/>\s*<address>([^<]*)<\/address>/;

/** Whether a name is Asterisk's own, by `servername`: another server would name itself in the header, and not on the page. */
export async function isServername(name: string, examination: Examination): Promise<boolean> {
  const { body } = await examination.ask('/ari-eventbridge-doctor');
  return SIGNATURE.exec(body)?.[1] === name;
}

/** What a reverse proxy itself answered, instead of handing the request on. `undefined` where it is Asterisk's answer. */
export function proxyFault(answer: Answer, examination: Examination): Outcome | undefined {
  const proxy = proxyOf(answer, examination);
  if (proxy === undefined || SIGNATURE.test(answer.body)) return undefined;
  const { root, target } = examination;
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
      return alone(proxy, answer, host);
  }
}

function alone(proxy: string, { status }: Answer, host: string): Outcome {
  return error(
    `${proxy} at ${host} answers by itself (${status}): nothing shows that Asterisk is behind it. Write the port of Asterisk in \`url\` of the node in cdk.json, or have that server hand /ari/ on to Asterisk: for nginx these lines do`,
    ...NGINX_LOCATION,
  );
}

function redirected(proxy: string, { status, headers: { location = 'another place' } }: Answer, root: string): Outcome {
  const url = URL.canParse(location, root) ? new URL(location, root).href : undefined;
  const ari = url?.replace(/\/asterisk\/ping.*$/, '');
  return error(
    `${proxy} redirects to ${location} (${status}), and neither the connector nor handlers follow: write the place itself in \`url\` of the node in cdk.json`,
    ...(ari === undefined ? [] : [{ file: 'cdk.json', section: 'nodes', option: 'url', line: `"url": "${ari}"` }]),
  );
}

/** A line for nginx, in its location of ARI. */
export const nginx = (option: string, value: string): Remedy => ({
  file: 'nginx.conf',
  section: 'location /ari/',
  option,
  line: `${option} ${value};`,
});

/** Lines for nginx, by which a WebSocket passes it. */
export const NGINX_UPGRADE: readonly Remedy[] = [
  nginx('proxy_http_version', '1.1'),
  nginx('proxy_set_header Upgrade', '$http_upgrade'),
  nginx('proxy_set_header Connection', '"upgrade"'),
  nginx('proxy_read_timeout', '1h'),
];

/** Lines for nginx, by which all requests to ARI pass it. */
const NGINX_LOCATION: readonly Remedy[] = [nginx('proxy_pass', 'http://127.0.0.1:8088'), ...NGINX_UPGRADE];
