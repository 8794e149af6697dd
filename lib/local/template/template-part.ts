import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly, TemplateResource } from './cloud-assembly.ts';
import type { TemplateValues } from './values/template-values.ts';

/** What is noted while a template is read. */
export interface PartNotes {
  /** Local mode does not support a type, or a property of it. */
  unsupported(what: string): void;
  /** Something will behave differently than deployed: a sentence. */
  warn(sentence: string): void;
}

/** One resource of a template, whose properties are resolved when they are read. */
export class TemplatePart {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly #assembly: CloudAssembly;
  readonly #values: TemplateValues;
  readonly #resource: TemplateResource;
  readonly #notes: PartNotes;

  constructor(
    assembly: CloudAssembly,
    values: TemplateValues,
    stack: string,
    id: string,
    resource: TemplateResource,
    notes: PartNotes,
  ) {
    this.stack = stack;
    this.id = id;
    this.type = resource.Type;
    this.#assembly = assembly;
    this.#values = values;
    this.#resource = resource;
    this.#notes = notes;
  }

  get arn(): string {
    return this.#values.arn(this.stack, this.id);
  }

  get name(): string {
    return this.#values.name(this.stack, this.id);
  }

  get ref(): string {
    return this.#values.ref(this.stack, this.id);
  }

  /** Its name for people: for `AriEventBridge/IntroIvr/Function/Resource` it is IntroIvr. */
  get title(): string {
    return this.path.split('/')[0] as string;
  }

  /** The path of its construct in the stack: `IntroIvr/Function`. */
  get path(): string {
    const path = this.#resource.Metadata?.['aws:cdk:path'];
    if (typeof path !== 'string') return this.id;
    const stack = this.#assembly.stacks.get(this.stack)?.path ?? '';
    const inStack = path.startsWith(`${stack}/`) ? path.slice(stack.length + 1) : path.slice(path.indexOf('/') + 1);
    return inStack.replace(/\/Resource$/, '');
  }

  /** Names of the properties that the template gives. */
  get given(): string[] {
    return Object.keys(this.#resource.Properties ?? {});
  }

  /** A property's text as the template has it. */
  raw(name: string): unknown {
    return this.#resource.Properties?.[name];
  }

  metadata(name: string): unknown {
    return this.#resource.Metadata?.[name];
  }

  /**
   * @param part the part of the property that is wanted. @default all of it
   * @throws naming stack, resource and property, where it cannot be resolved
   */
  property(name: string, part?: unknown): unknown {
    return this.#values.property(this.stack, this.id, name, part);
  }

  /** The folder or file of an asset, if the cloud assembly has it. */
  asset(hash: string): string | undefined {
    return this.#assembly.assets.get(hash);
  }

  /** A folder with a file of this text; `undefined` where the assembly has no folder. */
  written(file: string, text: string): string | undefined {
    const { folder } = this.#assembly;
    if (folder === undefined) return undefined;
    const own = join(folder, `inline-${createHash('sha256').update(text).digest('hex')}`);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, file), text);
    return own;
  }

  /** Records a property, or a part of one, that local mode does not support. */
  unsupported(what: string): void {
    this.#notes.unsupported(`${this.type}.${what}`);
  }

  /** Records that something will behave differently than deployed, in a sentence. */
  warn(sentence: string): void {
    this.#notes.warn(sentence);
  }
}
