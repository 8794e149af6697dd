import { API_VERSION, apiResources } from '../ari/generated/api-docs.ts';

/**
 * Asterisk's description of its own API (Swagger 1.1), from which some clients are made: names and types of resources,
 * operations, parameters and models, without texts.
 *
 * @param path below the ARI root: `/api-docs/resources.json` or `/api-docs/channels.json`
 * @param host the `Host` of the request, to which the description refers
 * @returns undefined for another path
 */
export function apiDocs(path: string, host: string): object | undefined {
  const name = /^\/api-docs\/(\w+)\.json$/.exec(path)?.[1];
  const about = { apiVersion: API_VERSION, swaggerVersion: '1.1', basePath: `http://${host}/ari` };
  if (name === 'resources') {
    return {
      ...about,
      apis: apiResources.map(({ name: resource }) => ({ path: docsPath(resource), description: resource })),
    };
  }
  const resource = apiResources.find((candidate) => candidate.name === name);
  return resource && { ...about, resourcePath: docsPath(resource.name), apis: resource.apis, models: resource.models };
}

function docsPath(resource: string): string {
  return `/api-docs/${resource}.{format}`;
}
