import { expect, test } from 'vitest';
import { modules } from '../../../../lib/asterisk/doctor/modules.ts';
import { outcomes, visitPeer } from './visit.ts';

test('where the list of modules is not available, the resources themselves are tried', async () => {
  const { examination } = await visitPeer({ '/asterisk/ping': 404, '/bridges': [], '/recordings/stored': [] });
  const found = await outcomes(modules, examination);
  expect(found.map(({ line }) => line)).toEqual(['load = res_ari_asterisk.so']);
});

test('a module that is loaded but not running is missing', async () => {
  const running = ['res_stasis_answer', 'res_stasis_playback', 'res_stasis_recording', 'res_stasis_snoop'];
  const ari = ['events', 'applications', 'asterisk', 'bridges', 'channels', 'playbacks', 'recordings'];
  const list = [...running, ...ari.map((name) => `res_ari_${name}`)].map((name) => ({
    name: `${name}.so`,
    status: 'Running',
  }));
  const { examination } = await visitPeer({
    '/asterisk/modules': [...list, { name: 'app_stasis.so', status: 'Not Running' }],
  });
  expect(await outcomes(modules, examination)).toMatchObject([
    {
      verdict: 'error',
      file: 'modules.conf',
      line: 'load = app_stasis.so',
      says: expect.stringMatching(/no Stasis\(\)/),
    },
  ]);
});

test('modules that answer do not show that those without a path of their own run', async () => {
  const answers = {
    '/asterisk/ping': {},
    '/applications': [],
    '/bridges': [],
    '/channels': [],
    '/recordings/stored': [],
  };
  const { examination } = await visitPeer(answers);
  expect(await outcomes(modules, examination)).toMatchObject([
    { verdict: 'skipped', says: expect.stringMatching(/run .*res_ari_channels\.so.*; the others were not examined/) },
  ]);
});
