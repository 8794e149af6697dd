import { expect, test } from 'vitest';
import { Parameters } from '../../../../lib/local/aws/parameters.ts';

const parameter = (name: string, value: string, type = 'String') => ({
  arn: `arn:aws:ssm:us-east-1:000000000000:parameter/${name.replace(/^\//, '')}`,
  name,
  type,
  value,
});
const parameters = new Parameters();
parameters.apply([
  parameter('/calls/line', '4711'),
  parameter('/calls/de/greetings', 'hallo,moin', 'StringList'),
  parameter('plain', 'x'),
]);

test.each(['/calls/line', '/calls/line:1', 'arn:aws:ssm:us-east-1:000000000000:parameter/calls/line'])(
  'GetParameter finds %s',
  (Name) => {
    expect(parameters.call('GetParameter', { Name })).toEqual({
      Parameter: {
        ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/calls/line',
        DataType: 'text',
        LastModifiedDate: expect.any(Number),
        Name: '/calls/line',
        Type: 'String',
        Value: '4711',
        Version: 1,
      },
    });
  },
);

test('GetParameter of a name that there is not is an error, and GetParameters names it', () => {
  expect(() => parameters.call('GetParameter', { Name: '/none' })).toThrow('Parameter /none not found.');
  expect(parameters.call('GetParameters', { Names: ['/none', 'plain'] })).toMatchObject({
    Parameters: [{ Name: 'plain', Value: 'x' }],
    InvalidParameters: ['/none'],
  });
});

test('GetParametersByPath finds one level, or all below', () => {
  const names = (input: object) =>
    (
      parameters.call('GetParametersByPath', { Path: '/calls', ...input }) as { Parameters: { Name: string }[] }
    ).Parameters.map(({ Name }) => Name);
  expect(names({})).toEqual(['/calls/line']);
  expect(names({ Recursive: true })).toEqual(['/calls/line', '/calls/de/greetings']);
});

test('other operations are not served', () => {
  expect(parameters.call('PutParameter', { Name: 'plain', Value: 'y' })).toBeUndefined();
});
