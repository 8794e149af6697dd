import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { AriFunction } from '../../../lib/cdk/ari-function.ts';
import { NodeUser } from '../../../lib/cdk/node-user.ts';

const NODE = { name: 'pbx-1', url: 'https://127.0.0.1:1/ari', apps: ['Click'] };

test('a function that no call event invokes has its nodes, may read their users, and nothing invokes it', () => {
  const stack = new Stack(new App(), 'Stack');
  const user = new NodeUser(stack, 'User', { node: NODE, username: 'handlers', description: 'handlers' });
  new AriFunction(stack, 'Click', { nodes: [user], entry: 'functions/click-to-dial/api.ts' });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Timeout: 30,
    Environment: { Variables: { ARI_NODES_FILE: Match.anyValue() } },
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['secretsmanager:GetSecretValue']) })]),
    },
  });
  expect(template.findResources('AWS::Events::Rule')).toEqual({});
  expect(template.findResources('AWS::Lambda::Permission')).toEqual({});
}, 60_000);
