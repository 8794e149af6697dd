import { operations } from '../../ari/generated/operations.ts';

/** A pattern for the requests of each ARI operation. Literal paths come before those with parameters. */
const OPERATIONS = Object.entries(operations)
  .flatMap(([resource, byName]) =>
    Object.entries(byName).map(([name, template]) => {
      const [method = '', path = ''] = template.split(' ');
      const pattern = path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+');
      return { method, name: `${resource}.${name}`, pattern: new RegExp(`^${pattern}$`), path };
    }),
  )
  .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length);

/**
 * The path of an ARI request below the ARI root, without its query.
 *
 * @example
 * pathBelowRoot('/pbx/ari/channels/1.0/play?media=sound:a'); // '/channels/1.0/play'
 */
export function pathBelowRoot(path: string): string {
  return path.replace(/\?.*$/s, '').replace(/^.*?\/ari(?=\/)/, '');
}

/** ARI's name of a request, such as `channels.answer`; method and path where ARI has no such operation. */
export function operationOf(method: string, path: string): string {
  const below = pathBelowRoot(path);
  const found = OPERATIONS.find((operation) => operation.method === method && operation.pattern.test(below));
  return found?.name ?? `${method} ${below}`;
}
