import type { LocalDeployment } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';

/** Types whose names are unique in one region of an account. */
const NAMED = ['AWS::Events::EventBus', 'AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::SecretsManager::Secret'];

/**
 * Two stacks may deploy resources of one name, to two accounts or regions. Local mode is one account and region.
 *
 * @throws naming both stacks and how to choose one
 */
export function refuseDoubles(parts: readonly TemplatePart[]): void {
  const seen = new Map<string, TemplatePart>();
  for (const part of parts) {
    if (!NAMED.includes(part.type)) continue;
    const key = `${part.type} ${part.name}`;
    const first = seen.get(key);
    if (first) {
      throw new Error(
        `The stacks ${first.stack} and ${part.stack} both deploy ${part.name}, an ${part.type}. Local mode runs the stacks ` +
          `of one account and region: choose them, such as --stack '${choiceFor(first.stack)}'`,
      );
    }
    seen.set(key, part);
  }
}

/** All stacks of its stage, or the stack itself. */
function choiceFor(stack: string): string {
  return stack.includes('/') ? `${stack.split('/')[0]}/*` : stack;
}

/** Where resources of one kind have the same title, each gets its whole path, and its stack's too if that is not enough. */
export function distinctTitles(parts: readonly TemplatePart[], deployment: LocalDeployment): void {
  for (const [kind, type] of [
    ['functions', 'AWS::Lambda::Function'],
    ['rules', 'AWS::Events::Rule'],
    ['queues', 'AWS::SQS::Queue'],
  ] as const) {
    const own = parts.filter((part) => part.type === type);
    const all: { arn: string; title: string }[] = deployment[kind];
    for (const titleOf of [ownTitle, (part: TemplatePart) => part.path, stackTitle]) {
      const titles = all.map(({ title }) => title);
      const double = all.filter(({ title }) => titles.indexOf(title) !== titles.lastIndexOf(title));
      for (const one of double) {
        const part = own.find(({ arn }) => arn === one.arn);
        if (part) one.title = titleOf(part);
      }
    }
  }
}

/** Of `Ivr/Function` and `Ivr/Dispatcher/Function`, which a flow has: Ivr, and Ivr/Dispatcher. */
function ownTitle({ path }: TemplatePart): string {
  return path.replace(/\/Function$/, '');
}

function stackTitle({ stack, path }: TemplatePart): string {
  return `${stack}/${path}`;
}
