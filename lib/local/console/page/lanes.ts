import type { Step } from '../../trace/step.ts';

/** A column of the timeline. */
export interface Lane {
  /** `asterisk`, `connector`, `bus`, `function NAME`, `ari` */
  id: string;
  title: string;
}

/** The columns that these functions need. */
export function lanesOf(functions: readonly string[]): Lane[] {
  return [
    { id: 'asterisk', title: 'Asterisk' },
    { id: 'connector', title: 'Connector' },
    { id: 'bus', title: 'Bus' },
    ...functions.map((name) => ({ id: `function ${name}`, title: name })),
    { id: 'ari', title: 'ARI' },
  ];
}

/** The lane of a step, and the lane that it comes from. */
export function laneOf(step: Step): { from: string; to: string } {
  switch (step.kind) {
    case 'event':
      return { from: 'asterisk', to: 'bus' };
    case 'invocation':
      return { from: 'bus', to: `function ${step.fn}` };
    case 'command':
      return { from: `function ${step.fn}`, to: 'ari' };
    case 'log': {
      const lane = isFunction(step.origin)
        ? `function ${step.origin}`
        : step.origin === 'connector'
          ? 'connector'
          : 'bus';
      return { from: lane, to: lane };
    }
    case 'deadLetter':
      return { from: 'bus', to: 'bus' };
    case 'caller':
      return { from: 'asterisk', to: 'asterisk' };
  }
}

/** Whether lines of this origin are a function's; others are from the connector or local mode. */
export function isFunction(origin: string): boolean {
  return origin !== 'connector' && origin !== 'local';
}
