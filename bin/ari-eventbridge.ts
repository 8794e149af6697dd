#!/usr/bin/env node

interface Command {
  does: string;
  /** @param root the folder with cdk.json */
  run(args: string[], root: string, signal: AbortSignal): Promise<void>;
}

/** Each command's module is loaded when the command runs. */
const COMMANDS: Record<string, Command> = {
  start: {
    does: 'runs the whole system on this machine',
    run: async (args, root, signal) => (await import('./start.ts')).start(args, root, signal),
  },
  'asterisk-config': {
    does: "writes http.conf, ari.conf and extensions.conf for cdk.json's nodes",
    run: async (args, root) => (await import('./asterisk-config.ts')).asteriskConfig(args, root),
  },
  doctor: {
    does: 'examines an Asterisk server, and prints the lines to add to its configuration files',
    run: async (args, root, signal) => (await import('./doctor.ts')).doctor(args, root, signal),
  },
  cost: {
    does: 'prints what the deployed system costs per month',
    run: async (args, root) => void process.stdout.write(await (await import('./cost.ts')).cost(args, root)),
  },
};

const USAGE = `ari-eventbridge COMMAND [--help]

${Object.entries(COMMANDS)
  .map(([name, { does }]) => `  ${name.padEnd(16)} ${does}`)
  .join('\n')}
`;

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

const ending = new AbortController();
process.on('SIGINT', () => ending.abort());
process.on('SIGTERM', () => ending.abort());
// The reader has closed the pipe, as in `npm start | head`.
process.stdout.on('error', () => ending.abort());

try {
  if (command) await command.run(args, process.cwd(), ending.signal);
  else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`ari-eventbridge: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
