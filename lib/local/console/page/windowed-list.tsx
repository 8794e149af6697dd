import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows drawn above and below the visible ones. */
const SPARE = 8;

export interface WindowedListProps {
  /** The list's name for screen readers. */
  label: string;
  id: string;
  count: number;
  /** Height of every row, in pixels. */
  rowHeight: number;
  /** Index of the chosen row; -1 for none. */
  chosen: number;
  choose: (index: number) => void;
  /** Called on Enter or a click. */
  open: (index: number) => void;
  row: (index: number) => ComponentChildren;
  /** Stays scrolled to the end as rows are added. */
  follows?: boolean;
  class?: string;
}

/** A list that draws only its visible rows, so that thousands are as fast as ten. */
export function WindowedList(props: WindowedListProps) {
  const { label, id, count, rowHeight, chosen, choose, open, row, follows = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const isAtEnd = useRef(true);

  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (follows && isAtEnd.current && box.current) box.current.scrollTop = count * rowHeight;
  }, [count, follows, rowHeight]);
  useEffect(() => {
    if (chosen >= 0) show(box.current, chosen * rowHeight, rowHeight);
  }, [chosen, rowHeight]);

  const onScroll = () => {
    // The event of a last scroll may come when the list has been taken away.
    if (!box.current) return;
    const { scrollTop, clientHeight, scrollHeight } = box.current;
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight;
    setTop(scrollTop);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const to: Record<string, number> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen < 0 ? count - 1 : chosen - 1,
      PageDown: chosen + page,
      PageUp: chosen - page,
      Home: 0,
      End: count - 1,
    };
    const index = to[event.key];
    if (index !== undefined && count > 0) choose(Math.min(Math.max(index, 0), count - 1));
    else if (event.key === 'Enter' && chosen >= 0) open(chosen);
    else return;
    event.preventDefault();
  };

  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE);
  const rows = [];
  for (let index = first; index < last; index++) {
    rows.push(
      // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and refers to the chosen row
      // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles keys
      <div
        key={index}
        id={`${id}-${index}`}
        role="option"
        aria-selected={index === chosen}
        aria-setsize={count}
        aria-posinset={index + 1}
        class="row"
        style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
        onClick={() => open(index)}
      >
        {row(index)}
      </div>,
    );
  }
  const inView = chosen >= first && chosen < last;
  return (
    <div
      ref={box}
      id={id}
      class={`windowed ${props.class ?? ''}`}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      {...(inView && { 'aria-activedescendant': `${id}-${chosen}` })}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="rows" role="presentation" style={{ height: `${count * rowHeight}px` }}>
        {rows}
      </div>
    </div>
  );
}

function show(box: HTMLDivElement | null, top: number, rowHeight: number): void {
  if (!box) return;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
}
