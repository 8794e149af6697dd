import type { AriNode } from '../ari/node.ts';
import type { Secrets } from './aws/index.ts';
import { ImportedSecrets } from './imported-secrets.ts';
import {
  type GivenValues,
  type LocalDeployment,
  mergedValues,
  missingLookups,
  readCloudAssembly,
  readDeployment,
  readGivenValues,
  readSecrets,
  synthesize,
  type TemplateValuesOptions,
} from './template/index.ts';

export interface AppReaderOptions {
  /** Patterns of the stacks that run, as `cdk deploy` takes them: `Calls`, `Prod/*`. @default all stacks of the app */
  stacks?: readonly string[];
  /** Values that the templates refer to and do not contain. @default none */
  given?: GivenValues;
  /** A file with such values; those of `given` replace them. @default cdk.local.json beside cdk.json, if there is one */
  valuesFile?: string;
}

/** An app as it was synthesized. */
export interface ReadApp {
  deployment: LocalDeployment;
  /** The names of its stacks that run. */
  stacks: readonly string[];
}

/** Synthesizes an app, and reads from its templates what local mode runs. */
export class AppReader {
  readonly #root: string;
  readonly #nodes: readonly AriNode[];
  readonly #options: AppReaderOptions;
  readonly #secrets: Secrets;
  readonly #imported: ImportedSecrets;

  /**
   * @param root the folder with cdk.json
   * @param nodes replace `nodes` of the context. @default as cdk.json has them
   * @param secrets get the secrets of the app
   */
  constructor(root: string, nodes: readonly AriNode[], options: AppReaderOptions, secrets: Secrets) {
    this.#root = root;
    this.#nodes = nodes;
    this.#options = options;
    this.#secrets = secrets;
    this.#imported = new ImportedSecrets(secrets);
  }

  /**
   * @param endpoint URL of local mode's AWS endpoint
   * @param onFolder called with the folder of the cloud assembly, which the caller removes, also where reading it fails
   */
  async read(endpoint: string, onFolder: (folder: string) => void): Promise<ReadApp> {
    const { stacks, given, valuesFile } = this.#options;
    const values = mergedValues(await readGivenValues(this.#root, valuesFile), given ?? {});
    const folder = await synthesize(this.#root, this.#nodes, values.ssm);
    onFolder(folder);
    const assembly = await readCloudAssembly(folder, stacks);
    const options: TemplateValuesOptions = {
      endpoint,
      given: values,
      secret: (id, version) => this.#secrets.valueOf(id, version),
    };
    // First of all: other values may be made from those of secrets.
    this.#secrets.apply(this.#imported.withGiven(readSecrets(assembly, options), values));
    const deployment = readDeployment(assembly, options);
    this.#imported.addUsers(deployment);
    const lookups = missingLookups(folder).map(({ key }) => placeholderWarning(key));
    return {
      deployment: { ...deployment, warnings: [...deployment.warnings, ...lookups] },
      stacks: [...assembly.stacks.keys()],
    };
  }
}

function placeholderWarning(key: string): string {
  return (
    `The app looks up ${key}, which cdk.context.json does not contain: it got a placeholder. \`npx cdk synth\`, with ` +
    'credentials of the account, looks it up and writes it there'
  );
}
