import { cidrBlocks } from './fn-cidr.ts';

/** Marks a property that CloudFormation treats as absent. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** What the functions of one template refer to. */
export interface Scope {
  region: string;
  /** The template declares the transform that brings `Fn::Length`, `Fn::ToJsonString` and the default of `Fn::FindInMap`. */
  hasLanguageExtensions: boolean;
  /** `Ref`: of a parameter, a pseudo parameter or a resource. */
  reference(name: string): unknown;
  attribute(id: string, name: string): unknown;
  /** Whether a condition of the template, by its name, is true. */
  isTrue(condition: string): boolean;
  /** `undefined` where the map has no such keys. @throws where there is no such map */
  mapped(map: string, topLevelKey: string, secondLevelKey: string): unknown;
  exported(name: string): unknown;
  stackOutput(stackName: string, output: string): unknown;
}

type Function = (argument: unknown, scope: Scope) => unknown;

/**
 * Evaluates a template's value as CloudFormation does: intrinsic functions become text, numbers and lists, and what is
 * `AWS::NoValue` is removed.
 *
 * @returns `NO_VALUE` where the whole value is to be removed
 * @throws where CloudFormation would refuse the template, in its words if they are known, or where the value is not
 * known on this machine
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => evaluate(element, scope)).filter((element) => element !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const name = entries.length === 1 ? entries[0]?.[0] : entries.find(([key]) => key.startsWith('Fn::'))?.[0];
  if (name !== undefined && isFunction(name)) {
    const [, argument] = entries[0] as [string, unknown];
    if (entries.length > 1) {
      throw new Error(`Template error: ${name} stands beside other keys (${Object.keys(value).join(', ')})`);
    }
    const evaluateFunction = FUNCTIONS[name];
    if (!evaluateFunction) throw new Error(`local mode cannot resolve ${JSON.stringify(value).slice(0, 300)}`);
    return evaluateFunction(argument, scope);
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, evaluate(inner, scope)]).filter(([, inner]) => inner !== NO_VALUE),
  );
}

function isFunction(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

const FUNCTIONS: Record<string, Function> = {
  Ref: (argument, scope) => {
    const name = nameIn(argument, scope);
    if (typeof name !== 'string') throw needs('Ref', 'a name', argument);
    return name === 'AWS::NoValue' ? NO_VALUE : scope.reference(name);
  },

  'Fn::GetAtt': (argument, scope) => {
    const [resource, name] = typeof argument === 'string' ? splitOnce(argument) : (argument as unknown[]);
    const id = nameIn(resource, scope);
    const attribute = evaluate(name, scope);
    if (typeof id !== 'string' || typeof attribute !== 'string' || attribute === '') {
      throw needs('Fn::GetAtt', 'a resource and the name of its attribute', argument);
    }
    return scope.attribute(id, attribute);
  },

  'Fn::Join': (argument, scope) => {
    const [separator, parts] = argumentsOf('Fn::Join', argument, 2);
    const list = evaluate(parts, scope);
    if (typeof separator !== 'string' || !isListOfText(list)) {
      throw needs('Fn::Join', '(1) a string delimiter and (2) a list of strings to be joined', argument);
    }
    return list.map(String).join(separator);
  },

  'Fn::Split': (argument, scope) => {
    const [separator, source] = argumentsOf('Fn::Split', argument, 2);
    const text = evaluate(source, scope);
    if (typeof separator !== 'string' || separator === '' || !isText(text)) {
      throw needs('Fn::Split', '(1) a string delimiter and (2) a string to be split', argument);
    }
    return String(text).split(separator);
  },

  'Fn::Select': (argument, scope) => {
    const [which, choices] = argumentsOf('Fn::Select', argument, 2);
    const index = evaluate(which, scope);
    const list = evaluate(choices, scope);
    if (!/^\d+$/.test(String(index)) || !Array.isArray(list)) {
      throw needs('Fn::Select', '(1) an index and (2) a list to select from', argument);
    }
    if (Number(index) >= list.length) {
      throw new Error(`Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`);
    }
    return list[Number(index)];
  },

  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = argumentsOf('Fn::If', argument, 3);
    if (typeof condition !== 'string') throw needs('Fn::If', 'the name of a condition first', argument);
    return evaluate(scope.isTrue(condition) ? yes : no, scope);
  },

  'Fn::FindInMap': findInMap,

  'Fn::Base64': (argument, scope) => {
    const text = evaluate(argument, scope);
    if (!isText(text)) throw needs('Fn::Base64', 'a string', argument);
    return Buffer.from(String(text)).toString('base64');
  },

  'Fn::Sub': substitute,

  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = evaluate(argument, scope) as unknown[];
    if (bits === undefined)
      throw new Error('local mode needs the third argument of Fn::Cidr, the number of subnet bits');
    return cidrBlocks(String(block), Number(count), Number(bits));
  },

  'Fn::GetAZs': (argument, scope) => {
    const region = evaluate(argument, scope);
    // Each account has zones of its own. Nearly every region has three. Of another region AWS gives none.
    if (region !== '' && region !== scope.region) return [];
    return ['a', 'b', 'c'].map((zone) => `${scope.region}${zone}`);
  },

  'Fn::GetStackOutput': (argument, scope) => {
    const { StackName, OutputName } = evaluate(argument, scope) as { StackName: string; OutputName: string };
    return scope.stackOutput(StackName, OutputName);
  },

  'Fn::ImportValue': (argument, scope) => {
    const name = evaluate(argument, scope);
    if (!isText(name)) throw needs('Fn::ImportValue', 'the name of an export', argument);
    return scope.exported(String(name));
  },

  'Fn::Length': (argument, scope) => {
    requireExtensions('Fn::Length', scope);
    const list = evaluate(argument, scope);
    if (!Array.isArray(list)) throw needs('Fn::Length', 'a list', argument);
    return list.length;
  },

  'Fn::ToJsonString': (argument, scope) => {
    requireExtensions('Fn::ToJsonString', scope);
    const value = evaluate(argument, scope);
    if (typeof value !== 'object') throw needs('Fn::ToJsonString', 'an object or a list', argument);
    return JSON.stringify(value);
  },
};

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, top, second, options] = Array.isArray(argument) ? (argument as unknown[]) : [];
  const keys = [map, top, second].map((key) => evaluate(key, scope));
  if (!keys.every(isText)) {
    throw needs('Fn::FindInMap', 'the map name, map key and the attribute for return value', argument);
  }
  const [name, topLevelKey, secondLevelKey] = keys.map(String) as [string, string, string];
  const found = scope.mapped(name, topLevelKey, secondLevelKey);
  if (found !== undefined) return found;
  if (typeof options === 'object' && options !== null && 'DefaultValue' in options) {
    requireExtensions('The default value of Fn::FindInMap', scope);
    return evaluate(options.DefaultValue, scope);
  }
  throw new Error(`Template error: Unable to get mapping for ${name}::${topLevelKey}::${secondLevelKey}`);
}

/** `${!Name}` is the text `${Name}`. */
function substitute(argument: unknown, scope: Scope): string {
  const [text, variables = {}] = (typeof argument === 'string' ? [argument] : argument) as [string, object?];
  if (typeof text !== 'string' || typeof variables !== 'object' || variables === null) {
    throw needs('Fn::Sub', 'a string, and at most a map of its variables', argument);
  }
  const values = evaluate(variables, scope) as Record<string, unknown>;
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (!/^[\w.:]+$/.test(name)) {
      throw new Error(
        'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, ' +
          `periods, and colons: ${name}`,
      );
    }
    const value = Object.hasOwn(values, name) ? values[name] : referenceOf(name, scope);
    if (!isText(value)) {
      throw new Error(`Template error: variable ${name} in Fn::Sub expression does not resolve to a string`);
    }
    return String(value);
  });
}

function referenceOf(name: string, scope: Scope): unknown {
  return name.includes('.') ? scope.attribute(...splitOnce(name)) : scope.reference(name);
}

/** With the language extensions, a function can give the name of a resource. */
function nameIn(argument: unknown, scope: Scope): unknown {
  return scope.hasLanguageExtensions ? evaluate(argument, scope) : argument;
}

function argumentsOf(name: string, argument: unknown, count: number): unknown[] {
  if (Array.isArray(argument) && argument.length === count) return argument;
  throw needs(name, `a list of ${count}`, argument);
}

function requireExtensions(what: string, { hasLanguageExtensions }: Scope): void {
  if (hasLanguageExtensions) return;
  throw new Error(`${what} needs \`Transform: AWS::LanguageExtensions\`, which the template does not declare`);
}

function needs(name: string, what: string, argument: unknown): Error {
  return new Error(`Template error: ${name} needs ${what}, got ${show(argument)}`);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
}

/** What CloudFormation takes where it expects a string. */
export function isText(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isListOfText(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every(isText);
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('.');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
