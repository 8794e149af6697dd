import { isJsonObject, parseJson } from '../json.ts';
import type { AppSettings } from './app-settings.ts';
import { type NodesEnvironment, nodesText } from './nodes-file.ts';

/**
 * One Asterisk server in the configuration of the connector and the call handlers (`ARI_NODES`).
 *
 * @example
 * const node: AriNode = { name: 'pbx-1', url: 'https://pbx.example.com:8089/ari', apps: ['Intro-IVR'] };
 */
export interface AriNode {
  /** The operator's name for the server: `metadata.node` on the bus. Letters, digits, `.`, `_` and `-`. */
  name: string;
  /** The ARI root with any prefix of http.conf, e.g. `https://pbx.example.com:8089/ari`. */
  url: string;
  /** Stasis applications of this server, each once. */
  apps: string[];
  /** Allows `http://` to a host that is not loopback: passwords then cross the network unencrypted. @default false */
  allowPlainHttp?: boolean;
  /**
   * A file with the certificates (PEM) of the private CAs that sign the server's certificate, trusted instead of the
   * public ones. The path is relative to cdk.json's folder there, to the working directory at run time, and in Lambda
   * to the function's own folder. Ignored for http://. @default the public CAs, and those of NODE_EXTRA_CA_CERTS
   */
  caFile?: string;
  /**
   * What the connector does where a program that is not a connector takes one of the apps: `take-back` takes it back after
   * 30 s, then at doubling intervals to 10 minutes; `leave` leaves it to that program. @default take-back
   */
  foreign?: 'take-back' | 'leave';
  /**
   * What apps hear of besides their calls, and what Asterisk does not send them, by app. A function of the CDK app applies
   * it each time that the node has been connected. @default Asterisk's own
   */
  appSettings?: Record<string, AppSettings>;
  /**
   * The name of a group of nodes that share their two ARI users, with the same passwords on each: for many nodes, as each
   * secret costs. @default users of its own
   */
  userGroup?: string;
  /** ARNs of existing secrets with its users, `{"username":…,"password":…}`. @default new ones, with generated passwords */
  secrets?: Partial<Record<UserRole, string>>;
}

/**
 * A node and the secret of its credentials.
 *
 * @example
 * const withSecret: AriNodeWithSecret = { ...node, secretId: 'pbx-1/handlers' };
 */
export interface AriNodeWithSecret extends AriNode {
  /** Secrets Manager id or ARN of `{"username":…,"password":…}`. */
  secretId: string;
}

/** The two ARI users of a node. */
export type UserRole = 'connector' | 'handlers';

/**
 * The name of the secret of one of a node's users; the stacks and the command line use it. Where the node names an
 * existing secret, it is that one's ARN.
 *
 * @param stage of the deployment. @default none
 */
export function userSecretId(
  node: Pick<AriNode, 'name' | 'userGroup' | 'secrets'>,
  role: string,
  stage?: string,
): string {
  return (
    (node.secrets as Record<string, string> | undefined)?.[role] ??
    `${staged('ari-eventbridge', stage)}/${usersOwner(node)}/${role}`
  );
}

/** A name of the deployment, which several in one account must not share: `ari-eventbridge-staging`. */
export function staged(name: string, stage: string | undefined): string {
  return stage === undefined ? name : `${name}-${stage}`;
}

/** Whose users a node has: its own, or those of its group. */
export function usersOwner({ name, userGroup }: Pick<AriNode, 'name' | 'userGroup'>): string {
  return userGroup ?? name;
}

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
/** Separators of ARI's `app=a,b`, of dialplan arguments, and of resource names. */
const APP = /^[^,&/\s;"'\\|${}[\]()]{1,64}$/;
/** With the six random characters at its end, without which a grant would not match. */
const SECRET_ARN = /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:\S+-\w{6}$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * All faults of a list of nodes, as sentences with what was expected and what was given; of `appSettings`, which functions
 * do not read, `nodeSettingsFaults` knows them.
 */
export function nodeFaults(nodes: unknown): string[] {
  if (!Array.isArray(nodes) || nodes.length === 0) {
    return [`expected a list of at least one node ({ name, url, apps }), got ${show(nodes)}`];
  }
  const faults = nodes.flatMap((node: Partial<AriNode> | null, index) => oneNodeFaults(node ?? {}, index));
  const names = nodes.map((node: Partial<AriNode> | null) => node?.name);
  for (const name of new Set(names.filter((n, i) => n !== undefined && names.indexOf(n) !== i))) {
    faults.push(
      `two nodes are named ${show(name)}: a node's name identifies it on the bus; give each node another name`,
    );
  }
  const groups = new Set(nodes.map((node: Partial<AriNode> | null) => node?.userGroup));
  for (const name of new Set(names.filter((each) => each !== undefined && groups.has(each)))) {
    faults.push(`\`userGroup\` ${show(name)} is also the name of a node: give the group another name`);
  }
  return faults;
}

/** The keys of a node in cdk.json: those of `AriNode`, and `asterisk`. */
const KEYS: Record<keyof AriNode | 'asterisk', true> = {
  name: true,
  url: true,
  apps: true,
  allowPlainHttp: true,
  caFile: true,
  foreign: true,
  appSettings: true,
  userGroup: true,
  secrets: true,
  asterisk: true,
};

/** Keys of nodes of cdk.json that nothing reads, probably typos. Comments, which begin with `//`, are none. */
export function nodeKeyFaults(nodes: unknown): string[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown, index) =>
    Object.keys(isJsonObject(node) ? node : {})
      .filter((key) => !Object.hasOwn(KEYS, key) && !key.startsWith('//'))
      .map(
        (key) =>
          `${nodeLabel(node as Partial<AriNode>, index)}: there is no key ${show(key)}; there are ${Object.keys(KEYS).join(', ')}`,
      ),
  );
}

/**
 * Reads the nodes as the CDK app writes them for functions: from `ARI_NODES`, or from a file.
 *
 * @throws with all faults in one message that names the variable or the file
 */
export function readNodes(environment: NodesEnvironment): AriNodeWithSecret[] {
  const { from, text } = nodesText(environment);
  const nodes = parseJson(text);
  const faults = nodeFaults(nodes);
  if (faults.length > 0) throw new Error(`${from}: ${faults.join('; ')}`);
  return nodes as AriNodeWithSecret[];
}

/** The name of a node in a fault: its own, or its position in the list. */
export function nodeLabel(node: Partial<AriNode>, index: number): string {
  return typeof node.name === 'string' ? `node ${show(node.name)}` : `node ${index + 1}`;
}

function oneNodeFaults(node: Partial<AriNode>, index: number): string[] {
  const at = nodeLabel(node, index);
  const faults: string[] = [];
  if (typeof node.name !== 'string' || !NAME.test(node.name)) {
    faults.push(`${at}: expected \`name\` of 1 to 64 letters, digits, ".", "_" or "-", got ${show(node.name)}`);
  }
  const urlFault = ariUrlFault(node.url, node.allowPlainHttp === true);
  if (urlFault) faults.push(`${at}: ${urlFault}`);
  if (node.foreign !== undefined && !['take-back', 'leave'].includes(node.foreign)) {
    faults.push(`${at}: expected \`foreign\` to be "take-back" or "leave", got ${show(node.foreign)}`);
  }
  if (node.userGroup !== undefined && !(typeof node.userGroup === 'string' && NAME.test(node.userGroup))) {
    faults.push(
      `${at}: expected \`userGroup\` of 1 to 64 letters, digits, ".", "_" or "-", got ${show(node.userGroup)}`,
    );
  }
  faults.push(...secretsFaults(at, node.secrets));
  const caFault = caFileFault(node);
  if (caFault) faults.push(`${at}: ${caFault}`);
  if (!Array.isArray(node.apps) || node.apps.length === 0) {
    faults.push(`${at}: expected \`apps\` to list at least one Stasis application, got ${show(node.apps)}`);
  } else {
    for (const app of node.apps) {
      if (typeof app !== 'string' || !APP.test(app)) {
        faults.push(`${at}: expected a Stasis application's name without spaces, commas or quotes, got ${show(app)}`);
      }
    }
  }
  return faults;
}

function secretsFaults(at: string, secrets: unknown): string[] {
  if (secrets === undefined) return [];
  const isArn = (value: unknown): boolean => typeof value === 'string' && SECRET_ARN.test(value);
  const known = isJsonObject(secrets) && Object.keys(secrets).every((role) => ['connector', 'handlers'].includes(role));
  if (known && Object.values(secrets).every(isArn)) return [];
  return [
    `${at}: expected \`secrets\` to be { connector?, handlers? } with the complete ARNs of secrets, got ${show(secrets)}`,
  ];
}

function ariUrlFault(url: unknown, allowPlainHttp: boolean): string | undefined {
  const expected = 'expected `url` to be the ARI root, such as "https://pbx.example.com:8089/ari"';
  // A URL that may contain a password is not shown.
  if (typeof url === 'string' && /[@?#]/.test(url)) return `${expected}, without user, password, query or fragment`;
  if (typeof url !== 'string' || /\s/.test(url) || !URL.canParse(url)) return `${expected}, got ${show(url)}`;
  const { protocol, hostname, pathname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return `${expected}, got the scheme "${protocol}"`;
  if (!/\/ari\/?$/.test(pathname))
    return `${expected}: it ends with "/ari", after any prefix of http.conf; got ${show(url)}`;
  if (protocol === 'http:' && !LOOPBACK.test(hostname) && !allowPlainHttp) {
    return `plain http:// to ${hostname} would send passwords unencrypted: use https://, or set \`allowPlainHttp\` to true`;
  }
  return undefined;
}

function caFileFault({ caFile }: Partial<AriNode>): string | undefined {
  if (caFile === undefined || (typeof caFile === 'string' && caFile !== '' && !caFile.includes('\0'))) return undefined;
  return `expected \`caFile\` to name a PEM file with the authority that signed the server's certificate, got ${show(caFile)}`;
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
}
