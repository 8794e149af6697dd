import { expect, test } from 'vitest';
import { missingPeer } from '../../bin/missing-peer.ts';
import manifest from '../../package.json' with { type: 'json' };

const spec = (name: keyof typeof manifest.peerDependencies): string => `${name}@${manifest.peerDependencies[name]}`;
const sentence = (name: keyof typeof manifest.peerDependencies): string =>
  `expected the package ${name}, which is not installed: npm install --save-dev ${spec(name)}`;

test.each([
  ["Cannot find package 'esbuild' imported from /app/node_modules/ari-eventbridge/lib/x.js", sentence('esbuild')],
  ["Cannot find package '@aws-sdk/client-lambda' imported from /x.js", sentence('@aws-sdk/client-lambda')],
  ["The CDK app failed:\n  Cannot find module 'aws-cdk-lib/aws-sns'\nat node:internal", sentence('aws-cdk-lib')],
])('%s', (message, expected) => {
  expect(missingPeer(new Error(message))).toBe(expected);
  expect(missingPeer(new Error('first', { cause: new Error(message) }))).toBe(expected);
});

test('a part of the AWS SDK that only a function uses is named without a version', () => {
  expect(missingPeer(new Error("Cannot find package '@aws-sdk/client-s3' imported from /asset/index.mjs"))).toBe(
    'expected the package @aws-sdk/client-s3, which is not installed: npm install --save-dev @aws-sdk/client-s3',
  );
});

test.each(["Cannot find package 'left-pad' imported from /app/bin/app.ts", "Cannot find package 'esbuilder'", 'no'])(
  '%s is not about a peer dependency',
  (message) => {
    expect(missingPeer(new Error(message))).toBeUndefined();
  },
);
