import type { CallHandler } from '../call-handler/call-handler.ts';
import type { CallEventEnvelope } from '../events/call-event.ts';
import type { Interleaving } from './interleaving.ts';

/** A function that is given events. */
export type EventFunction = (envelope: CallEventEnvelope) => Promise<void>;

/** The Lambda environments of one handler: each handles one event at a time, and remembers what it has handled. */
export interface Environments {
  run(work: (handler: EventFunction) => Promise<void>): Promise<void>;
}

/** One environment for all events, or a new one for each. */
export function environmentsInTurn(handler: CallHandler, cold: boolean): Environments {
  return { run: (work) => work(cold ? handler.withOptions({}) : handler) };
}

/** As many as there are events at the same time: an event goes to an idle one or to a new one, as Lambda decides. */
export function environmentsAtOnce(handler: CallHandler, cold: boolean, interleaving: Interleaving): Environments {
  const idle: CallHandler[] = [];
  return {
    async run(work) {
      const warm = cold || interleaving.chance(0.5) ? undefined : interleaving.pick(idle);
      const environment = warm ?? handler.withOptions({});
      if (warm) idle.splice(idle.indexOf(warm), 1);
      try {
        await work(environment);
      } finally {
        idle.push(environment);
      }
    },
  };
}
