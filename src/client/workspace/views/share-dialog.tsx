/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShareView } from '../../../../sandbox-server/protocol/views.ts';

interface ShareDialogProps {
  shares: readonly ShareView[];
  /** Makes a link and gives its address; undefined when that failed. */
  onShare: (mayType: boolean) => Promise<string | undefined>;
  onTakeBack: (share: string) => void;
  onClose: () => void;
}

/** Links by which somebody else, an instructor perhaps, looks at the terminals of this lab. */
export function ShareDialog({ shares, onShare, onTakeBack, onClose }: ShareDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [mayType, setMayType] = useState(false);
  const [address, setAddress] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const share = async () => setAddress((await onShare(mayType)) ?? '');
  return (
    <dialog
      ref={dialog}
      class="ws-confirm"
      aria-labelledby="ws-share-title"
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="ws-confirm-body">
        <h2 id="ws-share-title">Let somebody watch</h2>
        <p>Who has the link sees the terminals of this lab, and nothing else of yours. It ends with the lab.</p>
        <label>
          <input type="checkbox" checked={mayType} onChange={(event) => setMayType(event.currentTarget.checked)} /> and
          type
        </label>
        {address && (
          <label>
            The link, shown once: <input type="text" class="ws-share-address" readOnly value={address} />
          </label>
        )}
        {shares.length > 0 && (
          <ul class="ws-shares">
            {shares.map(({ id, mayType: types, watchers }, index) => (
              <li key={id}>
                Link {index + 1}: {types ? 'sees and types' : 'sees'}, {watchers} looking now{' '}
                <button type="button" class="ws-button ws-small" onClick={() => onTakeBack(id)}>
                  Take back<span class="visually-hidden"> link {index + 1}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <div class="ws-buttons">
          <button type="button" class="ws-button" onClick={() => void share()}>
            Make a link
          </button>
          <button type="button" class="ws-button" autofocus onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    </dialog>
  );
}
