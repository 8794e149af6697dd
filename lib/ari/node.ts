import { parseJson } from '../json.ts';

/**
 * One Asterisk server, as the connector and the call handlers are told of it (`ARI_NODES`).
 *
 * @example
 * const node: AriNode = { name: 'pbx-1', url: 'https://pbx.example.com:8089/ari', apps: ['Intro-IVR'] };
 */
export interface AriNode {
  /** The operator's name for the server: `metadata.node` on the bus. Letters, digits, `.`, `_` and `-`. */
  name: string;
  /** The ARI root with any prefix of http.conf, e.g. `https://pbx.example.com:8089/ari`. */
  url: string;
  /** Stasis applications that this server hands channels to, each once. */
  apps: string[];
  /** Permits `http://` to a host that is not loopback: passwords then cross the network in the clear. @default false */
  allowPlainHttp?: boolean;
  /**
   * A file with the certificates (PEM) of the private authorities that sign the server's certificate, trusted in place of
   * the public ones: in cdk.json relative to that file's folder, at run time relative to the working directory, in Lambda
   * to the function's own folder. Not looked at for http://. @default the public authorities, and those of NODE_EXTRA_CA_CERTS
   */
  caFile?: string;
}

/**
 * A node and where its credentials are.
 *
 * @example
 * const withSecret: AriNodeWithSecret = { ...node, secretId: 'pbx-1/handlers' };
 */
export interface AriNodeWithSecret extends AriNode {
  /** Secrets Manager id or ARN of `{"username":…,"password":…}`. */
  secretId: string;
}

/** The secret of one of a node's two ARI users, by the name that the stacks give it and the command line finds it by. */
export function userSecretName(node: string, user: string): string {
  return `ari-eventbridge/${node}/${user}`;
}

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
/** Separators of ARI's `app=a,b`, of dialplan arguments, and of resource names. */
const APP = /^[^,&/\s;"'\\|${}[\]()]{1,64}$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Everything that is wrong with a list of nodes, as sentences that say what was expected and what came. */
export function nodeFaults(nodes: unknown): string[] {
  if (!Array.isArray(nodes) || nodes.length === 0) {
    return [`expected a list of at least one node ({ name, url, apps }), got ${show(nodes)}`];
  }
  const faults = nodes.flatMap((node: Partial<AriNode> | null, index) => oneNodeFaults(node ?? {}, index));
  const names = nodes.map((node: Partial<AriNode> | null) => node?.name);
  for (const name of new Set(names.filter((n, i) => n !== undefined && names.indexOf(n) !== i))) {
    faults.push(`two nodes are named ${show(name)}: a node's name is its identity on the bus, give each its own`);
  }
  return faults;
}

/**
 * Reads `ARI_NODES` as the CDK app writes it for functions.
 *
 * @throws with everything that is wrong with it
 */
export function parseNodes(text: string | undefined): AriNodeWithSecret[] {
  const nodes = parseJson(text);
  const faults = nodeFaults(nodes);
  if (faults.length > 0) throw new Error(`ARI_NODES: ${faults.join('; ')}`);
  return nodes as AriNodeWithSecret[];
}

/** What a fault calls a node: its name, or its place in the list. */
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

function ariUrlFault(url: unknown, allowPlainHttp: boolean): string | undefined {
  const expected = 'expected `url` to be the ARI root, such as "https://pbx.example.com:8089/ari"';
  // What may hold a password is not shown.
  if (typeof url === 'string' && /[@?#]/.test(url)) return `${expected}, without user, password, query or fragment`;
  if (typeof url !== 'string' || /\s/.test(url) || !URL.canParse(url)) return `${expected}, got ${show(url)}`;
  const { protocol, hostname, pathname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return `${expected}, got the scheme "${protocol}"`;
  if (!/\/ari\/?$/.test(pathname))
    return `${expected}: it ends with "/ari", after any prefix of http.conf; got ${show(url)}`;
  if (protocol === 'http:' && !LOOPBACK.test(hostname) && !allowPlainHttp) {
    return `plain http:// to ${hostname} would send passwords in the clear: use https://, or set \`allowPlainHttp\` to true`;
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
