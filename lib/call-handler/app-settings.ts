/** The Lambda function that applies the nodes' `appSettings` whenever a node has been connected. */
import { type AppSettings, applyAppSettings } from '../ari/app-settings.ts';
import { parseJson } from '../json.ts';
import { callHandler } from './call-handler.ts';

/** By node and app. */
type AllAppSettings = Record<string, Record<string, AppSettings>>;

export const handler = callHandler({
  NodeConnected: async ({ event, ari, log }) => {
    const settings = (parseJson(process.env.APP_SETTINGS) as AllAppSettings)[event.node] ?? {};
    for (const app of event.apps) {
      const ofApp = settings[app];
      if (!ofApp) continue;
      await applyAppSettings(ari, app, ofApp);
      log.info('Applied the settings of an app', { app, ...ofApp });
    }
  },
});
