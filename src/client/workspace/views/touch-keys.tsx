/** @jsxImportSource preact */

const KEYS: readonly { label: string; name?: string; keys: string }[] = [
  { label: 'Esc', keys: '\x1b' },
  { label: 'Tab', keys: '\t' },
  { label: 'Ctrl C', keys: '\x03' },
  { label: 'Ctrl D', keys: '\x04' },
  { label: '←', name: 'Left', keys: '\x1b[D' },
  { label: '→', name: 'Right', keys: '\x1b[C' },
  { label: '↑', name: 'Up', keys: '\x1b[A' },
  { label: '↓', name: 'Down', keys: '\x1b[B' },
];

/** Keys that a phone's keyboard lacks. The style sheet shows them where the pointer is a finger. */
export function TouchKeys({ onPress }: { onPress: (keys: string) => void }) {
  return (
    <div class="ws-touch-keys" role="group" aria-label="Terminal keys">
      {KEYS.map(({ label, name, keys }) => (
        <button
          key={label}
          type="button"
          aria-label={name}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPress(keys)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
