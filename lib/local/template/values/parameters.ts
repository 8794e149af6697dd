import type { TemplateParameter } from '../cloud-assembly.ts';

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.*)>$/;

/** Whether a parameter's text is the name of a parameter of Systems Manager, whose value it stands for. */
export function isSsmValue({ Type = 'String' }: TemplateParameter): boolean {
  return SSM_VALUE.test(Type);
}

/**
 * What `Ref` of a parameter gives: text, a number's too; of a list type the list of its trimmed members.
 *
 * @param text the value given for it, or its default; of an SSM type what Systems Manager has
 * @throws where the value does not satisfy the parameter's constraints. Values of `NoEcho` parameters are not shown
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export function parameterValue(name: string, parameter: TemplateParameter, text: string): string | string[] {
  const { Type = 'String' } = parameter;
  const type = SSM_VALUE.exec(Type)?.[1] ?? Type;
  const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
  const members = isList ? text.split(',').map((member) => member.trim()) : [text];
  const fault = members.map((member) => faultOf(member, type, parameter)).find((each) => each !== undefined);
  if (fault !== undefined) {
    const shown = String(parameter.NoEcho) === 'true' ? '****' : text;
    throw new Error(`Parameter ${name}: ${parameter.ConstraintDescription ?? fault}, got ${JSON.stringify(shown)}`);
  }
  return isList ? members : text;
}

function faultOf(text: string, type: string, parameter: TemplateParameter): string | undefined {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = parameter;
  const isNumber = type === 'Number' || type === 'List<Number>';
  if (isNumber && (text.trim() === '' || Number.isNaN(Number(text)))) return 'expected a number';
  if (AllowedValues && !AllowedValues.map(String).includes(text)) return `expected one of ${AllowedValues.join(', ')}`;
  if (AllowedPattern !== undefined && !isNumber && !matchesWhole(AllowedPattern, text)) {
    return `expected a value that matches ${AllowedPattern}`;
  }
  if (isNumber && MinValue !== undefined && Number(text) < Number(MinValue)) return `expected at least ${MinValue}`;
  if (isNumber && MaxValue !== undefined && Number(text) > Number(MaxValue)) return `expected at most ${MaxValue}`;
  if (type !== 'String') return undefined;
  if (MinLength !== undefined && text.length < Number(MinLength)) return `expected at least ${MinLength} characters`;
  if (MaxLength !== undefined && text.length > Number(MaxLength)) return `expected at most ${MaxLength} characters`;
  return undefined;
}

function matchesWhole(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return true; // Java's expressions have forms that JavaScript's do not
  }
}
