import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalSystem } from '../../lib/local/local-system.ts';
import { Recorder } from './recorder.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** A CDK app in a folder of its own, `app.ts`, which local mode runs. */
export class LocalProject {
  readonly recorder = new Recorder();
  readonly #folder = temporaryFolder();
  #system: LocalSystem | undefined;

  constructor() {
    this.save('cdk.json', '{"app":"node app.ts"}');
    this.save('package.json', '{"type":"module"}');
    // CDK looks for it to know where the project begins.
    this.save('package-lock.json', '{}');
    // And the bundler, which it asks npx for.
    mkdirSync(join(this.path, 'node_modules'));
    for (const name of ['esbuild', '.bin']) {
      symlinkSync(join(MODULES, name), join(this.path, 'node_modules', name));
    }
  }

  get path(): string {
    return this.#folder.path;
  }

  get system(): LocalSystem {
    if (!this.#system) throw new Error('The project is not started');
    return this.#system;
  }

  save(file: string, text: string): void {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async start(): Promise<void> {
    this.#system = await LocalSystem.prepare(this.path, [], this.recorder);
    await this.#system.start();
  }

  /** Calls an app. @returns what its handler logs first, after its title */
  async call(application: string): Promise<string> {
    this.recorder.clear();
    const detail = { type: 'StasisStart', application, metadata: { id: 'x' } };
    this.system.putEvent({ Source: 'asterisk.ari', DetailType: 'StasisStart', Detail: JSON.stringify(detail) });
    return until(`a line of ${application}`, () =>
      this.recorder.lines.find((line) => line.startsWith(`${application}: `)),
    );
  }

  async stop(): Promise<void> {
    await this.#system?.stop();
    this.#folder.remove();
  }
}
