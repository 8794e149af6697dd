import type { LocalContainer } from './deployment.ts';
import { withNodesOfFile } from './nodes-in-file.ts';
import type { TemplatePart } from './template-part.ts';

interface ContainerDefinition {
  Name: string;
  Image: unknown;
  Environment?: unknown[];
}

/** The containers of a task whose images are built from a local folder: the connector's. */
export function readContainers(part: TemplatePart): LocalContainer[] {
  const property = 'ContainerDefinitions';
  return (part.raw(property) as ContainerDefinition[]).flatMap(({ Name, Image, Environment = [] }) => {
    const image = String(part.property(property, Image));
    const folder = part.asset(image.split(':').at(-1) ?? '');
    if (folder === undefined) {
      part.unsupported(`${property} (${image})`);
      return [];
    }
    const environment = part.property(property, Environment) as { Name: string; Value: string }[];
    return [
      {
        name: `${part.id}-${Name}`,
        image: folder,
        environment: withNodesOfFile(
          Object.fromEntries(environment.map(({ Name: variable, Value }) => [variable, String(Value)])),
          folder,
        ),
      },
    ];
  });
}
