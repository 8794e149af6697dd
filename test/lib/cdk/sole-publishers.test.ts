import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { expect, test } from 'vitest';
import { SolePublishers } from '../../../lib/cdk/sole-publishers.ts';
import { only, templateOf } from '../../support/template-of.ts';

test('every role that is not named is denied to put events as Asterisk or the connector; other sources stay open', () => {
  const role = 'arn:aws:iam::123456789012:role/connector';
  const template = templateOf((stack) => {
    const bus = new EventBus(stack, 'Bus') as IEventBus;
    new SolePublishers(stack, 'Publishers', { bus, roleArns: [role] });
  });
  const [[bus] = ['']] = Object.entries(template.findResources('AWS::Events::EventBus'));
  const policy = only(template, 'AWS::Events::EventBusPolicy');
  expect(policy.EventBusName).toEqual({ Ref: bus });
  expect(policy.Statement).toEqual({
    Sid: 'SolePublishers',
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'events:PutEvents',
    Resource: { 'Fn::GetAtt': [bus, 'Arn'] },
    Condition: {
      'ForAnyValue:StringEquals': { 'events:source': ['asterisk.ari', 'asterisk.ari.connector'] },
      ArnNotEquals: { 'aws:PrincipalArn': [role] },
    },
  });
});
