/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ConfirmProps {
  title: string;
  /** The verb on the button that does it. */
  verb: string;
  children: ComponentChildren;
  onConfirm: () => void;
  onCancel: () => void;
}

/** A question before something is lost. Keeping is what Enter, Escape and a click beside it do. */
export function Confirm({ title, verb, children, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="ws-confirm"
      aria-labelledby="ws-confirm-title"
      onCancel={onCancel}
      onClick={(event) => {
        if (event.target === dialog.current) onCancel();
      }}
    >
      <div class="ws-confirm-body">
        <h2 id="ws-confirm-title">{title}</h2>
        {children}
        <div class="ws-buttons">
          <button type="button" class="ws-button" autofocus onClick={onCancel}>
            Keep it
          </button>
          <button type="button" class="ws-button ws-danger" onClick={onConfirm}>
            {verb}
          </button>
        </div>
      </div>
    </dialog>
  );
}
