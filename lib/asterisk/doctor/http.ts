import { confLine, statusFault } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Answer, Examination } from './examination.ts';
import { error, fault, ok } from './finding.ts';
import { speaksTls } from './tls.ts';

/** What administrators write into `prefix`. */
const USUAL_PREFIXES = ['', 'asterisk', 'pbx', 'ari', 'http', 'api', 'voip', 'phone'];
const PING = '/ari/asterisk/ping';

const isHtml = ({ body }: Answer): boolean => /^\s*</.test(body);
/** ARI answers in JSON, also what it refuses; Asterisk's HTTP server itself in HTML. */
const isAri = (answer: Answer): boolean => answer.json !== undefined && !isHtml(answer);

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
      return fault(examination.explain(cause));
    }
    if (answer.status === 503) return fault(statusFault(answer, examination.target));
    const { server } = answer.headers;
    return ok(server ? `${server} answers` : 'the HTTP server answers');
  },
};

/** The URL has the prefix of http.conf. */
export const prefix: Check = {
  name: 'prefix',
  needs: ['http'],
  async look(examination) {
    const { prefix: own, root } = examination;
    if (isAri(await examination.ask(PING)) || (await servesSockets(examination, root))) {
      return ok(own === '' ? 'no prefix, as in the URL' : `the prefix is "${own}", as in the URL`);
    }
    const { origin } = new URL(root);
    for (const candidate of USUAL_PREFIXES.filter((usual) => usual !== own)) {
      const other = candidate === '' ? origin : `${origin}/${candidate}`;
      if (!isAri(await examination.ask(PING, { root: other }))) continue;
      return error(
        `there is no ARI at ${root}/ari, but at ${other}/ari. Write that into \`url\` of the node in cdk.json, or "prefix = ${own}" into http.conf`,
        confLine('http.conf', 'general', 'prefix', own),
        { file: 'cdk.json', section: 'nodes', option: 'url', line: `"url": "${other}/ari"` },
      );
    }
    return error(
      `neither ARI nor Asterisk's WebSocket is at ${root}. Compare the URL with \`prefix\` in http.conf, and see that modules.conf lets res_http_websocket.so load`,
      confLine('http.conf', 'general', 'prefix', own),
      confLine('modules.conf', 'modules', 'load', 'res_http_websocket.so'),
    );
  },
};

/** `/ws` is there whenever res_http_websocket.so is, with ARI or without: 426, or 401 where it wants a user. */
async function servesSockets(examination: Examination, root: string): Promise<boolean> {
  return (await examination.ask('/ws', { root })).status !== 404;
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
