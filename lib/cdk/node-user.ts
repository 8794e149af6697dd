import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { type AriNode, userSecretName } from '../ari/node.ts';
import { acknowledge } from './acknowledge.ts';
import { caPathOf } from './node-ca.ts';

export interface NodeUserProps {
  /** The Asterisk server that the user belongs to. */
  node: AriNode;
  /** Its section in ari.conf. */
  username: string;
  /** The secret's description. @default `ARI user USERNAME of NODE` */
  description?: string;
  /** Encrypts the secret; see `CallDataKey`. @default the account's key `aws/secretsmanager` */
  encryptionKey?: IKey | undefined;
  /** An existing secret, `{"username":…,"password":…}`. @default a new one with a generated password */
  secret?: ISecret;
}

/**
 * The credentials of one ARI user of a node, in a secret whose password Secrets Manager generates.
 *
 * @example
 * const user = new NodeUser(this, 'HandlersUser', { node: { name: 'pbx-1', url, apps }, username: 'handlers' });
 */
export class NodeUser extends Construct {
  readonly ariNode: AriNode;
  /** `{"username":…,"password":…}` */
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, props: NodeUserProps) {
    super(scope, id);
    const { node, username, encryptionKey } = props;
    const description = props.description ?? `ARI user ${username} of ${node.name}`;
    this.ariNode = node;
    this.secret = props.secret ?? this.#generate(username, description, encryptionKey);
    new CfnOutput(this, 'SecretArn', { description, value: this.secret.secretArn });
  }

  #generate(username: string, description: string, encryptionKey: IKey | undefined): ISecret {
    const secret = new Secret(this, 'Secret', {
      secretName: userSecretName(this.ariNode.name, username),
      description,
      ...(encryptionKey && { encryptionKey }),
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username }),
        generateStringKey: 'password',
        passwordLength: 32,
        // In ari.conf an unescaped `;` starts a comment, and quotes are special to shells.
        excludePunctuation: true,
      },
    });
    acknowledge(secret, {
      'AwsSolutions-SMG4':
        'Asterisk reads its passwords from ari.conf, which no Lambda function can write: docs/rotation.md describes how to change them with two users in turn, without losing calls.',
    });
    // Cast: under exactOptionalPropertyTypes the classes of aws-cdk-lib do not match their own interfaces.
    return secret as ISecret;
  }
}

/**
 * Grants reading the users' secrets, and renders `ARI_NODES`, which names them.
 *
 * @param settings whether with the nodes' `appSettings`: a function's environment is limited in size
 */
export function grantNodes(
  users: readonly NodeUser[],
  grantee: IConstruct & IGrantable,
  { settings }: { settings: boolean },
): string {
  for (const { secret } of users) secret.grantRead(grantee);
  return Stack.of(grantee).toJsonString(
    users.map(({ ariNode: { appSettings, ...node }, secret }) => ({
      ...node,
      ...(settings && appSettings && { appSettings }),
      ...caPathOf(node),
      secretId: secret.secretArn,
    })),
  );
}
