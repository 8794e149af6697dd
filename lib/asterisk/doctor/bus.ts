import type { SQSClient } from '@aws-sdk/client-sqs';
import { reasonOf } from '../../ari/errors.ts';
import type { Check } from './check.ts';
import { DOCTOR_EVENT, sendUserEvent } from './events.ts';
import type { Examination } from './examination.ts';
import { error, type Outcome, ok, skipped } from './finding.ts';

/** Time limit from rule to queue: a new rule can take up to half a minute to become effective. */
const ARRIVAL_MS = 60_000;
const RESEND_MS = 5000;

/**
 * A user event of Asterisk arrives on the bus, through the connector, which must be subscribed to one of the node's
 * apps. The check creates a rule and a queue, and removes them afterwards.
 */
export function onBus(busName: string): Check {
  return {
    name: 'bus',
    needs: ['handlers-may-write', 'apps'],
    as: 'handlers',
    async look(examination) {
      const { json } = await examination.read('/applications');
      const listed = Array.isArray(json) ? (json as { name: string }[]).map(({ name }) => name) : [];
      const app = examination.patient.apps.find((candidate) => listed.includes(candidate));
      if (app === undefined) return skipped('not examined: the connector must be subscribed to one of the apps first');
      return watch(examination, busName, app);
    },
    limitMs: ARRIVAL_MS + 30_000,
  };
}

async function watch(examination: Examination, busName: string, app: string): Promise<Outcome> {
  const [events, queues] = await Promise.all([import('@aws-sdk/client-eventbridge'), import('@aws-sdk/client-sqs')]);
  const bridge = new events.EventBridgeClient({});
  const sqs = new queues.SQSClient({});
  const name = examination.app;
  await examination.atEnd('the connections to AWS', () => {
    bridge.destroy();
    sqs.destroy();
  });
  try {
    const { QueueUrl = '' } = await sqs.send(new queues.CreateQueueCommand({ QueueName: name }));
    await examination.atEnd(`the queue ${name}`, async () => {
      await sqs.send(new queues.DeleteQueueCommand({ QueueUrl }));
    });
    const wanted = { AttributeNames: ['QueueArn' as const], QueueUrl };
    const { Attributes } = await sqs.send(new queues.GetQueueAttributesCommand(wanted));
    const queueArn = Attributes?.QueueArn ?? '';
    const pattern = { 'detail-type': ['ChannelUserevent'], detail: { eventname: [DOCTOR_EVENT], application: [app] } };
    const rule = { Name: name, EventBusName: busName };
    const description = 'Created by "ari-eventbridge doctor --bus" for one examination; delete it';
    const { RuleArn = '' } = await bridge.send(
      new events.PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern), Description: description }),
    );
    await examination.atEnd(`the rule ${name} of the bus ${busName}`, async () => {
      await bridge.send(new events.RemoveTargetsCommand({ Rule: name, EventBusName: busName, Ids: ['queue'] }));
      await bridge.send(new events.DeleteRuleCommand(rule));
    });
    const Policy = JSON.stringify(policyOf(queueArn, RuleArn));
    await sqs.send(new queues.SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const Targets = [{ Id: 'queue', Arn: queueArn }];
    await bridge.send(new events.PutTargetsCommand({ Rule: name, EventBusName: busName, Targets }));

    const began = performance.now();
    const came = await arrives(examination, app, () => receive(sqs, queues.ReceiveMessageCommand, QueueUrl));
    if (came)
      return ok(
        `a user event of "${app}" was seen on the bus ${busName} after ${Math.ceil(performance.now() - began)} ms`,
      );
    return error(
      `no user event of "${app}" was seen on the bus ${busName} within ${ARRIVAL_MS / 1000} s: check in the connector's log that EventBridge accepts its events, and that \`eventFilter\` in cdk.json forwards ChannelUserevent`,
    );
  } catch (cause) {
    return error(`cannot watch the bus ${busName}: ${reasonOf(cause)}`);
  }
}

/** Sends the event repeatedly: the first ones may come before the rule is effective. */
async function arrives(examination: Examination, app: string, received: () => Promise<boolean>): Promise<boolean> {
  for (const deadline = Date.now() + ARRIVAL_MS; Date.now() < deadline && !examination.ended; ) {
    await sendUserEvent(examination, app);
    for (const next = Date.now() + RESEND_MS; Date.now() < next && !examination.ended; ) {
      if (await received()) return true;
    }
  }
  return false;
}

async function receive(
  sqs: SQSClient,
  Command: typeof import('@aws-sdk/client-sqs').ReceiveMessageCommand,
  QueueUrl: string,
): Promise<boolean> {
  const { Messages = [] } = await sqs.send(new Command({ QueueUrl, WaitTimeSeconds: 2 }));
  return Messages.length > 0;
}

function policyOf(queueArn: string, ruleArn: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  };
}
