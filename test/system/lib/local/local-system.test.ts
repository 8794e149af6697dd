import { fileURLToPath } from 'node:url';
import { DescribeReplayCommand, EventBridgeClient, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LocalSystem } from '../../../../lib/local/local-system.ts';
import { Recorder } from '../../../support/recorder.ts';
import { until } from '../../../support/until.ts';

const APP = fileURLToPath(new URL('../../../support/crash-app', import.meta.url));
const recorder = new Recorder();
let system: LocalSystem;

beforeAll(async () => {
  // AWS's minute before the second attempt lasts a tenth of a second, its two minutes two tenths.
  system = await LocalSystem.prepare(APP, [], recorder, { hurry: 600 });
  await system.start();
}, 60_000);
afterAll(() => system?.stop());
beforeEach(() => recorder.clear());

function call(application: string, DetailType = 'StasisStart') {
  const detail = { type: DetailType, application, metadata: { id: `${application}-1` } };
  return system.putEvent({ Source: 'asterisk.ari', DetailType, Detail: JSON.stringify(detail) });
}

const attemptsOf = (title: string) => recorder.starts.filter(({ fn }) => fn.title === title);
const letter = () => until('a dead letter', () => recorder.deadLetters[0]);

describe('a function that fails is tried three times, as by Lambda, and then its event is a dead letter', () => {
  test.each([
    ['throws', 'Throws', /^TypeError$/, /^no such room$/],
    ['hangs', 'Hangs', /^Sandbox.Timedout$/, /^RequestId: [\w-]+ Error: Task timed out after 1\.00 seconds$/],
    [
      'ends its process',
      'Exits',
      /^Runtime.ExitError$/,
      /^RequestId: [\w-]+ Error: Runtime exited with error: exit status 7$/,
    ],
    [
      'eats memory',
      'Eats',
      /^Runtime.(ExitError|OutOfMemory)$/,
      /^RequestId: [\w-]+ Error: Runtime exited with error: signal: \w+$/,
    ],
  ])('when it %s; other functions answer meanwhile', async (_, application, errorType, errorMessage) => {
    call(application);
    call('Answers');
    const { queue, body, attributes } = await letter();
    expect(queue).toContain(`${application}DeadLetters`);
    expect(attributes, 'a destination gets a record, and no attributes').toEqual({});
    const attempts = attemptsOf(application);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(attempts.map(({ requestId }) => requestId)).size).toBe(1);
    expect(JSON.parse(body)).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      requestContext: {
        requestId: attempts[0]?.requestId,
        functionArn: `${attempts[0]?.fn.arn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: attempts[0]?.payload,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: expect.objectContaining({
        errorType: expect.stringMatching(errorType),
        errorMessage: expect.stringMatching(errorMessage),
      }),
    });
    expect(recorder.retries).toEqual([100, 200]);
    expect(attemptsOf('Answers')).toHaveLength(1);
    expect(recorder.invocations.filter(({ title }) => title === 'Answers')).toEqual([
      expect.not.objectContaining({ error: expect.anything() }),
    ]);
    const held = system.queues.find(({ queue: { name } }) => name === queue);
    expect(held?.messages.map((message) => message.body)).toContain(body);
  });
});

test('an event that a handler gives up itself is in its queue at once, sent with the real SDK', async () => {
  call('GivesUp');
  const { queue, body } = await letter();
  expect(queue).toContain('GivesUpDeadLetters');
  expect(JSON.parse(body)).toMatchObject({
    requestContext: { condition: 'GaveUp' },
    requestPayload: { detail: { application: 'GivesUp' } },
    responsePayload: { errorType: 'GiveUp', errorMessage: 'no such room' },
  });
  await until('the end of the invocation', () => recorder.invocations[0]);
  expect([recorder.starts.length, recorder.failures]).toEqual([1, []]);
});

test('an event that EventBridge cannot turn into an invocation is a dead letter with its attributes', async () => {
  const rule = system.deployment.rules.find(({ title }) => title === 'Answers');
  const target = rule?.targets[0];
  if (!rule || !target) throw new Error('no rule');
  target.forbidden = true;
  call('Answers');
  target.forbidden = false;
  const { body, attributes } = await letter();
  expect(attributes).toEqual({
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: 'NO_PERMISSIONS',
    ERROR_MESSAGE: expect.stringContaining('No AWS::Lambda::Permission'),
    RETRY_ATTEMPTS: '0',
  });
  expect(JSON.parse(body)).toMatchObject({ 'detail-type': 'StasisStart', detail: { application: 'Answers' } });
});

test('a queue is a target, and gets the rule’s input instead of the event', () => {
  call('Answers', 'StasisEnd');
  const copies = system.queues.find(({ queue }) => queue.name.includes('CopiesQueue'));
  expect(copies?.messages.map(({ body }) => body)).toEqual(['"The call ended"']);
  expect(recorder.deadLetters).toEqual([]);
});

test('an archive of the template can be replayed', async () => {
  call('Answers');
  await until('the call', () => recorder.invocations.length === 1);
  const [archive] = system.deployment.archives;
  const { url, credentials } = system.endpoint;
  const events = new EventBridgeClient({ endpoint: url, region: 'us-east-1', credentials });
  await events.send(
    new StartReplayCommand({
      ReplayName: 'again',
      EventSourceArn: archive?.arn,
      EventStartTime: new Date(Date.now() - 60_000),
      EventEndTime: new Date(Date.now() + 60_000),
      Destination: {
        Arn: `arn:aws:events:us-east-1:000000000000:event-bus/${archive?.busName}`,
        FilterArns: system.deployment.rules.filter(({ title }) => title === 'Answers').map(({ arn }) => arn),
      },
    }),
  );
  const replayed = await until('the replayed call', () =>
    recorder.starts.find(({ payload }) => Object(payload)['replay-name'] === 'again'),
  );
  expect(replayed.fn.title).toBe('Answers');
  expect((await events.send(new DescribeReplayCommand({ ReplayName: 'again' }))).State).toBe('COMPLETED');
});

test('resources that local mode does not support are named at start, once', () => {
  const named = recorder.all.filter((line) => line.includes('Not supported in local mode'));
  expect(named).toEqual([expect.stringMatching(/^local: Not supported in local mode: .*AWS::IAM::Policy \(\d+\)/)]);
});
