import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { AriNode } from '../../lib/ari/node.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const NODE: AriNode = {
  name: 'pbx-1',
  url: 'https://pbx-1.example.com:8089/ari',
  apps: ['Intro-IVR', 'Super-Conference'],
};

/** The template of one stack with what `build` adds to it; functions are not bundled. */
export function templateOf(build: (stack: Stack) => void): Template {
  const { path: outdir, remove } = temporaryFolder();
  const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Test');
  build(stack);
  const template = Template.fromStack(stack);
  remove();
  return template;
}

/** Properties of the only resource of a type. */
export function only(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(template.findResources(type));
  if (found.length !== 1) throw new Error(`expected one ${type}, found ${found.length}`);
  return found[0]?.Properties ?? {};
}
