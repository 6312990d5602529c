/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface ChipMenuProps {
  canReset: boolean;
  queued: boolean;
  busy: boolean;
  onExtend: (() => void) | undefined;
  onShare: () => void;
  onReset: () => void;
  onStop: () => void;
}

/** What is done seldom, or with regret. */
export function ChipMenu({ canReset, queued, busy, onExtend, onShare, onReset, onStop }: ChipMenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [open]);
  const choose = (action: () => void) => () => {
    setOpen(false);
    action();
  };
  return (
    <div
      ref={box}
      class="ws-menu-box"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        class="ws-chip-button ws-icon-button"
        aria-expanded={open}
        aria-controls="ws-chip-menu"
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
        <span class="visually-hidden">Lab menu</span>
      </button>
      <div id="ws-chip-menu" class="ws-menu" hidden={!open}>
        {onExtend && (
          <button type="button" class="ws-menu-extend" disabled={busy} onClick={choose(onExtend)}>
            More time
          </button>
        )}
        <button type="button" disabled={!canReset} onClick={choose(onShare)}>
          Let somebody watch…
        </button>
        <button type="button" disabled={!canReset || busy} onClick={choose(onReset)}>
          Reset the lab…
        </button>
        <button type="button" disabled={busy} onClick={choose(onStop)}>
          {queued ? 'Leave the queue' : 'Stop the lab…'}
        </button>
      </div>
    </div>
  );
}
