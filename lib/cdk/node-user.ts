import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type AriNode, userSecretId } from '../ari/node.ts';
import { acknowledge } from './acknowledge.ts';

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
  /** The stage of the deployment, in the names of new secrets. @default none */
  stage?: string | undefined;
  /** The user of another node, whose name and password this one has too. @default none */
  sharedWith?: NodeUser | undefined;
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
  /** By what the secret is read: the name of a new one, which is known at synth, or the ARN of an existing one. */
  readonly secretId: string;

  constructor(scope: Construct, id: string, props: NodeUserProps) {
    super(scope, id);
    const { node, username, encryptionKey } = props;
    const description = props.description ?? `ARI user ${username} of ${node.name}`;
    this.ariNode = node;
    const name = userSecretId(node, username, props.stage);
    const { sharedWith, secret = sharedWith?.secret ?? this.#existing(userSecretId(node, username)) } = props;
    this.secret = secret ?? this.#generate(name, username, description, encryptionKey);
    this.secretId = sharedWith?.secretId ?? (secret ? secret.secretArn : name);
  }

  /** Where the node names an existing secret: that one. */
  #existing(id: string): ISecret | undefined {
    return id.startsWith('arn:') ? Secret.fromSecretCompleteArn(this, 'Existing', id) : undefined;
  }

  #generate(secretName: string, username: string, description: string, encryptionKey: IKey | undefined): ISecret {
    const secret = new Secret(this, 'Secret', {
      secretName,
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
