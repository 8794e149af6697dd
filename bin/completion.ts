import { Argument, type Command, type Option } from 'commander';
import type { Session } from './session.ts';

/** `ari-eventbridge completion` @param program with all commands and their options */
export function completion(command: Command, program: Command, { say }: Session): void {
  command
    .summary('prints a completion script for bash or zsh')
    .description(
      'Prints a script that completes commands and options. It is for the shell in which ari-eventbridge is on the path:\n\n' +
        '  bash: source <(ari-eventbridge completion bash)   in ~/.bashrc\n' +
        '  zsh:  source <(ari-eventbridge completion zsh)    in ~/.zshrc, after compinit',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh']))
    .action((shell: 'bash' | 'zsh') => say(shell === 'bash' ? bash(program) : zsh(program)));
}

/** What follows a word: other words to choose from; `file` and `text` have no list. */
type Values = readonly string[] | 'file' | 'text' | 'nothing';

const namesOf = ({ short, long }: Option): string[] => [short, long].filter((name) => name !== undefined);
const optionsOf = (command: Command): Option[] => [...command.createHelp().visibleOptions(command)];

function valuesOf(given: Option | Argument): Values {
  const { argChoices } = given;
  if (argChoices) return argChoices;
  const text = 'flags' in given ? given.flags : `<${given.name()}>`;
  if (!text.includes('<')) return 'nothing';
  return /<(file|folder|files)>/.test(text) ? 'file' : 'text';
}

/** Where nothing is proposed, bash itself completes files. */
function bash(program: Command): string {
  const cases = program.commands.map((command) => {
    const options = optionsOf(command);
    const afterOption = options.flatMap((option) => {
      const values = valuesOf(option);
      if (values === 'nothing') return [];
      const words = typeof values === 'string' ? '' : values.join(' ');
      return [`        ${namesOf(option).join(' | ')}) words='${words}' ;;`];
    });
    const argument = command.registeredArguments[0];
    const choices = argument ? valuesOf(argument) : 'nothing';
    const words = [...(Array.isArray(choices) ? choices : []), ...options.flatMap(namesOf)];
    return `    ${command.name()})
      case $previous in
${[...afterOption, `        *) words='${words.join(' ')}' ;;`].join('\n')}
      esac
      ;;`;
  });
  const names = program.commands.map((command) => command.name());
  return `_ari_eventbridge() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= words=
  [ "$COMP_CWORD" -gt 1 ] && command=\${COMP_WORDS[1]}
  case $command in
    '' | help) words='${[...names, 'help', ...optionsOf(program).flatMap(namesOf)].join(' ')}' ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _ari_eventbridge ari-eventbridge
`;
}

function zsh(program: Command): string {
  const cases = program.commands.map((command) => {
    const specs = [
      ...optionsOf(command).flatMap((option) =>
        namesOf(option).map(
          (name) => `${name}[${escaped(option.description)}]${action(valuesOf(option), option.long)}`,
        ),
      ),
      ...command.registeredArguments.map(
        (argument) => `${argument.variadic ? '*' : ''}${action(valuesOf(argument), argument.name())}`,
      ),
    ];
    return `        ${command.name()}) _arguments ${specs.map((spec) => `\\\n          ${quoted(spec)}`).join(' ')} ;;`;
  });
  const names = program.commands.map((command) => quoted(`${command.name()}:${escaped(command.summary())}`));
  const own = optionsOf(program).flatMap((option) =>
    namesOf(option).map((name) => quoted(`${name}[${escaped(option.description)}]`)),
  );
  return `#compdef ari-eventbridge
_ari_eventbridge() {
  local context state line
  local -a commands
  commands=(
    ${names.join('\n    ')}
  )
  _arguments -C ${own.join(' ')} '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _ari_eventbridge ]; then
  _ari_eventbridge "$@"
else
  compdef _ari_eventbridge ari-eventbridge
fi
`;
}

/** The end of a specification for zsh’s `_arguments`. */
function action(values: Values, label = ''): string {
  if (values === 'nothing') return '';
  const name = escaped(label.replace(/^-+/, ''));
  if (values === 'file') return `:${name}:_files`;
  return `:${name}:${values === 'text' ? ' ' : `(${values.join(' ')})`}`;
}

function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
