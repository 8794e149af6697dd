import { operations } from '../ari/generated/operations.ts';
import { commands } from './commands/commands.ts';
import { type CommandResult, Params } from './commands/params.ts';
import { Refusal, UnsupportedOperationError } from './refusal.ts';
import type { World } from './world.ts';

/** A command as it comes in, over whatever way. */
export interface CommandRequest {
  method: string;
  /** Path below the ARI root, encoded. */
  path: string;
  query: URLSearchParams;
  /** The parsed JSON body; Asterisk takes its keys for parameters, as it takes the query's. */
  body?: unknown;
}

/** A command as it was asked for and answered, for those who watch. */
export interface ServedCommand {
  operation: string;
  path: string;
  status: number;
}

/** Every operation of ARI as a way to recognize it in a request. Literal paths before those with parameters. */
const ROUTES = Object.entries(operations)
  .flatMap(([resource, byName]) =>
    Object.entries(byName).map(([name, template]) => {
      const [method = '', path = ''] = template.split(' ');
      const pattern = path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
      return { method, operation: `${resource}.${name}`, pattern: new RegExp(`^${pattern}$`), path };
    }),
  )
  .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length);

/** Finds the command that a request asks for, carries it out, and answers as Asterisk does. */
export class Router {
  readonly #world: World;
  readonly #onCommand: (command: ServedCommand) => void;
  /** Statuses to answer in place of carrying a command out, by operation. */
  readonly #failures = new Map<string, number[]>();

  constructor(world: World, onCommand: (command: ServedCommand) => void) {
    this.#world = world;
    this.#onCommand = onCommand;
  }

  failNext(operation: string, statuses: number[]): void {
    this.#failures.set(operation, statuses);
  }

  /** @throws UnsupportedOperationError for a command that the simulator does not have */
  async answer({ method, path, query, body }: CommandRequest): Promise<CommandResult> {
    for (const route of ROUTES) {
      const match = method === route.method ? route.pattern.exec(path) : null;
      if (!match) continue;
      const params = new Params(decoded(match.groups ?? {}), query, body);
      const result = await this.#run(route.operation, params);
      this.#onCommand({ operation: route.operation, path, status: result[0] });
      return result;
    }
    const known = ROUTES.some(({ pattern }) => pattern.test(path));
    return known ? [405, { message: 'Invalid method' }] : [404, { message: 'Resource not found' }];
  }

  async #run(operation: string, params: Params): Promise<CommandResult> {
    const failure = this.#failures.get(operation)?.shift();
    if (failure !== undefined) return [failure, { message: 'This failure was asked for' }];
    const command = commands[operation];
    if (!command) throw new UnsupportedOperationError(operation);
    try {
      return await command(this.#world, params);
    } catch (error) {
      if (error instanceof Refusal) return [error.status, error.body];
      throw error;
    }
  }
}

function decoded(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}
