import { confLine, statusFault } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Answer, Examination } from './examination.ts';
import { error, fault, type Outcome, ok } from './finding.ts';
import { isServername, proxyFault, proxyOf } from './proxy.ts';
import { speaksTls } from './tls.ts';

/** Prefixes that administrators commonly configure. */
const USUAL_PREFIXES = ['', 'asterisk', 'pbx', 'ari', 'http', 'api', 'voip', 'phone'];
const PING = '/ari/asterisk/ping';

/** Without a user ARI answers 401, and in JSON; Asterisk's HTTP server itself answers in HTML. */
const isAri = ({ status, json }: Answer): boolean => json !== undefined && (status === 401 || hasPong(json));
const hasPong = (json: unknown): boolean => (json as { ping?: unknown } | null)?.ping !== undefined;

/** Asterisk's HTTP server answers. */
export const http: Check = {
  name: 'http',
  needs: ['tls'],
  async look(examination) {
    let answer: Answer;
    try {
      answer = await examination.ask(PING);
    } catch (cause) {
      const { url } = examination.patient;
      if (url.startsWith('http:') && (await speaksTls(url))) {
        return fault(examination.explain(Object.assign(new Error('TLS'), { code: 'HPE_INVALID_CONSTANT' })));
      }
      if (String((cause as NodeJS.ErrnoException).code).startsWith('HPE_')) {
        return error(
          `what listens on ${new URL(url).host} speaks neither HTTP nor TLS: it is another program. Write the port of Asterisk's HTTP server in \`url\` of the node in cdk.json`,
        );
      }
      return fault(examination.explain(cause));
    }
    const stranger = proxyOf(answer, examination);
    if (stranger !== undefined && (await isServername(stranger, examination))) examination.servername = stranger;
    const refused = isAri(answer) ? undefined : proxyFault(answer, examination);
    if (refused) return refused;
    examination.proxy = proxyOf(answer, examination);
    if (answer.status === 503) return fault(statusFault(answer, examination.target));
    if (answer.status === 403) return restricted(examination);
    if (examination.proxy !== undefined) return ok(`${examination.proxy} answers, in front of Asterisk`);
    const { server } = answer.headers;
    return ok(server ? `${server} answers` : 'an HTTP server answers');
  },
};

/** By a section of http.conf whose name is a path, such as `[/ari]`. */
function restricted({ target, from, proxy }: Examination): Outcome {
  const says = `Asterisk at ${new URL(target.url).host} forbids the path of ARI (403): a section with type=restriction in http.conf has to permit`;
  if (proxy !== undefined) return error(`${says} the address of ${proxy}, which is what Asterisk sees`);
  if (from === undefined) return error(`${says} the address of this side`);
  return error(`${says} ${from}`, confLine('http.conf', '/ari', 'permit', `${from}/${from.includes(':') ? 128 : 32}`));
}

/** The URL has the prefix of http.conf. */
export const prefix: Check = {
  name: 'prefix',
  needs: ['http'],
  async look(examination) {
    const { prefix: own, root } = examination;
    const answer = await examination.ask(PING);
    const refused = isAri(answer) ? undefined : proxyFault(answer, examination);
    if (refused) return refused;
    if (isAri(answer) || (await servesSockets(examination, root))) {
      return ok(own === '' ? 'no prefix, as in the URL' : `the prefix is "${own}", as in the URL`);
    }
    const { origin } = new URL(root);
    for (const candidate of USUAL_PREFIXES.filter((usual) => usual !== own)) {
      const other = candidate === '' ? origin : `${origin}/${candidate}`;
      if (!isAri(await examination.ask(PING, { root: other }))) continue;
      return error(
        `ARI is not at ${root}/ari, but at ${other}/ari. Set \`url\` of the node in cdk.json to it, or write "prefix = ${own}" in http.conf`,
        confLine('http.conf', 'general', 'prefix', own),
        { file: 'cdk.json', section: 'nodes', option: 'url', line: `"url": "${other}/ari"` },
      );
    }
    return error(
      `neither ARI nor Asterisk's WebSocket is at ${root}. Compare the URL with \`prefix\` in http.conf, and check that modules.conf loads res_http_websocket.so`,
      confLine('http.conf', 'general', 'prefix', own),
      confLine('modules.conf', 'modules', 'load', 'res_http_websocket.so'),
    );
  },
};

/** res_http_websocket.so serves `/ws`, with ARI or without: 426, or 401 where it requires a user. */
async function servesSockets(examination: Examination, root: string): Promise<boolean> {
  return [401, 426].includes((await examination.ask('/ws', { root })).status);
}

/** ARI is enabled. */
export const ari: Check = {
  name: 'ari',
  needs: ['prefix'],
  async look(examination) {
    const answer = await examination.ask(PING);
    if (isAri(answer)) return ok('ARI is enabled');
    const { says, remedies } = statusFault({ status: 404, body: answer.body }, examination.target);
    const needed = ['res_stasis.so', 'res_ari_model.so'];
    return error(says, ...remedies, ...needed.map((module) => confLine('modules.conf', 'modules', 'load', module)));
  },
};
