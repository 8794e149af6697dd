import { confLine } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Examination } from './examination.ts';
import { error, type Outcome, ok, skipped } from './finding.ts';

/** The modules that calls need, and what fails without each. */
const NEEDED: Record<string, string> = {
  'app_stasis.so': 'the dialplan has no Stasis(), and no channel can enter an app',
  'res_stasis_answer.so': 'no call can be answered',
  'res_stasis_playback.so': 'nothing can be played',
  'res_stasis_recording.so': 'nothing can be recorded',
  'res_stasis_snoop.so': 'no channel can be snooped on',
  'res_ari_events.so': 'there is no event WebSocket',
  'res_ari_applications.so': 'the registered apps cannot be listed',
  'res_ari_asterisk.so': 'version and modules cannot be read',
  'res_ari_bridges.so': 'there are no bridges',
  'res_ari_channels.so': 'call handlers cannot command channels',
  'res_ari_playbacks.so': 'no playback can be stopped',
  'res_ari_recordings.so': 'no recording can be stopped or fetched',
};
/** Which of them Asterisk loads only together with others. */
const DEPENDS: Record<string, readonly string[]> = {
  'res_stasis_playback.so': ['res_stasis_recording.so'],
  'res_ari_bridges.so': ['res_stasis_playback.so', 'res_stasis_recording.so'],
  'res_ari_channels.so': [
    'res_stasis_answer.so',
    'res_stasis_playback.so',
    'res_stasis_recording.so',
    'res_stasis_snoop.so',
  ],
  'res_ari_playbacks.so': ['res_stasis_playback.so'],
  'res_ari_recordings.so': ['res_stasis_recording.so'],
};
/** Paths that show whether a module runs when the list is not available: read-only, and without an id. */
const PROBES: Record<string, string> = {
  'res_ari_applications.so': '/applications',
  'res_ari_asterisk.so': '/asterisk/ping',
  'res_ari_bridges.so': '/bridges',
  'res_ari_channels.so': '/channels',
  'res_ari_recordings.so': '/recordings/stored',
};

/** The modules that calls need are running. */
export const modules: Check = {
  name: 'modules',
  needs: [],
  as: 'reader',
  async look(examination) {
    const { missing, seen } = await missingModules(examination);
    const causes = missing.filter((module) => !DEPENDS[module]?.some((other) => missing.includes(other)));
    if (causes.length > 0) return causes.map((cause) => without(cause, missing));
    if (seen === 'all') return ok('all modules that calls need are running');
    return skipped(
      `Asterisk does not list its modules. By their answers run ${Object.keys(PROBES).join(', ')}; the others were not examined`,
    );
  },
};

function without(module: string, missing: readonly string[]): Outcome {
  const others = missing.filter((other) => DEPENDS[other]?.includes(module));
  const consequence = others.length > 0 ? `; without it, ${others.join(' and ')} cannot run either` : '';
  return error(
    `${module} is not running: ${NEEDED[module]}${consequence}. Add "load = ${module}" to modules.conf, and remove a noload of it`,
    confLine('modules.conf', 'modules', 'load', module),
  );
}

async function missingModules(examination: Examination): Promise<{ missing: string[]; seen: 'all' | 'some' }> {
  const { status, json } = await examination.read('/asterisk/modules');
  if (status === 200 && Array.isArray(json)) {
    const running = (json as { name: string; status: string }[]).filter((module) => module.status === 'Running');
    const names = new Set(running.map((module) => module.name));
    examination.modules = names;
    return { missing: Object.keys(NEEDED).filter((module) => !names.has(module)), seen: 'all' };
  }
  const missing: string[] = [];
  for (const [module, path] of Object.entries(PROBES)) {
    if ((await examination.read(path)).status === 404) missing.push(module);
  }
  return { missing, seen: 'some' };
}
