import type { Json } from '../support/synth.ts';
import type { Depth } from './property-schema.ts';
import type { Examined } from './property-validator.ts';

interface Row {
  resources: number;
  properties: Record<Depth, number>;
  /** Names of the properties of which nothing is checked. */
  unchecked: Set<string>;
}

/** Counts how much of the templates' properties was checked, by type. */
export class PropertiesChecked {
  readonly #rows = new Map<string, Row>();

  add(type: string, { depths }: Examined): void {
    const row = this.#rows.get(type) ?? {
      resources: 0,
      properties: { value: 0, type: 0, nothing: 0 },
      unchecked: new Set(),
    };
    this.#rows.set(type, row);
    row.resources++;
    for (const [path, depth] of depths) {
      row.properties[depth]++;
      if (depth === 'nothing') row.unchecked.add(path.replaceAll(/\/\d+(?=\/)/g, '').slice(1));
    }
  }

  /** A table for people. */
  toString(): string {
    const rows = [...this.#rows].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const sum = (depth: Depth): number => rows.reduce((total, [, { properties }]) => total + properties[depth], 0);
    const line = (name: string, resources: number, counts: number[], more: string): string =>
      `${name.padEnd(40)}${[resources, ...counts].map((count) => String(count).padStart(11)).join('')}  ${more}`;
    return [
      `${''.padEnd(40)}${['resources', 'value', 'type only', 'unchecked'].map((each) => each.padStart(11)).join('')}`,
      ...rows.map(([type, { resources, properties, unchecked }]) =>
        line(type, resources, [properties.value, properties.type, properties.nothing], [...unchecked].join(', ')),
      ),
      line(
        `${rows.length} types`,
        rows.reduce((total, [, { resources }]) => total + resources, 0),
        [sum('value'), sum('type'), sum('nothing')],
        '',
      ),
      'type only: an intrinsic function, whose value only the deployment knows',
      'unchecked: JSON without a schema in CloudFormation; cfn-lint checks policies, and EventBridge’s rules event patterns',
    ].join('\n');
  }
}

/**
 * The paths of properties that were not looked at, neither themselves nor as a part of one that is not checked in full.
 * Any is a defect of the check.
 */
export function overlooked(properties: Json, depths: ReadonlyMap<string, Depth>): string[] {
  const visit = (value: unknown, path: string): string[] => {
    if (Array.isArray(value)) return value.flatMap((each, index) => visit(each, `${path}/${index}`));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, each]) => {
      const own = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const depth = depths.get(own);
      if (depth === undefined) return isIntrinsic(value) ? [] : [own];
      return depth === 'value' ? visit(each, own) : [];
    });
  };
  return visit(properties, '');
}

const isIntrinsic = (value: object): boolean => /^(Ref|Fn::\w+)$/.test(Object.keys(value).join());
