import { App, Stack, Validations } from 'aws-cdk-lib';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { AriBridge, CallDataKey, CallFlow } from '../../lib/cdk/index.ts';
import { NODE } from './template-of.ts';

/** The ways in which an app with a flow is deployed. */
export const FLOW_WAYS = {
  default: { withKey: false, fixedAddress: false },
  'customer-managed key': { withKey: true, fixedAddress: false },
  'in a network': { withKey: false, fixedAddress: true },
};

/**
 * An app with a bridge and one flow, with the rules of cdk-nag at its synth.
 *
 * @param outdir where it is synthesized; functions are not bundled
 */
export function flowApp(outdir: string, { withKey, fixedAddress }: (typeof FLOW_WAYS)['default']): App {
  // With the resource by which cfn-lint knows templates of CDK, as `cdk synth` adds it.
  const app = new App({
    outdir,
    analyticsReporting: true,
    context: { ...featureFlags, 'aws:cdk:bundling-stacks': [] },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new Stack(app, 'Flows');
  const encryptionKey = withKey ? new CallDataKey(stack, 'Key').key : undefined;
  const bridge = new AriBridge(stack, 'Bridge', {
    ...{ nodes: [NODE], connector: false, encryptionKey, network: { fixedAddress } },
  });
  new CallFlow(stack, 'Ivr', {
    ...bridge.handlerDefaults,
    ...{ entry: 'functions/intro-ivr/index.ts', application: 'Intro-IVR' },
  });
  return app;
}
