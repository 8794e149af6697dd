import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '../support/synth.ts';
import { COUNTED, type Depth, GIVES, INTRINSIC, templateSchema } from './property-schema.ts';
import { providerSchemas } from './provider-schemas.ts';

/** Keywords of CloudFormation's registry that say nothing of a value in a template. */
const ANNOTATIONS = [
  ...['primaryIdentifier', 'additionalIdentifiers', 'createOnlyProperties', 'conditionalCreateOnlyProperties'],
  ...['readOnlyProperties', 'writeOnlyProperties', 'deprecatedProperties', 'insertionOrder', 'handlers', 'sourceUrl'],
  ...['tagging', 'taggable', 'relationshipRef', 'propertyTransform', 'replacementStrategy', 'typeName'],
  // Which resource's attribute a value is: cfn-lint itself looks at those.
  'maxUniqueItems',
];

/** What an intrinsic function gives; those that are missing can give anything. */
const INTRINSIC_TYPES: Record<string, 'array' | 'string'> = {
  ...{ 'Fn::Split': 'array', 'Fn::GetAZs': 'array', 'Fn::Cidr': 'array' },
  ...{ Ref: 'string', 'Fn::Join': 'string', 'Fn::Sub': 'string', 'Fn::Base64': 'string', 'Fn::ImportValue': 'string' },
  ...{ 'Fn::Select': 'string', 'Fn::GetStackOutput': 'string', 'Fn::ToJsonString': 'string' },
};
/** CloudFormation converts a text into these. */
const SCALARS = ['string', 'number', 'integer', 'boolean'];

/** What was found in one resource. */
export interface Examined {
  /** `/MessageRetentionPeriod must be <= 1209600` */
  faults: string[];
  /** How much of each property that is set was checked, by its path. */
  depths: Map<string, Depth>;
}

/** Checks properties of resources by CloudFormation's schemas. */
export class PropertyValidator {
  readonly #ajv = this.#made();
  readonly #validators = new Map<string, ValidateFunction>();
  #depths = new Map<string, Depth>();

  /** Reads the schemas of types, before they can be examined. @throws where CloudFormation has no such type */
  learn(types: Iterable<string>): void {
    const missing = [...new Set(types)].filter((type) => !this.#validators.has(type));
    if (missing.length === 0) return;
    const { schemas } = providerSchemas(missing);
    for (const type of missing) {
      const schema = schemas[type];
      if (!schema) throw new Error(`${type}: CloudFormation has no such type`);
      this.#validators.set(type, this.#ajv.compile(templateSchema(schema)));
    }
  }

  examine(type: string, properties: Json): Examined {
    const validate = this.#validators.get(type);
    if (!validate) throw new Error(`${type}: expected a type that was learnt`);
    this.#depths = new Map();
    validate(properties);
    return { faults: faultsOf(validate.errors ?? []), depths: this.#depths };
  }

  #made(): Ajv2020 {
    const ajv = new Ajv2020({
      // A keyword that neither JSON Schema nor this file knows is an error.
      strictSchema: true,
      strictTypes: false,
      strictTuples: false,
      strictRequired: false,
      allErrors: true,
      // `AWS::SQS::Queue.Arn`: cfn-lint itself looks at those.
      validateFormats: false,
      code: { regExp: Object.assign(expressionOf, { code: 'expressionOf' }) },
    });
    ajv.addVocabulary(ANNOTATIONS);
    ajv.addKeyword({ keyword: INTRINSIC, validate: (_: true, value: unknown) => functionOf(value) !== undefined });
    ajv.addKeyword({ keyword: GIVES, validate: canGive, error: { message: 'must not be this intrinsic function' } });
    ajv.addKeyword({
      keyword: COUNTED,
      validate: (depth: Depth, value: unknown, _schema, context) =>
        this.#count(context?.instancePath ?? '', typeof value === 'object' || depth === 'type' ? depth : 'value'),
    });
    const own = <Names, Value>(keyword: string, holds: (names: Names, value: Value) => boolean): void =>
      void ajv.addKeyword({ keyword, validate: holds, error: { message: `must hold to ${keyword}` } });
    const present = (names: string[], value: Json): number => names.filter((name) => name in value).length;
    own('requiredXor', (names: string[], value: Json) => present(names, value) === 1);
    own('requiredOr', (names: string[], value: Json) => present(names, value) > 0);
    own('dependentExcluded', (excluded: Record<string, string[]>, value: Json) =>
      Object.entries(excluded).every(([name, others]) => !(name in value) || present(others, value) === 0),
    );
    own('enumCaseInsensitive', (values: string[], value: unknown) =>
      values.some((each) => each.toLowerCase() === String(value).toLowerCase()),
    );
    own('uniqueKeys', (keys: string[], items: Json[]) => {
      const names = items.map((item) => JSON.stringify(keys.map((key) => item[key])));
      return new Set(names).size === names.length;
    });
    return ajv;
  }

  /** A property that several parts of a schema describe counts by the one that says most. */
  #count(path: string, depth: Depth): true {
    if (depth !== 'nothing' || !this.#depths.has(path)) this.#depths.set(path, depth);
    return true;
  }
}

/** The name of an intrinsic function; `undefined` for a value. */
function functionOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  return name !== undefined && others.length === 0 && /^(Ref$|Fn::)/.test(name) ? name : undefined;
}

function canGive(types: string[], value: Json): boolean {
  const gives = INTRINSIC_TYPES[functionOf(value) ?? ''];
  if (gives === undefined || types.length === 0 || value.Ref === 'AWS::NoValue') return true;
  return gives === 'array' ? types.includes('array') : types.some((type) => SCALARS.includes(type));
}

/** Patterns of AWS are Java's and Python's: `\Z` is the end, and any character may have a backslash. */
function expressionOf(pattern: string, flags: string): RegExp {
  const own = pattern.replaceAll('\\Z', '$');
  try {
    return new RegExp(own, flags);
  } catch {
    return new RegExp(own);
  }
}

/** Without the remark that one of the two branches for intrinsic functions was taken. */
function faultsOf(errors: readonly ErrorObject[]): string[] {
  const own = errors.filter(({ keyword }) => keyword !== 'if');
  const texts = own.map(({ instancePath, message, params }) => {
    const { additionalProperty, allowedValues } = params as { additionalProperty?: string; allowedValues?: unknown[] };
    const more = [additionalProperty, allowedValues?.join(', ')].filter((text) => text !== undefined);
    return [instancePath || '/', message, ...more].join(' ');
  });
  return [...new Set(texts)];
}
