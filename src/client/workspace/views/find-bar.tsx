/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TerminalStatus } from '../workspace-state.ts';
import type { OpenTerminal } from '../terminal/terminal-deck.ts';
import { Icon } from './icons.tsx';

interface FindBarProps {
  terminal: OpenTerminal | undefined;
  matches: TerminalStatus['search'];
  onClose: () => void;
}

/** Looks through all that the terminal keeps; the newest match first. */
export function FindBar({ terminal, matches, onClose }: FindBarProps) {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    return () => terminal?.screen.endFind();
  }, [terminal]);
  const find = (direction: 'next' | 'previous') => terminal?.screen.find(text, direction);
  return (
    <form
      class="ws-find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        find('previous');
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        if (event.key === 'Enter' && event.shiftKey) {
          event.preventDefault();
          find('next');
        }
      }}
    >
      <input
        ref={input}
        type="text"
        aria-label="Find in the terminal"
        placeholder="Find"
        value={text}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value);
          terminal?.screen.find(event.currentTarget.value, 'previous', true);
        }}
      />
      <span class="ws-find-count" role="status">
        {text !== '' && matches && countWords(matches)}
      </span>
      <button type="submit" class="ws-tool" title="Older match (Enter)">
        <Icon name="up" />
        <span class="visually-hidden">Older match</span>
      </button>
      <button type="button" class="ws-tool" title="Newer match (Shift+Enter)" onClick={() => find('next')}>
        <Icon name="down" />
        <span class="visually-hidden">Newer match</span>
      </button>
      <button type="button" class="ws-tool" title="Close (Esc)" onClick={onClose}>
        <Icon name="close" />
        <span class="visually-hidden">Stop finding</span>
      </button>
    </form>
  );
}

function countWords({ index, count }: NonNullable<TerminalStatus['search']>): string {
  if (count === 0) return 'None';
  return index < 0 ? `${count}` : `${index + 1} of ${count}`;
}
