import { TABLE_HOST } from './aws-modules.ts';
import type { Scene } from './fault-kinds.ts';

/** Faults of the table that connectors share: of runs that have one. */
export const TABLE_KINDS = {
  'table throttled': {
    seconds: [2, 20],
    begin: ({ world: { table }, fault, later }) => {
      table.throttled = 0.3 + 0.7 * fault.strength;
      table.wasInTrouble = true;
      later(() => {
        table.throttled = 0;
      });
    },
  },
  'table slow': {
    seconds: [2, 20],
    begin: ({ world: { table }, fault, later }) => {
      table.slowMs = fault.strength * 2000;
      table.wasInTrouble = true;
      later(() => {
        table.slowMs = 0;
      });
    },
  },
  'connector and table cut': {
    seconds: [1, 30],
    begin: ({ task, world, later }) => {
      if (!task) return;
      world.table.wasInTrouble = true;
      later(world.network.cut(task.name, TABLE_HOST));
    },
  },
  'deploy with a wrong port': { seconds: [0, 0], begin: ({ service }) => service.deployWrongPort() },
} satisfies Record<string, { seconds: readonly [number, number]; begin(scene: Scene): unknown }>;
