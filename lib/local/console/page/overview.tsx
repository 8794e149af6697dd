import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Step } from '../../trace/step.ts';
import { type Lane, laneOf } from './lanes.ts';
import { isError } from './model.ts';

const TRACK = 9;

/** Custom properties that a canvas needs as computed colours, not as the style sheet's text. */
for (const name of ['line', 'text', 'bad', 'asterisk', 'connector', 'bus', 'function', 'ari']) {
  CSS.registerProperty({ name: `--${name}`, syntax: '<color>', inherits: true, initialValue: 'gray' });
}

interface OverviewProps {
  steps: readonly Step[];
  lanes: readonly Lane[];
  chosen: number;
  choose: (index: number) => void;
}

/**
 * The whole call at a glance: a track for each lane, all on the same time scale. It is for the eye and the mouse; the
 * list below has the same information for everybody.
 */
export function Overview({ steps, lanes, chosen, choose }: OverviewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const start = steps[0]?.at ?? 0;
  const span = Math.max(1, endOf(steps) - start);

  useLayoutEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    const draw = () => paint(element, { steps, lanes, chosen }, start, span);
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      observer.disconnect();
      theme.disconnect();
      scheme.removeEventListener('change', draw);
    };
  });

  const onClick = ({ offsetX }: MouseEvent) => {
    const at = start + (offsetX / (canvas.current?.clientWidth ?? 1)) * span;
    const later = steps.findIndex((step) => step.at >= at);
    choose(later < 0 ? steps.length - 1 : later);
  };
  return (
    <div class="overview" aria-hidden="true">
      <canvas ref={canvas} style={{ height: `${lanes.length * TRACK}px` }} onClick={onClick} />
    </div>
  );
}

function endOf(steps: readonly Step[]): number {
  return steps.reduce((end, step) => Math.max(end, step.at + ('ms' in step ? (step.ms ?? 0) : 0)), 0);
}

function paint(
  canvas: HTMLCanvasElement,
  { steps, lanes, chosen }: Omit<OverviewProps, 'choose'>,
  start: number,
  span: number,
): void {
  const ratio = window.devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`);
  const tracks = new Map(lanes.map(({ id }, index) => [id, index * TRACK]));
  const x = (at: number): number => ((at - start) / span) * (width - 4) + 1;

  context.fillStyle = colour('line');
  for (const top of tracks.values()) context.fillRect(0, top + TRACK / 2, width, 1);
  for (const step of steps) {
    const { from, to } = laneOf(step);
    const ms = 'ms' in step ? (step.ms ?? 0) : 0;
    for (const lane of step.kind === 'event' ? [from, 'connector', to] : [to]) {
      const top = tracks.get(lane);
      if (top === undefined) continue;
      context.fillStyle = colour(isError(step) ? 'bad' : (lane.split(' ')[0] as string));
      context.fillRect(x(step.at), top + 1, Math.max(2, (ms / span) * width), TRACK - 2);
    }
  }
  const step = steps[chosen];
  if (!step) return;
  context.fillStyle = colour('text');
  context.fillRect(x(step.at), 0, 1, height);
}
