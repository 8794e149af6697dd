import cdk from '../../cdk.json' with { type: 'json' };

/** The apps of cdk.json. `bin/app.ts` can be synthesized for a node with these apps, also after a handler was added. */
export const APPS: string[] = cdk.context.nodes.flatMap(({ apps }) => apps);
