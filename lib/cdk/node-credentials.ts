import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import type { AriNode } from '../ari/node.ts';

export interface NodeCredentialsProps {
  /** The Asterisk server that the users belong to. */
  node: AriNode;
}

/** One node with the secrets of its two ARI users; Secrets Manager makes up their passwords. */
export class NodeCredentials extends Construct {
  readonly ariNode: AriNode;
  /** The connector's user, `connector`: `read_only = yes` is enough to receive events. */
  readonly connectorUser: ISecret;
  /** The call handlers' user, `handlers`, which may command calls. */
  readonly handlersUser: ISecret;

  constructor(scope: Construct, id: string, { node }: NodeCredentialsProps) {
    super(scope, id);
    this.ariNode = node;
    this.connectorUser = this.#user(
      'ConnectorUser',
      'connector',
      `Read-only ARI user of ${node.name}, for the connector`,
    );
    this.handlersUser = this.#user(
      'HandlersUser',
      'handlers',
      `Read-write ARI user of ${node.name}, for call handlers`,
    );
  }

  #user(id: string, username: string, description: string): ISecret {
    const secret = new Secret(this, id, {
      description,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username }),
        generateStringKey: 'password',
        passwordLength: 32,
        // ari.conf cuts a value at an unescaped `;`, and quotes have a meaning to shells.
        excludePunctuation: true,
      },
    }) as ISecret;
    new CfnOutput(this, `${id}Secret`, { description, value: secret.secretArn });
    return secret;
  }
}

/** Who talks to Asterisk. */
export type AriUser = 'connectorUser' | 'handlersUser';

/** Grants reading the users' secrets of all nodes, and renders `ARI_NODES`, which names them. */
export function grantNodes(nodes: readonly NodeCredentials[], user: AriUser, grantee: IConstruct & IGrantable): string {
  for (const node of nodes) node[user].grantRead(grantee);
  return Stack.of(grantee).toJsonString(nodes.map((node) => ({ ...node.ariNode, secretId: node[user].secretArn })));
}
