import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mergedValues, readGivenValues } from '../../../../lib/local/template/given-values.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

function withFile(text: string): string {
  const root = folderOfTest();
  writeFileSync(join(root, 'cdk.local.json'), text);
  return root;
}

test('cdk.local.json gives values; an object becomes JSON text', async () => {
  const root = withFile('{"parameters":{"Line":4711},"secrets":{"crm":{"key":"k-1"}}}');
  expect(await readGivenValues(root)).toEqual({ parameters: { Line: '4711' }, secrets: { crm: '{"key":"k-1"}' } });
});

test('without the file there are no values', async () => {
  expect(await readGivenValues(folderOfTest())).toEqual({});
});

test.each([
  [
    '{"parameter":{}}',
    'cdk.local.json: there is no key parameter, expected parameters, ssm, secrets, exports, resources',
  ],
  ['{"ssm":[]}', 'cdk.local.json: expected `ssm` to be an object'],
  ['[]', 'cdk.local.json: expected a JSON object'],
  ['{"secrets": hunter2}', 'cdk.local.json: expected JSON'],
])('%s is refused with the path, and without its text', async (text, message) => {
  const reading = readGivenValues(withFile(text));
  await expect(reading).rejects.toThrow(message);
  await expect(reading).rejects.not.toThrow('hunter2');
});

test('of a value that is given twice, the second is used', () => {
  expect(mergedValues({ ssm: { a: '1', b: '1' } }, { ssm: { b: '2' } }).ssm).toEqual({ a: '1', b: '2' });
});
