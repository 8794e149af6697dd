import { EVENTS_HOST, SECRETS_HOST } from './aws-modules.ts';
import { type BusTrouble, NO_TROUBLE, POISON } from './event-bridge.ts';
import type { Pbx } from './pbx.ts';
import { Random } from './random.ts';
import type { Service } from './service.ts';
import type { Task, World } from './task.ts';
import type { Traffic } from './traffic.ts';

/** One fault of a run. A run is determined by its seed and its faults, so that a failing one can be shrunk. */
export interface Fault {
  kind: FaultKind;
  /** When it begins, in milliseconds after the warm-up. */
  at: number;
  /** How long it lasts, in milliseconds. */
  forMs: number;
  /** What it hits, and how hard: each from 0 to below 1. */
  target: number;
  strength: number;
}

export interface Stage {
  world: World;
  service: Service;
  traffics: readonly Traffic[];
}

interface Scene extends Stage {
  fault: Fault;
  task: Task | undefined;
  pbx: Pbx;
  traffic: Traffic;
  /** Ends the fault when its time is over. */
  later(undo: () => void): void;
}

/** What each kind of fault does, and how long it may last, in seconds. */
const KINDS = {
  kill: { seconds: [0, 0], begin: ({ task, service }) => task && service.kill(task) },
  'power loss': {
    seconds: [10, 40],
    begin: ({ task, service, fault }) => task && service.losePower(task, fault.forMs),
  },
  stop: { seconds: [0, 0], begin: ({ task, service }) => task && service.stop(task) },
  deploy: { seconds: [0, 0], begin: ({ service }) => service.deploy() },
  freeze: { seconds: [1, 45], begin: ({ task, later }) => task && later(task.process.freeze()) },
  'clock jump': {
    seconds: [0, 0],
    begin: ({ task, fault, world: { ledger } }) => {
      if (!task) return;
      task.process.moveClock(Math.round((fault.strength - 0.5) * 20_000));
      ledger.clockShiftMs = Math.max(ledger.clockShiftMs, Math.abs(task.process.clockOffset));
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
  'EventBridge answers 500': { seconds: [1, 20], begin: (scene) => troubleBus(scene, 'serverErrors', 1) },
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
    begin: ({ traffic, world, later, fault }) => {
      if (fault.strength < 0.6) {
        world.bus.trouble.serverErrors = 1;
        later(() => {
          world.bus.trouble.serverErrors = 0;
        });
      }
      traffic.flood(90, 36_000);
    },
  },
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

export type FaultKind = keyof typeof KINDS;

export const faultKinds = Object.keys(KINDS) as FaultKind[];

/** The faults of a seed, in their order. */
export function planOf(seed: number, lengthMs: number): Fault[] {
  const random = new Random(seed, 'faults');
  // A part of the kinds, so that some runs are about few of them, and these often meet.
  const share = random.pick([0.15, 0.3, 0.5]);
  const kinds = faultKinds.filter(() => random.chance(share));
  const count = random.between(20, 26);
  return Array.from({ length: count }, (): Fault => {
    const kind = random.pick(kinds.length > 3 ? kinds : faultKinds);
    const [least, most] = KINDS[kind].seconds;
    const forMs = random.between(least * 1000, most * 1000);
    return { kind, at: random.between(0, lengthMs), forMs, target: random.next(), strength: random.next() };
  }).toSorted((a, b) => a.at - b.at);
}

export function inflict(fault: Fault, stage: Stage): void {
  const { world, service, traffics } = stage;
  world.ledger.count(`fault: ${fault.kind}`);
  const index = Math.floor(fault.target * 1000);
  const { running } = service;
  const place = index % world.pbxes.length;
  KINDS[fault.kind].begin({
    ...stage,
    fault,
    task: running[index % Math.max(1, running.length)],
    pbx: world.pbxes[place] as Pbx,
    traffic: traffics[place] as Traffic,
    later: (undo) => void world.clock.after(fault.forMs, undo),
  });
}

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
