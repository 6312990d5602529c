/** @jsxImportSource preact */
import { useRef } from 'preact/hooks';
import { MAX_SPLIT, MIN_SPLIT } from '../preferences.ts';

/** How far an arrow key moves the divider, as a share of the height. */
const KEY_STEP = 0.04;

interface SplitterProps {
  /** The upper part's share, 0–1. */
  split: number;
  controls: string;
  onSplit: (split: number) => void;
}

/** The divider between the terminal and the panel below it, for mouse, finger and keyboard. */
export function Splitter({ split, controls, onSplit }: SplitterProps) {
  const dragging = useRef(false);
  const set = (value: number) => onSplit(Math.min(MAX_SPLIT, Math.max(MIN_SPLIT, value)));
  const percent = (share: number) => Math.round(share * 100);
  return (
    <div
      class="ws-splitter"
      role="separator"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label="Height of the terminal"
      aria-controls={controls}
      aria-valuenow={percent(split)}
      aria-valuemin={percent(MIN_SPLIT)}
      aria-valuemax={percent(MAX_SPLIT)}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const box = event.currentTarget.parentElement?.getBoundingClientRect();
        if (dragging.current && box && box.height > 0) set((event.clientY - box.top) / box.height);
      }}
      onLostPointerCapture={() => (dragging.current = false)}
      onKeyDown={(event) => {
        const next = { ArrowUp: split - KEY_STEP, ArrowDown: split + KEY_STEP, Home: MIN_SPLIT, End: MAX_SPLIT }[
          event.key
        ];
        if (next === undefined) return;
        event.preventDefault();
        set(next);
      }}
    />
  );
}
