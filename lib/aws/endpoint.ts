/** Environment variables as the SDK reads them: `AWS_ENDPOINT_URL`, or `AWS_ENDPOINT_URL_IAM` for one service. */
export type AwsEnvironment = Record<string, string | undefined>;

/** Services with one endpoint for all regions of a partition. */
const GLOBAL = new Set(['iam']);

export function isGlobal(service: string): boolean {
  return GLOBAL.has(service);
}

/**
 * The endpoint of a service: what the environment names, else AWS's own.
 *
 * @example
 * endpointOf('dynamodb', 'eu-west-1', {}); // https://dynamodb.eu-west-1.amazonaws.com/
 */
export function endpointOf(service: string, region: string, environment: AwsEnvironment): URL {
  const own = environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? environment.AWS_ENDPOINT_URL;
  if (own) return new URL(own);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://${isGlobal(service) ? service : `${service}.${region}`}.${domain}`);
}
