import { readCaFile } from '../../ari/ca-file.ts';
import { type Credentials, parseCredentials } from '../../ari/credentials.ts';
import { reasonOf } from '../../ari/errors.ts';
import { type AriNodeWithSecret, readNodes } from '../../ari/node.ts';
import type { NodesEnvironment } from '../../ari/nodes-file.ts';
import { readSecret } from '../../aws/secrets-manager.ts';
import type { Patient, Role } from './examination.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';

/** The payload of the function's invocation. */
export interface DoctorRequest {
  /** The name of one of the function's nodes. */
  node: string;
  /** Allows a channel that calls nobody. @default false */
  calls?: boolean;
  /** The dialplan's context in which calls enter apps. @default the dialplan is not examined */
  rescueContext?: string | undefined;
  /** Whether Asterisk is to carry out verbs. @default false: it is not examined */
  verbs?: boolean;
  /** What http.conf has, for the lines to write. @default that of the documents */
  http?: Patient['http'];
}

/** The function's response: the report, as `--json` prints it. */
export interface DoctorResponse {
  findings: Finding[];
}

/**
 * The doctor in Lambda, on the call handlers' network path. Its nodes come from `ARI_NODES_FILE` or `ARI_NODES`, which
 * name the secrets of the handlers' users, as the CDK app writes them; `CONNECTOR_SECRETS` names those of the connector's users by node,
 * where the function may read them too. It accepts no URL: a caller cannot use it to probe other hosts.
 */
export async function handler({
  node: name,
  calls = false,
  rescueContext,
  verbs = false,
  http,
}: DoctorRequest): Promise<DoctorResponse> {
  const node = readNodes(process.env as NodesEnvironment).find((candidate) => candidate.name === name);
  if (!node) return failed(`this function has no node "${name}"`);
  const findings: Finding[] = [];
  try {
    const ca = readCaFile(node);
    const users = await usersOf(node, findings);
    const { url, apps } = node;
    const more = { ...(ca !== undefined && { ca }), ...(http && { http }) };
    const patient = { url, apps, users, calls, rescueContext, verbs, ...more };
    for await (const finding of examine(patient)) {
      findings.push(finding);
    }
  } catch (cause) {
    findings.push({ check: 'configuration', verdict: 'error', says: reasonOf(cause) });
  }
  return { findings };
}

async function usersOf({ name, secretId }: AriNodeWithSecret, findings: Finding[]) {
  const listeners = JSON.parse(process.env.CONNECTOR_SECRETS ?? '{}') as Record<string, string>;
  const secrets: [Role, string | undefined][] = [
    ['connector', listeners[name]],
    ['handlers', secretId],
  ];
  const users: Partial<Record<Role, Credentials>> = {};
  for (const [role, id] of secrets) {
    if (id === undefined) continue;
    try {
      users[role] = parseCredentials(id, await readSecret(id));
    } catch (cause) {
      const says = `cannot read the secret with the ARI user of the ${role}: ${reasonOf(cause)}. Check that the secret exists and that this function's role may read it`;
      findings.push({ check: 'secret', verdict: 'error', says });
    }
  }
  return users;
}

const failed = (says: string): DoctorResponse => ({ findings: [{ check: 'configuration', verdict: 'error', says }] });
