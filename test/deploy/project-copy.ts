import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What is cloned to deploy; the packages are the ones of this checkout. */
const PARTS = ['bin', 'lib', 'functions', 'connector', 'cdk.json', 'package.json', 'package-lock.json'];
const run = promisify(execFile);

/** A copy of the project, whose handlers a test may change, with the CDK's command line. */
export class ProjectCopy {
  readonly #folder = temporaryFolder();
  readonly #environment: Record<string, string>;

  /** @param environment where AWS is */
  constructor(environment: Record<string, string>) {
    this.#environment = environment;
    for (const part of PARTS) cpSync(join(ROOT, part), join(this.#folder.path, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder.path, 'node_modules'));
  }

  /** Replaces a text that is in a file exactly once. */
  change(file: string, from: string, to: string): void {
    const path = join(this.#folder.path, file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) throw new Error(`${file}: expected ${from} once, found it ${parts.length - 1} times`);
    writeFileSync(path, parts.join(to));
  }

  get path(): string {
    return this.#folder.path;
  }

  /**
   * Runs `cdk` with these arguments.
   *
   * @returns all it says
   * @throws with all it said, when it fails
   */
  async cdk(...args: string[]): Promise<string> {
    const { path } = this.#folder;
    const command = [join(path, 'node_modules/aws-cdk/bin/cdk'), ...args];
    const env = {
      // The app of cdk.json is `node bin/app.ts`.
      PATH: `${join(path, 'node_modules/.bin')}:${process.env.PATH}`,
      // Where the CDK keeps its notes.
      HOME: path,
      CDK_DISABLE_CLI_TELEMETRY: '1',
      CI: '1',
      ...this.#environment,
    };
    try {
      const { stdout, stderr } = await run(process.execPath, command, { cwd: path, env, maxBuffer: 2 ** 26 });
      return stdout + stderr;
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`cdk ${args.join(' ')} failed:\n${stdout}${stderr}`);
    }
  }

  remove(): void {
    this.#folder.remove();
  }
}
