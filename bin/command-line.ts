import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { completion } from './completion.ts';
import { missingPeer } from './missing-peer.ts';
import { ExitError, type Session } from './session.ts';

/** Adds arguments, options and the action to a command. */
type Define = (command: Command, session: Session) => unknown;

interface Entry {
  does: string;
  /** Loads the command's module: only that of the command that runs. */
  load(): Promise<Define>;
}

const COMMANDS: Record<string, Entry> = {
  init: {
    does: 'makes an app in a new folder: a call handler, its test, and the stacks',
    load: async () => (await import('./init.ts')).init,
  },
  start: {
    does: 'runs the whole system on this machine',
    load: async () => (await import('./start-command.ts')).startCommand,
  },
  preflight: {
    does: 'examines the AWS account before a deployment, and prints the commands that mend what would fail',
    load: async () => (await import('./preflight.ts')).preflightCommand,
  },
  'asterisk-config': {
    does: 'writes http.conf, ari.conf and extensions.conf for a node of cdk.json',
    load: async () => (await import('./asterisk-config.ts')).asteriskConfig,
  },
  doctor: {
    does: 'examines an Asterisk server from the outside, and prints the lines to add to its configuration files',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  cost: {
    does: 'prints what the deployed system costs per month',
    load: async () => (await import('./cost.ts')).cost,
  },
};

/** Exit code of arguments that were not understood, as in other tools of the shell. */
const MISUSE = 2;
/** The doctor's exit codes up to 2 are findings. */
const MISUSE_OF_DOCTOR = 3;

/**
 * Runs one command.
 *
 * @param args without the names of Node and the program
 * @returns the exit code: 0; 1 where the command failed; 2 where the arguments were not understood; of `doctor` its own
 * @example
 * await runCommandLine(['cost', '--calls-per-day', '1000'], session); // 0
 */
export async function runCommandLine(args: readonly string[], session: Session): Promise<number> {
  try {
    const program = await programFor(args, session);
    const named = args[0] === 'help' ? args[1] : undefined;
    const isUnknown = named !== undefined && !program.commands.some((command) => command.name() === named);
    await program.parseAsync(isUnknown ? [named] : args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written it.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      return args[0] === 'doctor' ? MISUSE_OF_DOCTOR : MISUSE;
    }
    const text = missingPeer(error) ?? (error as Error).message;
    if (text !== '') session.note(`ari-eventbridge: ${text}\n`);
    return error instanceof ExitError ? error.exitCode : 1;
  }
}

async function programFor(args: readonly string[], session: Session): Promise<Command> {
  const program = new Command('ari-eventbridge')
    .description('Asterisk call events on Amazon EventBridge, answered by Lambda functions that call back into ARI.')
    .version(version(), '-V, --version', 'prints the version')
    .helpOption('-h, --help', 'prints this help')
    .helpCommand('help [command]', 'prints the help of a command')
    .showHelpAfterError('See --help.')
    .exitOverride()
    .configureOutput({
      writeOut: session.say,
      writeErr: session.note,
      outputError: (text, write) => write(errorText(text)),
    });
  for (const [name, { does, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(does).description(sentence(does));
    if (args.includes(name) || args[0] === 'completion') (await load())(command, session);
  }
  completion(program.command('completion'), program, session);
  return program;
}

/** Without the value of an unknown option, which may be a password. */
function errorText(text: string): string {
  return text.replace(/^error: /, 'ari-eventbridge: ').replace(/(unknown option '[^'=]+)=[^']*'/, "$1'");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
