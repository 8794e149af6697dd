import { EVENTS_HOST, SQS_HOST, TABLE_HOST } from './aws-modules.ts';
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
  // Long enough for a standby to take over and to be known; then Asterisk is reached again, and AWS is not yet.
  'connector cut off from Asterisk and AWS': {
    seconds: [24, 32],
    begin: ({ task, world: { network, table, pbxes, clock }, fault, later }) => {
      if (!task) return;
      table.wasInTrouble = true;
      for (const { host } of pbxes) later(network.cut(task.name, host));
      for (const host of [EVENTS_HOST, SQS_HOST, TABLE_HOST]) {
        clock.after(fault.forMs + 5000 + fault.strength * 15_000, network.cut(task.name, host));
      }
    },
  },
  'deploy with a wrong port': { seconds: [0, 0], begin: ({ service }) => service.deployWrongPort() },
} satisfies Record<string, { seconds: readonly [number, number]; begin(scene: Scene): unknown }>;
