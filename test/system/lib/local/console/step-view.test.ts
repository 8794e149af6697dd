import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { detailOf } from '../../../../../lib/local/console/step-view.ts';
import { Trace } from '../../../../../lib/local/trace/trace.ts';
import { busEvent, FUNCTION, invocation, RULES } from '../../../../support/traced.ts';

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));
// Its handler of PlaybackFinished hangs up after the goodbye.
const moduleOf = (): string => '../../functions/voicemail/index.ts';
const COMMAND = { requestId: 'request-1', fn: FUNCTION, at: 1, ms: 3 };

/** Runs a pasted test as its author would. @returns vitest's output */
function runPasted(code: string): { passed: boolean; output: string } {
  // In the project, so that `ari-eventbridge` and the handler are found.
  const folder = mkdtempSync(join(ROOT, 'test/.pasted-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'pasted.test.ts'), code);
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {};');
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', '--root', folder, '--reporter', 'verbose'],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
    },
  );
  return { passed: status === 0, output: stdout + stderr };
}

/** A menu that is played to Alice, as Asterisk answered it. */
function tracedMenu(answerStatus = 204): Trace {
  const trace = new Trace();
  trace.onEvent(busEvent(), RULES.slice(0, 1), RULES);
  trace.onInvocationStart(invocation());
  const { path, ...variable } = { ...COMMAND, path: '/ari/channels/1.0/variable?variable=choice' };
  trace.onCommand({ ...variable, path, method: 'GET', status: 404, answer: '{"message":"Variable not found"}' });
  trace.onCommand({
    ...COMMAND,
    method: 'GET',
    path: '/ari/playbacks/menu-1.0',
    status: 404,
    answer: '{"message":"x"}',
  });
  trace.onCommand({ ...COMMAND, method: 'POST', path: '/ari/channels/1.0/answer', status: answerStatus });
  return trace;
}

test('an event says which rules match and, of the others, which field decided', () => {
  const trace = tracedMenu();
  const detail = detailOf(trace, 1, moduleOf);
  expect(detail?.event).toEqual(busEvent());
  expect(detail?.rules?.map(({ title, matches }) => [title, matches])).toEqual([
    ['IntroIvr', true],
    ['Voicemail', false],
  ]);
  expect(detail?.rules?.[1]?.text).toBe('No match: detail.application is "Intro-IVR", expected ["Voicemail"]');
});

test('a command has its request and response, and an invocation its input', () => {
  const trace = tracedMenu();
  trace.onCommand({ ...COMMAND, method: 'POST', path: '/ari/x', body: '{"a":1}', status: 200, answer: '{}' });
  expect(detailOf(trace, 6, moduleOf)).toMatchObject({ path: '/ari/x', body: '{"a":1}', answer: '{}' });
  expect(detailOf(trace, 2, moduleOf)?.payload).toEqual(busEvent());
  expect(detailOf(trace, 7, moduleOf)).toBeUndefined();
});

test('an invocation that runs has no test yet', () => {
  const trace = tracedMenu();
  expect(detailOf(trace, 2, moduleOf)?.test).toBeUndefined();
});

test('a copied test holds the commands of the handler, with the parameters in the body', () => {
  const trace = recordedHangup(204, '{"reason":"busy"}');
  const code = detailOf(trace, 2, moduleOf)?.test;
  expect(code).toContain(JSON.stringify('DELETE /channels/1.0 {"reason":"busy"}'));
});

test('a copied test passes when it is pasted: the handler sends the same commands', () => {
  const trace = recordedHangup(204);
  const code = detailOf(trace, 2, moduleOf)?.test as string;
  const { passed, output } = runPasted(code);
  expect(output).toContain('1 passed');
  expect(passed).toBe(true);
  // It can fail as well: when the handler does something else than it did.
  const other = code.replace('DELETE /channels/1.0', 'POST /channels/1.0/ring');
  expect(runPasted(other).passed).toBe(false);
}, 90_000);

test('a test copied from a failure fails like the handler, until the handler is fixed', () => {
  const { passed, output } = runPasted(detailOf(recordedHangup(500), 2, moduleOf)?.test as string);
  expect(output).toContain('1 passed');
  expect(passed).toBe(true);
}, 60_000);

test('a test copied from an event without a matching rule tests the rules, with any texts in the event', () => {
  const trace = new Trace();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it has to stay one
  trace.onEvent(busEvent({ application: '`${process.exit(1)}`\'"\u2028*/' }), [], RULES);
  const { passed, output } = runPasted(detailOf(trace, 1, moduleOf)?.test as string);
  expect(output).toContain('StasisStart matches no rule');
  expect(passed).toBe(true);
}, 60_000);

/** The goodbye has ended, and the handler hangs up. */
function recordedHangup(status: number, body?: string): Trace {
  const playback = { id: 'menu-1.0', media_uri: 'sound:vm-goodbye', target_uri: 'channel:1.0', state: 'done' };
  const event = busEvent({ type: 'PlaybackFinished', playback }, { 'detail-type': 'PlaybackFinished' });
  const trace = new Trace();
  trace.onEvent(event, RULES.slice(0, 1), RULES);
  trace.onInvocationStart(invocation({ payload: event }));
  trace.onCommand({
    ...COMMAND,
    method: 'DELETE',
    path: '/ari/channels/1.0',
    status,
    answer: status < 300 ? '' : '{}',
    ...(body !== undefined && { body }),
  });
  if (status >= 300)
    trace.onCommand({ ...COMMAND, method: 'GET', path: '/ari/channels/1.0', status: 500, answer: '{}' });
  trace.onInvocationEnd(invocation({ payload: event }), { ms: 9, ...(status >= 300 && { error: 'AriError: no' }) });
  return trace;
}
