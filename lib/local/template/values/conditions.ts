import { evaluate, isText, type Scope } from './evaluate.ts';

/** The conditions of a template, each evaluated once. */
export class Conditions {
  readonly #conditions: Readonly<Record<string, unknown>>;
  readonly #scope: Scope;
  readonly #known = new Map<string, boolean | undefined>();

  /** @param scope refers to no resources, as CloudFormation allows it in conditions */
  constructor(conditions: Readonly<Record<string, unknown>>, scope: Scope) {
    this.#conditions = conditions;
    this.#scope = scope;
  }

  /** @throws where there is no such condition, or where it depends on itself */
  isTrue(name: string): boolean {
    if (!Object.hasOwn(this.#conditions, name)) {
      throw new Error(`Template error: unresolved condition dependency ${name}`);
    }
    if (!this.#known.has(name)) {
      this.#known.set(name, undefined);
      this.#known.set(name, this.#evaluate(this.#conditions[name]));
    }
    const value = this.#known.get(name);
    if (value === undefined) throw new Error(`Template error: the condition ${name} depends on itself`);
    return value;
  }

  #evaluate(condition: unknown): boolean {
    const [[name, argument] = ['', undefined], ...others] = Object.entries((condition ?? {}) as object);
    const refused = (): Error =>
      new Error(`Template error: the condition ${JSON.stringify(condition)} cannot be evaluated`);
    if (others.length > 0) throw refused();
    if (name === 'Condition' && typeof argument === 'string') return this.isTrue(argument);
    if (!Array.isArray(argument)) throw refused();
    const each = (min: number, max: number): boolean[] => {
      if (argument.length < min || argument.length > max) {
        throw new Error(`Template error: ${name} needs ${min === max ? min : `${min} to ${max}`} conditions`);
      }
      return argument.map((inner) => this.#evaluate(inner));
    };
    switch (name) {
      case 'Fn::Equals': {
        if (argument.length !== 2) throw new Error('Template error: Fn::Equals needs two values');
        const [left, right] = argument.map((value) => comparable(evaluate(value, this.#scope)));
        return left === right;
      }
      case 'Fn::And':
        return each(2, 10).every(Boolean);
      case 'Fn::Or':
        return each(2, 10).some(Boolean);
      case 'Fn::Not':
        return !each(1, 1)[0];
      default:
        throw refused();
    }
  }
}

/** CloudFormation compares texts: the number 1 equals "1". */
function comparable(value: unknown): string {
  if (isText(value)) return String(value);
  return JSON.stringify(value, (_, inner: unknown) => (isText(inner) ? String(inner) : inner));
}
