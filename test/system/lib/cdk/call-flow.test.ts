import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FLOW_WAYS, flowApp } from '../../../support/flow-app.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

test.each(Object.entries(FLOW_WAYS))('an app with a flow, %s, is without findings of cdk-nag', (_, way) => {
  const outdir = folderOfTest();
  const app = flowApp(outdir, way);
  let failed: unknown;
  try {
    app.synth();
  } catch (error) {
    failed = error;
  }
  const report = join(outdir, 'validation-report.json');
  const { pluginReports } = existsSync(report)
    ? (JSON.parse(readFileSync(report, 'utf8')) as { pluginReports: { violations: object[] }[] })
    : { pluginReports: [] };
  expect(pluginReports.flatMap(({ violations }) => violations)).toEqual([]);
  expect(failed).toBeUndefined();
});
