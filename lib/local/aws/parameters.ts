import type { LocalParameter } from '../template/index.ts';
import { required, ServiceError, shapeError } from './service-error.ts';

type Input = Record<string, unknown>;

/** The parameters of Systems Manager that templates have or the developer gives, to read. */
export class Parameters {
  readonly #parameters = new Map<string, LocalParameter>();
  readonly #since = Date.now() / 1000;

  /** Replaces the set of parameters. */
  apply(parameters: readonly LocalParameter[]): void {
    this.#parameters.clear();
    for (const parameter of parameters) this.#parameters.set(parameter.name, parameter);
  }

  /** @returns nothing where the operation is not served */
  call(operation: string, input: Input): object | undefined {
    switch (operation) {
      case 'GetParameter':
        return { Parameter: this.#shown(this.#find(required(input, 'Name'))) };
      case 'GetParameters':
        return this.#several(input);
      case 'GetParametersByPath':
        return this.#byPath(input);
      default:
        return undefined;
    }
  }

  #several({ Names }: Input): object {
    if (!Array.isArray(Names)) throw shapeError();
    const found = Names.map((name) => this.#parameters.get(String(name)));
    return {
      Parameters: found.flatMap((parameter) => (parameter ? [this.#shown(parameter)] : [])),
      InvalidParameters: Names.filter((_, index) => !found[index]),
    };
  }

  #byPath(input: Input): object {
    const path = required(input, 'Path').replace(/\/?$/, '/');
    const below = [...this.#parameters.values()].filter(
      ({ name }) => name.startsWith(path) && (input.Recursive === true || !name.slice(path.length).includes('/')),
    );
    return { Parameters: below.map((parameter) => this.#shown(parameter)) };
  }

  /** By name, by name and version, or by ARN. */
  #find(id: string): LocalParameter {
    const { 1: named = id } = /:parameter(\/.+)$/.exec(id) ?? [];
    const parameter = [named, named.slice(1)]
      .flatMap((name) => [name, name.replace(/:\d+$/, '')])
      .flatMap((name) => this.#parameters.get(name) ?? [])[0];
    if (parameter) return parameter;
    throw new ServiceError('ParameterNotFound', `Parameter ${id} not found.`);
  }

  #shown({ name, arn, type, value }: LocalParameter): object {
    return {
      ARN: arn,
      DataType: 'text',
      LastModifiedDate: this.#since,
      Name: name,
      Type: type,
      Value: value,
      Version: 1,
    };
  }
}
