import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openServices, SECRET } from '../../../support/aws-services.ts';

let aws: Awaited<ReturnType<typeof openServices>>;
beforeAll(async () => {
  aws = await openServices();
});
afterAll(() => aws.close());
beforeEach(() => aws.clear());

describe('Secrets Manager by the real SDK', () => {
  const get = (input: object) => aws.secrets.send(new GetSecretValueCommand({ SecretId: 'user', ...input }));

  test.each([SECRET, SECRET.slice(0, -7), 'user'])('gives the generated user and password by %s', async (SecretId) => {
    const { SecretString = '', ARN, Name, VersionStages } = await get({ SecretId });
    expect(JSON.parse(SecretString)).toEqual({
      username: 'connector',
      password: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    });
    expect([ARN, Name, VersionStages]).toEqual([SECRET, 'user', ['AWSCURRENT']]);
  });

  test.each([
    [
      'a secret that does not exist',
      { SecretId: 'other' },
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
    ],
    [
      'a secret without a value',
      { SecretId: 'empty' },
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    ],
    [
      'a stage that no version has',
      { VersionStage: 'AWSPENDING' },
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    ],
    [
      'a version that does not exist',
      { VersionId: '00000000-0000-0000-0000-000000000000' },
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for VersionId: 00000000-0000-0000-0000-000000000000",
    ],
    [
      'no secret',
      { SecretId: undefined },
      'ValidationException',
      "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a secret without a name',
      { SecretId: '' },
      'ValidationException',
      "1 validation error detected: Value '' at 'secretId' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ])('refuses %s', async (_, input, name, message) => {
    const refused = await get(input).catch((error: Error) => error);
    expect(refused).toMatchObject({ name, message, $metadata: { httpStatusCode: 400 } });
  });

  test('a new value is the current one, and the old one the previous', async () => {
    const { SecretString: old } = await get({});
    const { VersionId } = await aws.secrets.send(new PutSecretValueCommand({ SecretId: 'user', SecretString: 'new' }));
    expect(await get({})).toMatchObject({ SecretString: 'new', VersionId });
    expect((await get({ VersionStage: 'AWSPREVIOUS' })).SecretString).toBe(old);
    await expect(get({ VersionId, VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'You provided a VersionStage that is not associated to the provided VersionId.',
    });
  });

  test('the extension serves them on the same port, for requests with the session token', async () => {
    const ask = (token: string) =>
      fetch(`${aws.url}/secretsmanager/get?secretId=${encodeURIComponent(SECRET)}`, {
        headers: { 'X-Aws-Parameters-Secrets-Token': token },
      });
    const served = await ask(aws.credentials.sessionToken);
    expect((await served.json()) as object).toMatchObject({ ARN: SECRET, SecretString: expect.any(String) });
    expect((await ask('guessed')).status).toBe(400);
  });
});

describe('a rotation function by the real SDK', () => {
  const SecretId = 'user';
  const pending = { SecretId, SecretString: 'new', VersionStages: ['AWSPENDING'] };

  test('creates a pending version, and makes it current; the one before becomes AWSPREVIOUS', async () => {
    const { VersionIdsToStages: before = {} } = await aws.secrets.send(new DescribeSecretCommand({ SecretId }));
    const old = Object.keys(before).find((id) => before[id]?.includes('AWSCURRENT'));
    const id = crypto.randomUUID();
    await aws.secrets.send(new PutSecretValueCommand({ ...pending, ClientRequestToken: id }));
    expect((await aws.secrets.send(new GetSecretValueCommand({ SecretId }))).VersionId).toBe(old);
    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: id };
    await expect(aws.secrets.send(new UpdateSecretVersionStageCommand(move))).rejects.toThrow(
      `Staging label AWSCURRENT is currently attached to version ${old}`,
    );
    await aws.secrets.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: old }));
    await aws.secrets.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: id }),
    );
    expect((await aws.secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe('new');
    const { VersionIdsToStages } = await aws.secrets.send(new DescribeSecretCommand({ SecretId }));
    expect(VersionIdsToStages).toEqual({ [String(old)]: ['AWSPREVIOUS'], [id]: ['AWSCURRENT'] });
    const { Versions } = await aws.secrets.send(new ListSecretVersionIdsCommand({ SecretId }));
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual([old, id]);
  });

  test.each([
    [
      'a version that does not exist',
      { VersionStage: 'AWSCURRENT', MoveToVersionId: 'x'.repeat(36) },
      'ResourceNotFoundException',
    ],
    ['AWSCURRENT away from every version', { VersionStage: 'AWSCURRENT' }, 'InvalidParameterException'],
  ])('cannot move a stage to %s', async (_, input, name) => {
    const moving = aws.secrets.send(new UpdateSecretVersionStageCommand({ SecretId, ...input }));
    await expect(moving).rejects.toMatchObject({ name });
  });

  test('a binary value comes back as it was', async () => {
    const SecretBinary = new Uint8Array([0, 255, 10]);
    await aws.secrets.send(new PutSecretValueCommand({ SecretId, SecretBinary }));
    const read = await aws.secrets.send(new GetSecretValueCommand({ SecretId }));
    expect([...(read.SecretBinary ?? [])]).toEqual([0, 255, 10]);
    expect(read.SecretString).toBeUndefined();
  });

  test('several secrets are read at once, and an error of one is beside the others', async () => {
    const batch = new BatchGetSecretValueCommand({ SecretIdList: [SecretId, 'other', 'empty'] });
    const { SecretValues, Errors } = await aws.secrets.send(batch);
    expect(SecretValues?.map(({ Name }) => Name)).toEqual(['user']);
    expect(Errors?.map(({ SecretId: id, ErrorCode }) => [id, ErrorCode])).toEqual([
      ['other', 'ResourceNotFoundException'],
      ['empty', 'ResourceNotFoundException'],
    ]);
    const { SecretList } = await aws.secrets.send(new ListSecretsCommand({}));
    expect(SecretList?.map(({ Name }) => Name)).toEqual(['user', 'empty']);
  });
});
