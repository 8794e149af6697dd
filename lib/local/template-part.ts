import type { CloudAssembly, TemplateResource } from './cloud-assembly.ts';
import type { LackingParts } from './lacking-parts.ts';
import type { TemplateValues } from './template-values.ts';

/** One resource of a template, whose properties are resolved when they are read and never before. */
export class TemplatePart {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly #assembly: CloudAssembly;
  readonly #values: TemplateValues;
  readonly #resource: TemplateResource;
  readonly #lacking: LackingParts;

  constructor(
    assembly: CloudAssembly,
    values: TemplateValues,
    stack: string,
    id: string,
    resource: TemplateResource,
    lacking: LackingParts,
  ) {
    this.stack = stack;
    this.id = id;
    this.type = resource.Type;
    this.#assembly = assembly;
    this.#values = values;
    this.#resource = resource;
    this.#lacking = lacking;
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

  /** What a person calls it: of `AriEventBridge/IntroIvr/Function/Resource` it is IntroIvr. */
  get title(): string {
    const path = this.#resource.Metadata?.['aws:cdk:path'];
    return typeof path === 'string' ? (path.split('/')[1] ?? this.id) : this.id;
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

  /** The folder or file of an asset, if the cloud assembly holds it. */
  asset(hash: string): string | undefined {
    return this.#assembly.assets.get(hash);
  }

  /** Notes something of this resource that local mode does not do. */
  lacks(what: string): void {
    this.#lacking.add(`${this.type}.${what}`);
  }
}
