import { randomUUID } from 'node:crypto';
import { delimiter, join } from 'node:path';
import type { LocalFunction } from '../template/index.ts';
import { layersFolder } from './layers-folder.ts';

/** The runtime of functions that name none. */
const DEFAULT_RUNTIME = 'nodejs24.x';

/** What Node's later versions allow, and Lambda's earlier runtimes do not (Lambda Developer Guide, "Node.js"). */
const DISABLED: Record<string, string[]> = {
  'nodejs20.x': ['experimental-require-module'],
  'nodejs22.x': ['experimental-require-module', 'experimental-detect-module'],
};

/** Options of Node for the function's process. `NODE_OPTIONS` may allow again what Lambda disables. */
export function nodeOptions({ runtime = DEFAULT_RUNTIME, memoryMb, environment }: LocalFunction): string[] {
  const given = environment.NODE_OPTIONS ?? '';
  const disabled = (DISABLED[runtime] ?? []).filter((name) => !given.includes(`--${name}`));
  return [`--max-old-space-size=${memoryMb}`, ...disabled.map((name) => `--no-${name}`)];
}

/**
 * All variables of a function's process (Lambda Developer Guide, "Defined runtime environment variables").
 *
 * @param shared what Lambda adds to every function's own: region, credentials, endpoint
 */
export function variablesOf(fn: LocalFunction, shared: Record<string, string>): Record<string, string> {
  return { ...shared, ...modulePath(fn), ...fn.environment, ...reserved(fn), ...extensionPort(fn, shared) };
}

function reserved(fn: LocalFunction): Record<string, string> {
  const { name, version = '$LATEST', code, handler, memoryMb, runtime = DEFAULT_RUNTIME, logging = {} } = fn;
  const asJson = logging.format === 'JSON';
  return {
    _HANDLER: handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: asJson ? 'JSON' : 'Text',
    ...(asJson && { AWS_LAMBDA_LOG_LEVEL: logging.level ?? 'INFO' }),
    AWS_LAMBDA_LOG_GROUP_NAME: logging.group ?? `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream(logging.group === undefined ? '' : name, version),
    LAMBDA_TASK_ROOT: code,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}

/** In a log group of its choice, which functions may share, the stream has the function's name as well. */
function logStream(name: string, version: string): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/${name}[${version}]${randomUUID().replaceAll('-', '')}`;
}

/** Where CommonJS finds the packages of layers, which Lambda has below /opt. */
function modulePath({ layers = [], runtime = DEFAULT_RUNTIME, code }: LocalFunction): Record<string, string> {
  const opt = layersFolder(layers);
  const [, version] = /^nodejs(\d+)/.exec(runtime) ?? [];
  const ofLayers = opt
    ? [`nodejs/node${version}/node_modules`, 'nodejs/node_modules'].map((path) => join(opt, path))
    : [];
  return { NODE_PATH: [...ofLayers, code].join(delimiter) };
}

/** The port of the Parameters and Secrets extension, for a function that has it: the endpoint's own. */
function extensionPort(fn: LocalFunction, { AWS_ENDPOINT_URL: url }: Record<string, string>): Record<string, string> {
  const variable = 'PARAMETERS_SECRETS_EXTENSION_HTTP_PORT';
  return url && (fn.secretsExtension || fn.environment[variable]) ? { [variable]: new URL(url).port } : {};
}
