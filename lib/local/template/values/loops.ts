import { evaluate, type Scope } from './evaluate.ts';

const LOOP = 'Fn::ForEach::';
type Bindings = Readonly<Record<string, string>>;

/**
 * Expands `Fn::ForEach` in the sections that may have it.
 *
 * @param scope of the template's parameters and mappings: what a collection may refer to
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 */
export function expandLoops<T extends object>(template: T, scope: Scope): T {
  if (!JSON.stringify(template).includes(LOOP)) return template;
  if (!scope.hasLanguageExtensions) {
    throw new Error('Fn::ForEach needs `Transform: AWS::LanguageExtensions`, which the template does not declare');
  }
  return expand(template, {}, scope) as T;
}

function expand(value: unknown, bindings: Bindings, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((element) => expand(element, bindings, scope));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[key, argument] = ['', undefined]] = entries;
  if (entries.length === 1 && key === 'Ref' && typeof argument === 'string' && Object.hasOwn(bindings, argument)) {
    return bindings[argument];
  }
  if (entries.length === 1 && key === 'Fn::Sub') return { [key]: substituted(argument, bindings, scope) };
  return Object.fromEntries(
    entries.flatMap(([name, inner]) =>
      name.startsWith(LOOP) ? loop(name, inner, bindings, scope) : [[name, expand(inner, bindings, scope)]],
    ),
  );
}

function loop(name: string, argument: unknown, bindings: Bindings, scope: Scope): [string, unknown][] {
  const [identifier, collection, body] = Array.isArray(argument) ? (argument as unknown[]) : [];
  const items = evaluate(expand(collection, bindings, scope), scope);
  if (typeof identifier !== 'string' || !Array.isArray(items) || typeof body !== 'object' || body === null) {
    throw new Error(`Template error: ${name} needs an identifier, a list, and what to repeat`);
  }
  return items.map(String).flatMap((item) => {
    const inner = { ...bindings, [identifier]: item };
    return Object.entries(body).flatMap(([key, value]): [string, unknown][] =>
      key.startsWith(LOOP) ? loop(key, value, inner, scope) : [[filled(key, inner), expand(value, inner, scope)]],
    );
  });
}

/** In a key `&{Name}` stands for the item without what a logical id may not contain. */
function filled(text: string, bindings: Bindings): string {
  return text.replace(/([$&])\{([^!}][^}]*)\}/g, (whole, form: string, name: string) => {
    const item = bindings[name];
    if (item === undefined) return whole;
    return form === '&' ? item.replace(/[^0-9A-Za-z]/g, '') : item;
  });
}

/** The text of `Fn::Sub`, with the loop's variables filled in. */
function substituted(argument: unknown, bindings: Bindings, scope: Scope): unknown {
  const fill = (text: unknown): unknown =>
    typeof text === 'string'
      ? text.replace(/\$\{([^!}][^}]*)\}/g, (whole, name: string) => bindings[name] ?? whole)
      : text;
  if (!Array.isArray(argument)) return fill(argument);
  const [text, variables] = argument as unknown[];
  return [fill(text), expand(variables, bindings, scope)];
}
