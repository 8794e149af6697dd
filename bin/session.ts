/** What a command has of the shell that called it. */
export interface Session {
  /** The working directory, which has the app's cdk.json. */
  root: string;
  /** Aborted by Ctrl-C, or when nobody reads the output any more. */
  signal: AbortSignal;
  /** Writes results, to standard output. */
  say(text: string): void;
  /** Writes errors, warnings and progress, to standard error. */
  note(text: string): void;
}

/** Ends a command with another exit code than 0 and 1. Its message is written as that of any error, if it has one. */
export class ExitError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
