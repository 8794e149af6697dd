/** Text of many lines, which scrolls within its box, also with keys. */
export function CodeBlock({ title, text }: { title: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with keys
    <section class="code" aria-label={title} tabIndex={0}>
      <pre>{text}</pre>
    </section>
  );
}
