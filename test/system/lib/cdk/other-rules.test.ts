import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { AriBridge, CallHandler, DoctorFunction, type NetworkProps } from '../../../../lib/cdk/index.ts';
import { ariPattern } from '../../../../lib/index.ts';
import { NODE } from '../../../support/template-of.ts';
import { folderOfTest } from '../../../support/temporary-folder.ts';

const DOCUMENT = readFileSync(new URL('../../../../docs/security.md', import.meta.url), 'utf8');

/** Rules of cdk-nag's other sets that have findings on a deployment. */
function findingsOf(network: NetworkProps): string[] {
  const outdir = folderOfTest();
  const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [], 'aws:cdk:enable-path-metadata': true } });
  Validations.of(app).addPlugins(new NIST80053R5Checks(app), new ServerlessChecks(app));
  const stack = new Stack(app, 'Calls');
  const { handlerDefaults } = new AriBridge(stack, 'Bridge', { nodes: [NODE], network });
  const pattern = ariPattern({ application: 'Intro-IVR', type: 'StasisStart' });
  new CallHandler(stack, 'IntroIvr', { ...handlerDefaults, entry: 'functions/intro-ivr/index.ts', pattern });
  new DoctorFunction(stack, 'Doctor', handlerDefaults);
  // With findings CDK fails, after it has written them.
  expect(() => app.synth()).toThrow();
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: { violations: { ruleName: string }[] }[];
  };
  return pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

test('docs/security.md gives a reason for each finding of other sets of rules, and for no other', () => {
  const found = [{ fixedAddress: true }, { fixedAddress: false }].flatMap(findingsOf);
  const explained = [...DOCUMENT.matchAll(/`((?:NIST\.800\.53\.R5|Serverless)-\w+)`/g)].map(([, rule]) => rule);
  expect([...new Set(explained)].toSorted()).toEqual([...new Set(found)].toSorted());
});
