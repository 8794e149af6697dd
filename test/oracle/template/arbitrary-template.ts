// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's own notation
import fc from 'fast-check';
import type { Template } from '../../../lib/local/template/cloud-assembly.ts';

/** A template, and the values of its parameters that are given. */
export interface Case {
  template: Template;
  parameters: Record<string, string>;
}

const rarely = <T>(one: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: one, weight: 1 }, { arbitrary: other, weight: 15 });

const word = fc.string({ unit: fc.constantFrom(...'abAB01 .,-_:/|$!}"\\'), maxLength: 8 });
const member = fc.string({ unit: fc.constantFrom(...'abc12 -'), maxLength: 4 });
const digits = fc.constantFrom('0', '1', '2', '3', '7', '12', '-1', '1.5');
const separator = fc.constantFrom(...[',', '-', '|', ', ', 'a', '.', ','], '');

const KEYS = ['k1', 'k2', 'us-east-1'];
const CONDITIONS = ['C0', 'C1', 'C2', 'C3'];
const PSEUDO = ['AWS::Region', 'AWS::AccountId', 'AWS::Partition', 'AWS::URLSuffix', 'AWS::StackName'];
const TEXT_PARAMETERS = ['Text', 'Size', 'Chosen'];

const ref = (name: string) => ({ Ref: name });
const NO_VALUE = ref('AWS::NoValue');
const textReference = fc.constantFrom(...TEXT_PARAMETERS, ...PSEUDO).map(ref);
const key = fc.constantFrom(...KEYS, ref('Text'), ref('AWS::Region'));

/** Fn::FindInMap of a field, with a default now and then. */
const found = (field: string, otherwise: fc.Arbitrary<unknown>) =>
  fc.tuple(key, fc.option(otherwise, { nil: undefined, freq: 20 })).map(([top, value]) => ({
    'Fn::FindInMap': ['Map', top, field, ...(value === undefined ? [] : [{ DefaultValue: value }])],
  }));

/** The text of an Fn::Sub, and the variables of its map. */
const substitution = (text: fc.Arbitrary<unknown>) =>
  fc
    .tuple(
      fc.array(
        fc.oneof(
          word,
          fc.constantFrom(...TEXT_PARAMETERS, ...PSEUDO, 'own').map((name) => `\${${name}}`),
          fc.constantFrom('${!Literal}', '${!AWS::Region}', '${!}', '$', '$$'),
        ),
        { maxLength: 5 },
      ),
      text,
    )
    .map(([pieces, own]) => {
      const all = pieces.join('');
      return { 'Fn::Sub': all.includes('${own}') ? [all, { own }] : all };
    });

const values = fc.letrec<{ text: unknown; list: unknown; value: unknown }>((tie) => {
  const [text, list, value] = [tie('text'), tie('list'), tie('value')];
  const condition = fc.constantFrom(...CONDITIONS);
  const either = (one: fc.Arbitrary<unknown>, other = one) =>
    fc.tuple(condition, one, other).map(([name, yes, no]) => ({ 'Fn::If': [name, yes, no] }));
  const index = rarely<unknown>(
    fc.oneof(fc.constantFrom<unknown>(1, 2, '1', 5, ref('Size')), found('number', digits)),
    fc.constantFrom(0, '0'),
  );
  return {
    text: fc.oneof(
      { maxDepth: 4 },
      word,
      textReference,
      fc.tuple(separator, list).map((parts) => ({ 'Fn::Join': parts })),
      fc.tuple(index, list).map((parts) => ({ 'Fn::Select': parts })),
      substitution(text),
      found('text', text),
      either(text),
      text.map((inner) => ({ 'Fn::Base64': inner })),
      value.map((inner) => ({ 'Fn::ToJsonString': [inner] })),
    ),
    list: fc.oneof(
      { maxDepth: 4 },
      fc.array(fc.oneof(text, either(text, fc.constant(NO_VALUE))), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(ref('List'), ref('Numbers')),
      fc.tuple(separator, text).map((parts) => ({ 'Fn::Split': parts })),
      found('list', fc.array(word, { maxLength: 3 })),
      either(list),
      fc.constantFrom('', 'us-east-1', 'eu-west-1', ref('AWS::Region')).map((region) => ({ 'Fn::GetAZs': region })),
      fc
        .tuple(
          rarely(
            fc.constantFrom('10.0.0.0/30', 'ten'),
            fc.constantFrom('10.0.0.0/16', '192.168.3.7/24', 'fd00:12::/48'),
          ),
          rarely<unknown>(fc.constantFrom(300, ref('Size')), fc.constantFrom(1, '2', 6)),
          rarely<unknown>(fc.constantFrom(40, 64), fc.constantFrom('5', 6, 4)),
        )
        .map((parts) => ({ 'Fn::Cidr': parts })),
    ),
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      list,
      fc.integer({ min: -9, max: 99 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'Arn'), fc.oneof(value, either(value, fc.constant(NO_VALUE))), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      fc
        .oneof(
          fc.array(fc.oneof(word, textReference), { maxLength: 4 }),
          fc.constant(ref('List')),
          fc.tuple(fc.constantFrom(',', '-'), word).map((parts) => ({ 'Fn::Split': parts })),
        )
        .map((inner) => ({ 'Fn::Length': inner })),
    ),
  };
});

const operand = fc.oneof(
  fc.constantFrom(...[...KEYS, 'true', '1', 1, 12, 'prod'], ...[...TEXT_PARAMETERS, 'AWS::Region'].map(ref)),
  found('text', word),
  substitution(word),
);

/** A condition may refer to those before it. */
function condition(before: readonly string[]): fc.Arbitrary<unknown> {
  const equals = fc.tuple(operand, operand).map((parts) => ({ 'Fn::Equals': parts }));
  const named = before.map((name) => ({ Condition: name }));
  const simple = named.length > 0 ? fc.oneof(equals, fc.constantFrom(...named)) : equals;
  return fc.oneof(
    simple,
    simple.map((one) => ({ 'Fn::Not': [one] })),
    fc.array(simple, { minLength: 2, maxLength: 3 }).map((all) => ({ 'Fn::And': all })),
    fc.array(simple, { minLength: 2, maxLength: 3 }).map((all) => ({ 'Fn::Or': all })),
  );
}

const conditions = fc
  .tuple(...CONDITIONS.map((_, index) => condition(CONDITIONS.slice(0, index))))
  .map((all) => Object.fromEntries(CONDITIONS.map((name, index) => [name, all[index]])));

/** Keys and fields are missing now and then. */
const mapping = fc.dictionary(
  fc.constantFrom(...KEYS),
  fc.record(
    { text: word, list: fc.array(word, { maxLength: 3 }), number: digits },
    { requiredKeys: [], noNullPrototype: true },
  ),
  { minKeys: 1, noNullPrototype: true },
);

const parameters = fc.record({
  Text: fc.constantFrom(...KEYS, 'prod', ''),
  Size: digits,
  Chosen: rarely(fc.constant('c'), fc.constantFrom('a', 'b')),
  List: fc.array(member, { maxLength: 4 }).map((members) => members.join(',')),
  Numbers: rarely(fc.constant('1,x'), fc.constantFrom('1,2', '80, 20', '7')),
});

const loop = fc.tuple(fc.uniqueArray(fc.constantFrom('a', 'b-1', 'c'), { maxLength: 3 }), values.text);

/** Templates whose values refer to parameters, mappings, conditions and each other in all ways that functions allow. */
export const arbitraryCase: fc.Arbitrary<Case> = fc
  .record({
    given: parameters,
    defaults: parameters,
    mapping,
    conditions,
    value: values.value,
    text: values.text,
    loop,
  })
  .map(({ given, defaults, mapping: map, conditions: all, value, text, loop: [items, repeated] }) => ({
    parameters: { Text: given.Text, Size: given.Size, List: given.List },
    template: {
      Transform: 'AWS::LanguageExtensions',
      Parameters: {
        Text: { Type: 'String', Default: defaults.Text, MaxLength: 9 },
        Size: { Type: 'Number', MinValue: -1, MaxValue: 12 },
        Chosen: { Type: 'String', Default: defaults.Chosen, AllowedValues: ['a', 'b'] },
        List: { Type: 'CommaDelimitedList' },
        Numbers: { Type: 'List<Number>', Default: defaults.Numbers },
      },
      Mappings: { Map: map },
      Conditions: all,
      Resources: {
        Main: { Type: 'AWS::CloudFormation::WaitConditionHandle', Properties: { value, text } },
        ...Object.fromEntries(
          CONDITIONS.map((name) => [
            `On${name}`,
            { Type: 'AWS::CloudFormation::WaitConditionHandle', Condition: name },
          ]),
        ),
        'Fn::ForEach::Each': [
          'Item',
          items,
          {
            'Made&{Item}': {
              Type: 'AWS::CloudFormation::WaitConditionHandle',
              Properties: { item: ref('Item'), text: { 'Fn::Sub': '${Item} of ${Text}' }, plain: '${Item}', repeated },
            },
          },
        ],
      } as unknown as NonNullable<Template['Resources']>,
    },
  }));
