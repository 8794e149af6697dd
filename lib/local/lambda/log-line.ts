/** Time, request and level, which the runtime puts before a text of `console`. */
const HEAD = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t[^\t]*\t(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\t/;
/** The runtime's own lines, about an error. */
const OF_RUNTIME = /^(?:Init Error|Invoke Error|Uncaught Exception|Unhandled Promise Rejection) \t\{/;

/**
 * A line of a function's log for people, who see time and function beside it: the text that the function gave
 * `console`. Lines of the runtime, JSON, and what the function wrote by other means are unchanged.
 */
export function shownLine(line: string): string {
  const [head = ''] = HEAD.exec(line) ?? [];
  const text = line.slice(head.length);
  return OF_RUNTIME.test(text) ? line : text;
}
