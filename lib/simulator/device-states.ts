import type { DeviceState } from '../ari/generated/model.ts';
import type { App } from './app/app.ts';
import type { Apps } from './app/apps.ts';
import { Refusal } from './refusal.ts';

const OWN = 'Stasis:';
const STATES = ['NOT_INUSE', 'INUSE', 'BUSY', 'INVALID', 'UNAVAILABLE', 'RINGING', 'RINGINUSE', 'ONHOLD'];

/** States of devices: those of `Stasis:` are set by apps, of the others Asterisk knows nothing. */
export class DeviceStates {
  readonly #states = new Map<string, DeviceState['state']>();
  readonly #apps: Apps;

  constructor(apps: Apps) {
    this.#apps = apps;
  }

  get list(): DeviceState[] {
    return [...this.#states].map(([name, state]) => ({ name, state }));
  }

  get(name: string): DeviceState {
    const unknown = new RegExp(`^${OWN}`, 'i').test(name) ? 'UNKNOWN' : 'INVALID';
    return { name, state: this.#states.get(name) ?? unknown };
  }

  update(name: string, state: string | undefined): void {
    checkName(name);
    if (!state || !STATES.includes(state)) throw new Refusal(500, 'Unknown device');
    this.#change(name, state as DeviceState['state']);
    this.#states.set(name, state as DeviceState['state']);
  }

  /** There is no event. */
  delete(name: string): void {
    checkName(name);
    this.#states.delete(name);
  }

  isSubscribed(app: App, name: string): boolean {
    return app.all || app.devices.has('') || app.devices.has(name);
  }

  #change(name: string, state: DeviceState['state']): void {
    const before = this.#states.get(name);
    this.#states.set(name, state);
    if (before === state) return;
    for (const app of this.#apps.list) {
      if (this.isSubscribed(app, name)) this.#apps.send(app, 'DeviceStateChanged', { device_state: { name, state } });
    }
  }
}

function checkName(name: string): void {
  if (!name.toLowerCase().startsWith(OWN.toLowerCase())) throw new Refusal(409, 'Uncontrolled device specified');
  if (name.length === OWN.length) throw new Refusal(404, 'Device name is missing');
}
