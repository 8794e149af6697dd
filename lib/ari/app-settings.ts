import { isJsonObject } from '../json.ts';
import type { AriClient } from './client.ts';

/** What an app of a node is to hear of, declared in the node's `appSettings`. */
export interface AppSettings {
  /**
   * Endpoints and devices whose events the app gets besides those of its calls: `endpoint:PJSIP/1001`,
   * `endpoint:PJSIP` for all of a technology, `deviceState:Stasis:lamp`. The list is complete: the app is unsubscribed
   * from others. @default they stay as they are
   */
  subscriptions?: string[];
  /** Types of events that Asterisk itself does not send to the app: `ChannelVarset`. @default they stay as they are */
  disallowedEvents?: string[];
}

/** Types that the connector cannot do without. */
const NEEDED = ['StasisStart', 'StasisEnd', 'ChannelDestroyed', 'ChannelHangupRequest', 'ApplicationReplaced'];
const SOURCE = /^(endpoint:[A-Za-z0-9_]+(\/[^\s,]+)?|deviceState:[^\s,]+)$/;
const TYPE = /^[A-Z][A-Za-z]+$/;

/** Faults of one app's settings, as sentences with what was expected and what was given. */
export function appSettingsFaults(at: string, settings: unknown): string[] {
  if (!isJsonObject(settings)) {
    return [`${at}: expected { "subscriptions": [ … ], "disallowedEvents": [ … ] }, got ${JSON.stringify(settings)}`];
  }
  return Object.entries(settings).flatMap(([name, list]) => {
    const place = `${at}.${name}`;
    if (name !== 'subscriptions' && name !== 'disallowedEvents') {
      return [`${place}: there is no such setting; there are subscriptions, disallowedEvents`];
    }
    if (!Array.isArray(list)) return [`${place}: expected a list of texts, got ${JSON.stringify(list)}`];
    return list.flatMap((item) => itemFault(place, name, item));
  });
}

function itemFault(at: string, name: 'subscriptions' | 'disallowedEvents', item: unknown): string[] {
  const given = JSON.stringify(item);
  if (name === 'subscriptions') {
    const expected = '"endpoint:TECHNOLOGY", "endpoint:TECHNOLOGY/RESOURCE" or "deviceState:NAME"';
    return typeof item === 'string' && SOURCE.test(item) ? [] : [`${at}: expected ${expected}, got ${given}`];
  }
  if (typeof item !== 'string' || !TYPE.test(item)) {
    return [`${at}: expected a type of event, such as "ChannelVarset", got ${given}`];
  }
  return NEEDED.includes(item) ? [`${at}: the connector needs ${given}, so that Asterisk has to send it`] : [];
}

/**
 * Brings what an app is subscribed to, and Asterisk's filter, in line with its settings. It needs a user that may write,
 * and changes nothing where all is as it should be. Asterisk forgets both when it restarts.
 *
 * Source: `applications.subscribe`, `unsubscribe` and `filter` of ARI's resource `applications`.
 *
 * @throws AriError, of the kind `gone` where no program is connected for the app
 */
export async function applyAppSettings(ari: AriClient, applicationName: string, settings: AppSettings): Promise<void> {
  const { subscriptions, disallowedEvents } = settings;
  const app = await ari.applications.get({ applicationName });
  if (subscriptions) {
    const held = [
      ...app.endpoint_ids.map((id) => `endpoint:${id}`),
      ...app.device_names.map((name) => `deviceState:${name}`),
    ];
    for (const eventSource of subscriptions.filter((source) => !held.includes(source))) {
      await ari.applications.subscribe({ applicationName, eventSource });
    }
    for (const eventSource of held.filter((source) => !subscriptions.includes(source))) {
      await ari.applications.unsubscribe({ applicationName, eventSource });
    }
  }
  if (disallowedEvents) {
    const disallowed = disallowedEvents.map((type) => ({ type }));
    await ari.applications.filter({ applicationName, filter: { allowed: [], disallowed } });
  }
}
