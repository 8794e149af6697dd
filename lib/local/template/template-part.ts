import type { CloudAssembly, TemplateResource } from './cloud-assembly.ts';
import type { Intrinsics } from './intrinsics.ts';

/** One resource of a template, whose properties are resolved when they are read. */
export class TemplatePart {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly #assembly: CloudAssembly;
  readonly #values: Intrinsics;
  readonly #resource: TemplateResource;
  readonly #onUnsupported: (what: string) => void;

  constructor(
    assembly: CloudAssembly,
    values: Intrinsics,
    stack: string,
    id: string,
    resource: TemplateResource,
    onUnsupported: (what: string) => void,
  ) {
    this.stack = stack;
    this.id = id;
    this.type = resource.Type;
    this.#assembly = assembly;
    this.#values = values;
    this.#resource = resource;
    this.#onUnsupported = onUnsupported;
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

  /** The folder or file of an asset, if the cloud assembly has it. */
  asset(hash: string): string | undefined {
    return this.#assembly.assets.get(hash);
  }

  /** Records a property, or a part of one, that local mode does not support. */
  unsupported(what: string): void {
    this.#onUnsupported(`${this.type}.${what}`);
  }
}
