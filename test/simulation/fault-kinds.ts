import { EVENTS_HOST, SECRETS_HOST, SQS_HOST } from './aws-modules.ts';
import { type BusTrouble, NO_TROUBLE, POISON } from './event-bridge.ts';
import type { Pbx } from './pbx.ts';
import type { Service } from './service.ts';
import type { Task, World } from './task.ts';
import type { Traffic } from './traffic.ts';

/** How long a fault lasts, in milliseconds, and what it hits, and how hard: each from 0 to below 1. */
export interface FaultSize {
  forMs: number;
  target: number;
  strength: number;
}

export interface Stage {
  world: World;
  service: Service;
  traffics: readonly Traffic[];
}

export interface Scene extends Stage {
  fault: FaultSize;
  task: Task | undefined;
  pbx: Pbx;
  traffic: Traffic;
  /** Ends the fault when its time is over. */
  later(undo: () => void): void;
}

/** What each kind of fault does, and how long it may last, in seconds. */
export const FAULT_KINDS = {
  kill: { seconds: [0, 0], begin: ({ task, service }) => task && service.kill(task) },
  'power loss': {
    seconds: [10, 40],
    begin: ({ task, service, fault }) => task && service.losePower(task, fault.forMs),
  },
  // Out of memory, say: each process that follows ends soon after it has begun.
  'crash loop': {
    seconds: [3, 12],
    begin: ({ service, world: { clock }, fault }) => {
      for (let at = 0; at < fault.forMs; at += 200 + fault.strength * 1500) {
        clock.after(at, () => {
          for (const task of service.running) service.kill(task);
        });
      }
    },
  },
  stop: { seconds: [0, 0], begin: ({ task, service }) => task && service.stop(task) },
  deploy: { seconds: [0, 0], begin: ({ service }) => service.deploy() },
  'deploy in an outage': {
    seconds: [10, 40],
    begin: ({ service, world: { bus }, later }) => {
      bus.trouble.denied = true;
      later(() => {
        bus.trouble.denied = false;
      });
      service.deploy();
    },
  },
  'task lost in an outage': {
    seconds: [12, 40],
    begin: ({ task, service, fault, world: { bus, clock }, later }) => {
      bus.trouble.denied = true;
      later(() => {
        bus.trouble.denied = false;
      });
      clock.after(fault.forMs / 3, () => task && service.kill(task));
    },
  },
  freeze: {
    seconds: [1, 45],
    begin: ({ task, fault, later, world: { ledger, clock } }) => {
      if (!task) return;
      ledger.freezes.push({ process: task.name, from: clock.time, to: clock.time + fault.forMs });
      later(task.process.freeze());
    },
  },
  'clock jump': {
    seconds: [0, 0],
    begin: ({ task, fault, world: { ledger } }) => {
      if (!task) return;
      task.process.moveClock(Math.round((fault.strength - 0.5) * 20_000));
      ledger.clockShiftMs = Math.max(ledger.clockShiftMs, Math.abs(task.process.clockOffset));
    },
  },
  'connector cut off': {
    seconds: [5, 25],
    begin: ({ task, fault, world: { network, pbxes, clock }, later }) => {
      if (!task) return;
      for (const { host } of pbxes) later(network.cut(task.name, host));
      for (const host of [SQS_HOST, SECRETS_HOST]) later(network.cut(task.name, host));
      clock.after(fault.forMs * (0.5 + fault.strength), network.cut(task.name, EVENTS_HOST));
    },
  },
  'connector and Asterisk cut': {
    seconds: [1, 30],
    begin: ({ task, pbx, world, later }) => task && later(world.network.cut(task.name, pbx.host)),
  },
  'connector and EventBridge cut': {
    seconds: [1, 30],
    begin: ({ task, world, later }) => task && later(world.network.cut(task.name, EVENTS_HOST)),
  },
  'connector and Secrets Manager cut': {
    seconds: [1, 30],
    begin: ({ task, world, later }) => task && later(world.network.cut(task.name, SECRETS_HOST)),
  },
  'connector and SQS cut': {
    seconds: [1, 30],
    begin: ({ task, world, later }) => task && later(world.network.cut(task.name, SQS_HOST)),
  },
  'answers of SQS lost': {
    seconds: [1, 30],
    begin: ({ world: { queue }, later }) => {
      queue.losesAnswers = true;
      later(() => {
        queue.losesAnswers = false;
      });
    },
  },
  'SQS fails': {
    seconds: [1, 30],
    begin: ({ world: { queue }, later }) => {
      queue.fails = true;
      later(() => {
        queue.fails = false;
      });
    },
  },
  'slow network': {
    seconds: [2, 20],
    begin: ({ task, pbx, world, fault, later }) => {
      if (!task) return;
      const { network } = world;
      network.slow(task.name, pbx.host, fault.strength * 1500);
      later(() => network.slow(task.name, pbx.host, 0));
    },
  },
  'slow disk': {
    seconds: [1, 10],
    begin: ({ task, fault, later }) => {
      if (!task) return;
      task.disk.trouble.slowMs = 5 + fault.strength * 100;
      later(() => {
        task.disk.trouble.slowMs = 0;
      });
    },
  },
  'full disk': { seconds: [1, 20], begin: (scene) => troubleDisk(scene, 'full') },
  'broken disk': { seconds: [1, 20], begin: (scene) => troubleDisk(scene, 'broken') },
  'entries throttled': { seconds: [1, 20], begin: (scene) => troubleBus(scene, 'throttled', 0.9) },
  'requests throttled': { seconds: [1, 20], begin: (scene) => troubleBus(scene, 'throttledRequests', 1) },
  'entries failed': { seconds: [1, 20], begin: (scene) => troubleBus(scene, 'failedEntries', 0.6) },
  'EventBridge answers 500': { seconds: [1, 40], begin: (scene) => troubleBus(scene, 'serverErrors', 1) },
  'answers of EventBridge lost': { seconds: [1, 20], begin: (scene) => troubleBus(scene, 'lostAnswers', 0.7) },
  'EventBridge slow': { seconds: [1, 20], begin: (scene) => troubleBus(scene, 'slowMs', 4000) },
  'requests denied': {
    seconds: [1, 20],
    begin: ({ world, later }) => {
      world.bus.trouble.denied = true;
      later(() => {
        world.bus.trouble.denied = false;
      });
    },
  },
  'rejected entry': {
    seconds: [0, 0],
    begin: ({ traffic, fault }) => traffic.flood(1, 20, fault.strength < 0.5 ? POISON.entry : POISON.request),
  },
  'poison entry': {
    seconds: [10, 30],
    begin: ({ traffic, world, later }) => {
      if (traffic.flood(1, 20, POISON.failure) === 0) return;
      world.bus.poisonFails = true;
      later(() => {
        world.bus.poisonFails = false;
      });
    },
  },
  flood: {
    seconds: [5, 25],
    begin: ({ traffic, pbx, world, later, fault }) => {
      pbx.isNoisyFor(fault.forMs + 30_000);
      if (fault.strength < 0.6) {
        world.bus.trouble.serverErrors = 1;
        later(() => {
          world.bus.trouble.serverErrors = 0;
        });
      }
      traffic.flood(90, 36_000);
    },
  },
  'noisy server': {
    seconds: [20, 30],
    begin: ({ pbx, traffic, world: { bus, clock }, fault, later }) => {
      bus.trouble.perSecond = 10;
      pbx.isNoisyFor(fault.forMs + 60_000);
      for (let at = 0; at < 5000; at += 500) clock.after(at, () => traffic.dialAndHangUp(12));
      later(() => {
        bus.trouble.perSecond = Number.POSITIVE_INFINITY;
      });
    },
  },
  'file shortened': {
    seconds: [5, 15],
    begin: ({ task, service, pbx, traffic, world: { bus, clock, ledger }, fault, later }) => {
      if (!task) return;
      pbx.isNoisyFor(fault.forMs + 30_000);
      bus.trouble.serverErrors = 1;
      later(() => {
        bus.trouble.serverErrors = 0;
      });
      traffic.flood(60, 36_000);
      clock.after(2000, () => {
        if (!task.disk.shorten('.journal', fault.strength)) return;
        for (const { name, disk } of service.all) if (disk === task.disk) ledger.shortened.set(name, clock.time);
      });
    },
  },
  'second process': { seconds: [0, 0], begin: ({ task, service }) => task && service.startBeside(task) },
  'secret cannot be read': {
    seconds: [1, 25],
    begin: ({ world: { secrets }, later }) => {
      secrets.faults += 1;
      later(() => {
        secrets.faults -= 1;
      });
    },
  },
  'wrong secret': {
    seconds: [1, 25],
    begin: ({ world: { secrets }, later }) => {
      secrets.wrong += 1;
      later(() => {
        secrets.wrong -= 1;
      });
    },
  },
  'password changed': {
    seconds: [1, 15],
    begin: ({ world: { secrets, clock, pbxes }, later }) => {
      const password = `right-${clock.time}`;
      for (const pbx of pbxes) pbx.user = { username: secrets.username, password };
      // The secret follows.
      later(() => {
        secrets.password = password;
        for (const pbx of pbxes) pbx.user = { username: secrets.username, password };
      });
    },
  },
  'Asterisk restarts': {
    seconds: [0, 20],
    begin: ({ pbx, traffic, later }) => {
      if (!pbx.asterisk) return;
      void pbx.stop();
      traffic.forget();
      later(() => pbx.start());
    },
  },
  'Asterisk loses power': {
    seconds: [1, 20],
    begin: ({ pbx, traffic, later }) => {
      if (!pbx.asterisk) return;
      void pbx.losePower();
      traffic.forget();
      later(() => pbx.start());
    },
  },
  'Asterisk refuses requests': {
    seconds: [1, 15],
    begin: ({ pbx, fault, later }) =>
      later(pbx.fail(fault.strength < 0.6 ? /\/applications$/ : /\/(channels|info|ping)$/, 500)),
  },
  'foreign program': {
    seconds: [1, 60],
    begin: ({ pbx, fault, later }) => later(pbx.takeApp(pbx.apps[Math.floor(fault.strength * 2)] as string)),
  },
  'calls end': { seconds: [0, 0], begin: ({ traffic, fault }) => traffic.hangUp(fault.strength) },
} satisfies Record<string, { seconds: readonly [number, number]; begin(scene: Scene): unknown }>;

function troubleDisk({ task, later }: Scene, key: 'full' | 'broken'): void {
  if (!task) return;
  const { trouble } = task.disk;
  trouble[key] = true;
  later(() => {
    trouble[key] = false;
  });
}

function troubleBus({ world, fault, later }: Scene, key: Exclude<keyof BusTrouble, 'denied'>, most: number): void {
  const { trouble } = world.bus;
  trouble[key] = most * (0.3 + 0.7 * fault.strength);
  later(() => {
    trouble[key] = NO_TROUBLE[key];
  });
}
