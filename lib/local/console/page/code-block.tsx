/** Text of many lines, which scrolls within its box, also with the keyboard. */
export function CodeBlock({ title, text }: { title: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable with the keyboard
    <section class="code" aria-label={title} tabIndex={0}>
      <pre>{text}</pre>
    </section>
  );
}
