/** A CDK app whose values come from its context, its build, parameters, other stacks and other services. */
import { App, CfnParameter, Fn, SecretValue, Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';

const { greeting } = (await import(`${import.meta.dirname}/made/greeting.ts`)) as { greeting: string };

const app = new App();
const calls = new Stack(app, 'Calls');
const bus = new EventBus(calls, 'Bus', { eventBusName: 'calls' });
const line = new CfnParameter(calls, 'Line', { allowedPattern: '[0-9]+' });
const languages = new CfnParameter(calls, 'Languages', { type: 'CommaDelimitedList', default: 'de, en ,fr' });
new StringParameter(calls, 'Own', { parameterName: '/calls/own', stringValue: 'of this app' });
const crm = new Secret(calls, 'Crm', {
  secretObjectValue: { key: SecretValue.unsafePlainText('k-1'), url: SecretValue.unsafePlainText('https://crm') },
});
const greeter = new LambdaFunction(calls, 'Greeter', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromAsset('greeter'),
  environment: {
    TENANT: String(app.node.tryGetContext('tenant')),
    GREETING: greeting,
    LINE: line.valueAsString,
    LANGUAGE: Fn.select(1, languages.valueAsList),
    COUNT: `${Fn.len(languages.valueAsList)}`,
    OWN: `{{resolve:ssm:/calls/own}}`,
    OTHER: StringParameter.valueForStringParameter(calls, '/shared/other'),
    KEY: crm.secretValueFromJson('key').unsafeUnwrap(),
    TOKEN: SecretValue.secretsManager('shared/token', { jsonField: 'token' }).unsafeUnwrap(),
    IMPORTED: Fn.importValue('Shared:Name'),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own notation
    LITERAL: Fn.sub('sound:${!lang}/${AWS::Region}'),
  },
});
new Rule(calls, 'Starts', {
  eventBus: bus,
  eventPattern: { detailType: ['StasisStart'] },
  targets: [new targets.LambdaFunction(greeter)],
});
