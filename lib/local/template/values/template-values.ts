import { ACCOUNT, REGION } from '../aws-environment.ts';
import type { AssemblyStack, CloudAssembly, Template, TemplateResource } from '../cloud-assembly.ts';
import type { GivenValues } from '../given-values.ts';
import { Conditions } from './conditions.ts';
import { crossRegionExport } from './cross-region-exports.ts';
import { type DynamicValues, withDynamicValues } from './dynamic-references.ts';
import { evaluate, NO_VALUE, type Scope } from './evaluate.ts';
import { refuseUnknownParameters, textOfParameter } from './given-parameters.ts';
import { expandLoops } from './loops.ts';
import { refuseNulls } from './null-values.ts';
import { isSsmValue, parameterValue } from './parameters.ts';
import { pseudoParameter, stackIdOf } from './pseudo-parameters.ts';
import { arnOf, attributeOf, type Deployed, nameOf, refOf } from './resource-values.ts';

export interface TemplateValuesOptions {
  /** URL of local mode's AWS endpoint: the base of the queues' URLs. @default http://127.0.0.1 */
  endpoint?: string | undefined;
  /** What the templates do not say: parameters, and what is deployed by other apps. */
  given?: GivenValues | undefined;
  /** The value of a secret of the templates, by name or ARN. @default none */
  secret?: DynamicValues['secret'] | undefined;
}

/** The values of all templates of an assembly, resolved as their deployment would resolve them. */
export class TemplateValues {
  readonly #stacks: ReadonlyMap<string, AssemblyStack>;
  readonly #endpoint: string;
  readonly #given: GivenValues;
  readonly #dynamic: DynamicValues;
  readonly #conditions = new Map<string, Conditions>();
  /** The templates with their loops expanded. */
  readonly #templates = new Map<string, Template>();
  /** Values that are being resolved: one that refers to itself is an error, and no endless loop. */
  readonly #resolving = new Set<string>();

  /**
   * @throws where a template has `null`, or where a parameter is given that no template has
   */
  constructor(
    assembly: CloudAssembly,
    { endpoint = 'http://127.0.0.1', given = {}, secret }: TemplateValuesOptions = {},
  ) {
    this.#endpoint = endpoint;
    this.#given = given;
    for (const [stack, { template }] of assembly.stacks) refuseNulls(stack, template);
    this.#stacks = assembly.stacks;
    this.#dynamic = {
      ssm: (name) => this.#ssm(name),
      secret: (id, version) => {
        if (!secret) throw new Error(`the value of the secret ${id} is not known here`);
        return secret(id, version);
      },
    };
    refuseUnknownParameters(this.#stacks, given.parameters);
    this.#checkParameters();
  }

  /** A stack's resources that are deployed: those without a condition, or with one that is true. */
  resources(stack: string): [string, TemplateResource][] {
    const { Resources = {} } = this.#labelled(`Stack ${stack}`, () => this.#template(stack));
    return Object.entries(Resources).filter(([id, { Condition }]) =>
      this.#labelled(`Stack ${stack}, ${id}`, () => this.#isOn(stack, Condition)),
    );
  }

  /**
   * One property of a resource, resolved; `undefined` where it is absent.
   *
   * @param part the part of it that is wanted. @default all of it
   * @throws naming stack, resource and property, where it cannot be resolved locally
   */
  property(stack: string, id: string, name: string, part = this.#resource(stack, id).Properties?.[name]): unknown {
    const { Type } = this.#resource(stack, id);
    return this.#labelled(`Stack ${stack}, ${id} (${Type}), property ${name}`, () => this.#property(stack, part));
  }

  /** @throws on an intrinsic function, or a reference, that cannot be resolved locally */
  resolve(stack: string, value: unknown): unknown {
    const resolved = evaluate(value, this.#scope(stack));
    return resolved === NO_VALUE ? undefined : resolved;
  }

  /** What CloudFormation's `Ref` gives: mostly a name, for some types an ARN, for a queue its URL. */
  ref(stack: string, id: string): string {
    return this.#once(`Ref ${stack}.${id}`, () => refOf(this.#deployed(stack, id)));
  }

  name(stack: string, id: string): string {
    return this.#once(`name of ${stack}.${id}`, () => nameOf(this.#deployed(stack, id)));
  }

  arn(stack: string, id: string): string {
    return this.#once(`ARN of ${stack}.${id}`, () => arnOf(this.#deployed(stack, id)));
  }

  #property(stack: string, value: unknown): unknown {
    return withDynamicValues(this.resolve(stack, value), this.#dynamic);
  }

  #deployed(stack: string, id: string): Deployed {
    const { name: stackName, account = ACCOUNT, region = REGION } = this.#stack(stack);
    const resource = this.#resource(stack, id);
    const property = (name: string): unknown => this.#property(stack, resource.Properties?.[name]);
    return { stackName, id, resource, account, region, endpoint: this.#endpoint, property };
  }

  #scope(stack: string): Scope {
    const { template, region = REGION } = this.#stack(stack);
    return {
      region,
      hasLanguageExtensions: [template.Transform].flat().includes('AWS::LanguageExtensions'),
      reference: (name) => this.#reference(stack, name),
      attribute: (id, name) => this.#attribute(stack, id, name),
      isTrue: (condition) => this.#conditionsOf(stack).isTrue(condition),
      mapped: (map, topLevelKey, secondLevelKey) => {
        const found = template.Mappings?.[map];
        if (!found) throw new Error(`Template error: Unable to get mapping for ${map}: there is no such mapping`);
        return found[topLevelKey]?.[secondLevelKey];
      },
      exported: (name) => this.#exported(name),
      stackOutput: (stackName, output) => this.#output(this.#named(stackName), output),
    };
  }

  /** @param condition its name, which the expansion of a loop may make */
  #isOn(stack: string, condition: unknown): boolean {
    return condition === undefined || this.#conditionsOf(stack).isTrue(String(this.resolve(stack, condition)));
  }

  #conditionsOf(stack: string): Conditions {
    const known = this.#conditions.get(stack);
    if (known) return known;
    const { template } = this.#stack(stack);
    const refused = (id: string): never => {
      throw new Error(
        `Template error: Unresolved dependencies [${id}]. Cannot reference resources in the Conditions block`,
      );
    };
    const scope: Scope = {
      ...this.#scope(stack),
      attribute: refused,
      reference: (name) => (name in (template.Resources ?? {}) ? refused(name) : this.#reference(stack, name)),
    };
    const { Conditions: all = {} } = this.#template(stack);
    const conditions = new Conditions(all, scope);
    this.#conditions.set(stack, conditions);
    return conditions;
  }

  #reference(stack: string, name: string): unknown {
    const own = this.#stack(stack);
    if (Object.hasOwn(own.template.Parameters ?? {}, name)) return this.#parameter(stack, name);
    const nested = this.#nested(stack, name);
    return (
      pseudoParameter(name, own) ??
      (nested === undefined ? this.#given.resources?.[`${stack}.${name}`] : stackIdOf(this.#stack(nested))) ??
      this.#deployedOnly(stack, name, () => this.ref(stack, name))
    );
  }

  #parameter(stack: string, name: string): string | string[] {
    const parameter = this.#stack(stack).template.Parameters?.[name] ?? {};
    const value = this.#textOfParameter(stack, name);
    if (value === undefined) {
      throw new Error(`the parameter ${name} has no default: give it a value, with --parameters ${name}=VALUE`);
    }
    const text = String(value);
    return parameterValue(name, parameter, isSsmValue(parameter) ? this.#ssm(text) : text);
  }

  #textOfParameter(stack: string, name: string): unknown {
    const own = this.#stack(stack);
    const passed = own.parent && this.#passed(own.parent, name);
    return textOfParameter([stack, own], name, passed, this.#given.parameters);
  }

  /** What a parent passes to a parameter of its nested stack. */
  #passed({ stack, id }: { stack: string; id: string }, name: string): string | undefined {
    const { Parameters = {} } = (this.#resource(stack, id).Properties ?? {}) as {
      Parameters?: Record<string, unknown>;
    };
    if (!Object.hasOwn(Parameters, name)) return undefined;
    const value = this.#property(stack, Parameters[name]);
    return value === undefined ? undefined : [value].flat().join(',');
  }

  #attribute(stack: string, id: string, attribute: string): unknown {
    const nested = this.#nested(stack, id);
    if (nested !== undefined && attribute.startsWith('Outputs.')) {
      return this.#output(nested, attribute.slice('Outputs.'.length));
    }
    const carried = crossRegionExport(this.#stacks, this.#template(stack).Resources?.[id]?.Type, attribute);
    if (carried) return this.resolve(carried.stack, carried.value);
    const given = this.#given.resources?.[`${stack}.${id}.${attribute}`];
    return given ?? this.#deployedOnly(stack, id, () => attributeOf(this.#deployed(stack, id), attribute));
  }

  /** A value of a resource, which has to be one that is deployed. */
  #deployedOnly(stack: string, id: string, value: () => string): string {
    const { Condition } = this.#resource(stack, id);
    if (!this.#isOn(stack, Condition)) {
      throw new Error(`Template error: unresolved resource dependency ${id}: its condition is false`);
    }
    return this.#once(`${stack}.${id}`, () => {
      try {
        return value();
      } catch (error) {
        const { message } = error as Error;
        if (!message.startsWith('local mode does not know')) throw error;
        throw new Error(`${message}. Give the value in cdk.local.json, under "resources"`);
      }
    });
  }

  #nested(stack: string, id: string): string | undefined {
    return [...this.#stacks].find(([, { parent }]) => parent?.stack === stack && parent.id === id)?.[0];
  }

  #output(stack: string, output: string): unknown {
    const found = this.#outputs(stack)[output];
    if (!found) throw new Error(`stack ${stack} has no output ${output}`);
    return this.resolve(stack, found.Value);
  }

  /** The outputs that there are: those without a condition, or with one that is true. */
  #outputs(stack: string): NonNullable<AssemblyStack['template']['Outputs']> {
    const { Outputs = {} } = this.#template(stack);
    return Object.fromEntries(Object.entries(Outputs).filter(([, { Condition }]) => this.#isOn(stack, Condition)));
  }

  #exported(name: string): unknown {
    for (const stack of this.#stacks.keys()) {
      for (const { Export, Value } of Object.values(this.#outputs(stack))) {
        if (Export && this.resolve(stack, Export.Name) === name) return this.resolve(stack, Value);
      }
    }
    const given = this.#given.exports?.[name];
    if (given !== undefined) return given;
    throw new Error(`no stack exports ${name}. Give its value in cdk.local.json, under "exports"`);
  }

  /** The value of a parameter of Systems Manager: given, or of a template. */
  #ssm(name: string): string {
    const given = this.#given.ssm?.[name];
    if (given !== undefined) return given;
    for (const stack of this.#stacks.keys()) {
      for (const [id, { Type }] of Object.entries(this.#template(stack).Resources ?? {})) {
        if (Type !== 'AWS::SSM::Parameter' || this.name(stack, id) !== name) continue;
        return this.#deployedOnly(stack, id, () => String(this.property(stack, id, 'Value')));
      }
    }
    throw new Error(`no stack has the SSM parameter ${name}: give it a value, with --ssm ${name}=VALUE`);
  }

  #named(stackName: string): string {
    const found = [...this.#stacks].find(([, { name }]) => name === stackName);
    if (!found) throw new Error(`no stack of the app is named ${stackName}`);
    return found[0];
  }

  #stack(stack: string): AssemblyStack {
    const found = this.#stacks.get(stack);
    if (!found) throw new Error(`no stack is named ${stack}`);
    return found;
  }

  #template(stack: string): Template {
    const template = this.#templates.get(stack) ?? expandLoops(this.#stack(stack).template, this.#scope(stack));
    this.#templates.set(stack, template);
    return template;
  }

  #resource(stack: string, id: string): TemplateResource {
    const { Resources = {} } = this.#template(stack);
    if (!Object.hasOwn(Resources, id)) throw new Error(`no resource or parameter is named ${id}`);
    return Resources[id] as TemplateResource;
  }

  /** A deployment checks all parameters, also those that nothing refers to. */
  #checkParameters(): void {
    for (const [stack, { template, parent }] of this.#stacks) {
      for (const [name, parameter] of Object.entries(template.Parameters ?? {})) {
        // What a parent passes is checked where it is used: it may not be known here.
        if (parent || isSsmValue(parameter) || this.#textOfParameter(stack, name) === undefined) continue;
        this.#labelled(`Stack ${stack}`, () => this.#parameter(stack, name));
      }
    }
  }

  #once<T>(what: string, value: () => T): T {
    if (this.#resolving.has(what)) throw new Error(`Template error: circular dependency: ${what}`);
    this.#resolving.add(what);
    try {
      return value();
    } finally {
      this.#resolving.delete(what);
    }
  }

  #labelled<T>(label: string, value: () => T): T {
    try {
      return value();
    } catch (error) {
      throw new Error(`${label}: ${(error as Error).message}`);
    }
  }
}
