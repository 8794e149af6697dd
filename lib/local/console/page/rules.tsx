import type { RuleView } from '../step-view.ts';
import { CodeBlock } from './code-block.tsx';

/** Which rules matched the event, and why the others did not. */
export function Rules({ rules }: { rules: readonly RuleView[] }) {
  const sorted = rules.toSorted((a, b) => Number(b.matches) - Number(a.matches));
  return (
    <>
      <h3>Rules</h3>
      {rules.length === 0 && <p class="quiet">The bus has no rules.</p>}
      <ul class="rules">
        {sorted.map((rule) => (
          <li key={rule.title} class={rule.matches ? 'matched' : 'unmatched'}>
            <details>
              <summary>
                <b>{rule.title}</b> {rule.matches ? 'matches' : 'does not match: '}
                {!rule.matches && <Reasons rule={rule} />}
              </summary>
              <p>{rule.text}</p>
              <CodeBlock title={`Pattern of ${rule.title}`} text={JSON.stringify(rule.pattern, undefined, 2)} />
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The fields that did not match, each once. */
function Reasons({ rule }: { rule: RuleView }) {
  const reasons = rule.decidedBy.map(({ field, actual, expected, outcome }) => ({
    field,
    text: `${outcome === 'absent' ? 'is absent' : `is ${actual.join(', ')}`}, expected ${expected}`,
  }));
  const each = [...new Map(reasons.map((reason) => [reason.field + reason.text, reason])).values()];
  return (
    <>
      {each.map(({ field, text }, index) => (
        <span key={field + text}>
          {index > 0 && '; '}
          <code>{field}</code> {text}
        </span>
      ))}
    </>
  );
}
