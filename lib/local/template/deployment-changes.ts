import { basename } from 'node:path';
import type { LocalDeployment } from './deployment.ts';

/** The difference between two deployments, in a few words. */
export function changesBetween(before: LocalDeployment, after: LocalDeployment): string {
  const changes = (['functions', 'rules', 'queues', 'tables', 'secrets', 'archives', 'containers'] as const).flatMap(
    (kind) => {
      const [old, now] = [contentsOf(before, kind), contentsOf(after, kind)];
      const singular = kind.slice(0, -1);
      return [
        ...[...now.keys()].filter((name) => !old.has(name)).map((name) => `new ${singular} ${name}`),
        ...[...now]
          .filter(([name, text]) => old.has(name) && old.get(name) !== text)
          .map(([name]) => `changed ${singular} ${name}`),
        ...[...old.keys()].filter((name) => !now.has(name)).map((name) => `removed ${singular} ${name}`),
      ];
    },
  );
  return changes.length > 0 ? changes.join(', ') : 'nothing changed';
}

type Kind = 'functions' | 'rules' | 'queues' | 'tables' | 'secrets' | 'archives' | 'containers';

/** Each resource of a kind as text. Assets are compared by the hash of their content, not by folder. */
function contentsOf(deployment: LocalDeployment, kind: Kind): Map<string, string> {
  return new Map(
    deployment[kind].map((one) => [
      'title' in one ? one.title : one.name,
      JSON.stringify(one, (key, value) => (key === 'code' || key === 'image' ? basename(String(value)) : value)),
    ]),
  );
}
