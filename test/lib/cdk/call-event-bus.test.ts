import { Duration } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { CallDataKey } from '../../../lib/cdk/call-data-key.ts';
import { CallEventBus } from '../../../lib/cdk/call-event-bus.ts';
import { only, templateOf } from '../../support/template-of.ts';

test('a bus archives call events and the connector’s events for two weeks, and nothing else', () => {
  const archive = only(
    templateOf((stack) => new CallEventBus(stack, 'Bus')),
    'AWS::Events::Archive',
  );
  expect(archive).toMatchObject({
    RetentionDays: 14,
    EventPattern: { source: ['asterisk.ari', 'asterisk.ari.connector'] },
  });
});

test('a bus archives nothing where the archive is off', () => {
  const template = templateOf((stack) => {
    expect(new CallEventBus(stack, 'Bus', { archive: Duration.days(0) }).archive).toBeUndefined();
  });
  template.resourceCountIs('AWS::Events::Archive', 0);
});

test('a bus logs failed deliveries, and never the contents of events', () => {
  const template = templateOf((stack) => new CallEventBus(stack, 'Bus'));
  expect(only(template, 'AWS::Events::EventBus').LogConfig).toEqual({ IncludeDetail: 'NONE', Level: 'ERROR' });
  const source = only(template, 'AWS::Logs::DeliverySource');
  const [[group] = ['']] = Object.entries(template.findResources('AWS::Logs::LogGroup'));
  const destination = only(template, 'AWS::Logs::DeliveryDestination');
  expect(source.LogType).toBe('ERROR_LOGS');
  expect(destination.DestinationResourceArn).toEqual({ 'Fn::GetAtt': [group, 'Arn'] });
  expect(only(template, 'AWS::Logs::Delivery').DeliverySourceName).toBe(source.Name);
});

test('the log of a bus takes none of the ten resource policies of a region', () => {
  const template = templateOf((stack) => new CallEventBus(stack, 'Bus'));
  template.resourceCountIs('AWS::Logs::ResourcePolicy', 0);
  expect(only(template, 'AWS::Logs::LogGroup').LogGroupName).toMatch(/^\/aws\/vendedlogs\/Test\/call-events-\w{12}$/);
});

test('a bus logs nothing where the log is off', () => {
  const template = templateOf((stack) => new CallEventBus(stack, 'Bus', { log: false }));
  expect(only(template, 'AWS::Events::EventBus').LogConfig).toMatchObject({ Level: 'OFF' });
  template.resourceCountIs('AWS::Logs::DeliverySource', 0);
});

test('two buses of a region do not share the names of their logs', () => {
  const template = templateOf((stack) => {
    new CallEventBus(stack, 'One');
    new CallEventBus(stack, 'Two');
  });
  const names = Object.values(template.findResources('AWS::Logs::DeliverySource')).map(
    ({ Properties }) => Properties.Name,
  );
  expect(new Set(names).size).toBe(2);
});

test('with a key, a bus encrypts events, archive, log and dead letters with it', () => {
  const template = templateOf((stack) => {
    new CallEventBus(stack, 'Bus', { encryptionKey: new CallDataKey(stack, 'Key').key });
  });
  const [[id] = ['']] = Object.entries(template.findResources('AWS::KMS::Key'));
  const key = { 'Fn::GetAtt': [id, 'Arn'] };
  expect(only(template, 'AWS::Events::EventBus')).toMatchObject({ KmsKeyIdentifier: key });
  expect(only(template, 'AWS::Events::EventBus')).toHaveProperty('DeadLetterConfig.Arn');
  expect(only(template, 'AWS::Events::Archive')).toMatchObject({ KmsKeyIdentifier: key });
  expect(only(template, 'AWS::Logs::LogGroup')).toMatchObject({ KmsKeyId: key });
  expect(only(template, 'AWS::SQS::Queue')).toMatchObject({ KmsMasterKeyId: key });
  // EventBridge, for this bus alone, may put there what it cannot encrypt.
  const [[bus] = ['']] = Object.entries(template.findResources('AWS::Events::EventBus'));
  const { Statement } = only(template, 'AWS::SQS::QueuePolicy').PolicyDocument as { Statement: object[] };
  expect(Statement).toContainEqual(
    expect.objectContaining({
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [bus, 'Arn'] } } },
    }),
  );
});
