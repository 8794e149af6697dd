/** A kind of template on which both implementations disagree, and what CloudFormation's documentation says of it. */
export interface Settled {
  /** Of the template's text, and of MiniStack's message. */
  applies(template: string, refused: string): boolean;
  /** The sentence by which ours is right. */
  quote: string;
  page: string;
}

const REFERENCE = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference';

/** MiniStack refuses these; ours gives a value. */
export const SETTLED: readonly Settled[] = [
  {
    // MiniStack counts a list only if each of its elements is known before the stack exists.
    applies: (template, refused) =>
      refused.includes('The Fn::Length value could not be resolved') && /"Fn::Length":\[[^\]]*AWS::/.test(template),
    quote:
      'The number of elements in the intrinsic function that returns an array or in the array passed to the function.',
    page: `${REFERENCE}/intrinsic-function-reference-length.html`,
  },
  {
    // MiniStack's transform evaluates what is in the branch that is not chosen.
    applies: (template, refused) =>
      /Transform AWS::LanguageExtensions failed with: Fn::Select|empty separator/.test(refused) &&
      template.includes('"Fn::If"'),
    quote: 'Returns one value if the specified condition evaluates to true and another value if it evaluates to false.',
    page: `${REFERENCE}/intrinsic-function-reference-conditions.html`,
  },
  {
    // The same for the default value of a key that is found.
    applies: (template, refused) =>
      /Transform AWS::LanguageExtensions failed with: Fn::Select|empty separator/.test(refused) &&
      template.includes('"DefaultValue"'),
    quote: 'The value that Fn::FindInMap will resolve to if the TopLevelKey and/or SecondLevelKey can not be found.',
    page: `${REFERENCE}/intrinsic-function-reference-findinmap-enhancements.html`,
  },
];
