import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readCdkProject } from '../../../../lib/local/template/cdk-context.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

function projectOf(files: Record<string, string>): string {
  const root = folderOfTest();
  vi.stubEnv('HOME', root);
  vi.stubEnv('CDK_DEFAULT_ACCOUNT', undefined);
  vi.stubEnv('CDK_DEFAULT_REGION', undefined);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

test('the context is that of cdk.json, then of cdk.context.json, then of ~/.cdk.json', async () => {
  const root = projectOf({
    'cdk.json': '{"app":"node app.ts","build":"make","context":{"a":1}}',
    'cdk.context.json': '{"a":2,"b":2}',
    '.cdk.json': '{"context":{"a":3,"b":3,"c":3}}',
  });
  expect(await readCdkProject(root)).toEqual({
    app: 'node app.ts',
    build: 'make',
    context: { a: 1, b: 2, c: 3 },
    account: '000000000000',
    region: 'us-east-1',
  });
});

test('account and region are those that the lookups were made for, if they are of one', async () => {
  const lookup = (account: string) => `"ssm:account=${account}:parameterName=/x:region=eu-central-1":"v"`;
  const of = async (...accounts: string[]) => {
    const context = `{${accounts.map(lookup).join(',')}}`;
    const { account, region } = await readCdkProject(
      projectOf({ 'cdk.json': '{"app":"x"}', 'cdk.context.json': context }),
    );
    return [account, region];
  };
  expect(await of('111111111111')).toEqual(['111111111111', 'eu-central-1']);
  expect(await of('111111111111', '222222222222')).toEqual(['000000000000', 'eu-central-1']);
});

test.each([
  [{}, '/cdk.json: there is no such file; local mode runs the CDK app that it names'],
  [{ 'cdk.json': '{' }, '/cdk.json: expected a JSON object: '],
  [{ 'cdk.json': '[]' }, '/cdk.json: expected a JSON object, got []'],
  [{ 'cdk.json': '{}' }, '/cdk.json: expected `app` to be the command that synthesizes the app, got undefined'],
  [{ 'cdk.json': '{"app":"x","build":1}' }, '/cdk.json: expected `build` to be a command, got 1'],
  [{ 'cdk.json': '{"app":"x"}', 'cdk.context.json': 'x' }, '/cdk.context.json: expected a JSON object: '],
] as [Record<string, string>, string][])('%j is refused with the path', async (files, message) => {
  await expect(readCdkProject(projectOf(files))).rejects.toThrow(message);
});
