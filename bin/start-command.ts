import type { Command } from 'commander';
import type { Session } from './session.ts';
import type { Values } from './start.ts';

/** `ari-eventbridge start`, and `npm start`: runs until Ctrl-C. */
export function startCommand(command: Command, session: Session): void {
  command
    .description(
      'Runs the system that cdk.json describes on this machine, with a simulated Asterisk, which places calls by itself. ' +
        'Ctrl-C stops everything. With npm, options come after two dashes: npm start -- --no-console',
    )
    .optionsGroup('A real Asterisk:')
    .option('--asterisk <url>', 'its ARI, such as http://127.0.0.1:8088/ari')
    .option('--user <name>', 'the ARI user of the call handlers (its section in ari.conf)')
    .option('--password-env <variable>', 'the environment variable with its password')
    .option(
      '--connector-user <name>',
      'the ARI user of the connector, which may be read_only (default: that of --user)',
    )
    .option('--connector-password-env <variable>', 'the environment variable with its password')
    .optionsGroup('Latency:')
    .option(
      '--hop <ms>',
      'the time from the bus to a function: half as much to half more, so that events overtake each other as on AWS',
      '0',
    )
    .option('--rtt <ms>', 'the additional time of each request of a function to Asterisk', '0')
    .optionsGroup('The stacks:')
    .option('--stack <pattern...>', "runs the stacks of this name only, such as 'Prod/*' (default: all)")
    .option('--parameters <[STACK:]NAME=VALUE...>', 'values of parameters of the templates')
    .option('--ssm <NAME=VALUE...>', 'values of parameters of Systems Manager that no stack of the app has')
    .option(
      '--values <file>',
      'a file with such values, and with those of secrets and exports (default: cdk.local.json, if it exists)',
    )
    .optionsGroup('The console:')
    .option('--console-port <port>', 'its port on 127.0.0.1 (default: 8090, or any free port)')
    .option('--no-console', 'does not serve the console')
    .action(async (values: Values) => {
      // Loaded when it runs: what it needs, such as the CDK, is not needed for its help.
      const { start } = await import('./start.ts');
      await start(values, session);
    });
}
