/** @jsxImportSource preact */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TerminalStatus } from '../workspace-state.ts';
import type { OpenTerminal } from '../terminal/terminal-deck.ts';
import { FOUND_MAX } from '../terminal/terminal-find.ts';
import { Icon } from './icons.tsx';

interface FindBarProps {
  terminal: OpenTerminal | undefined;
  matches: TerminalStatus['search'];
  /** How often finding was asked for: each time the field gets the focus. */
  asked: number;
  onClose: () => void;
}

/** Looks through all that the terminal keeps; the newest match first. */
export function FindBar({ terminal, matches, asked, onClose }: FindBarProps) {
  const [text, setText] = useState('');
  const [matchCase, setMatchCase] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  // Both before the next key: Ctrl+C would copy what was found, a letter would go to the shell.
  useLayoutEffect(() => () => terminal?.screen.endFind(), [terminal]);
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [terminal, asked]);
  const find = (direction: 'next' | 'previous') => terminal?.screen.find(text, { direction, matchCase });
  const refine = (changes: { text?: string; matchCase?: boolean }) => {
    const refined = { text, matchCase, ...changes };
    setText(refined.text);
    setMatchCase(refined.matchCase);
    terminal?.screen.find(refined.text, { direction: 'previous', matchCase: refined.matchCase, incremental: true });
  };
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
        if (event.key === 'Enter' && event.shiftKey && event.target === input.current) {
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
        onInput={(event) => refine({ text: event.currentTarget.value })}
      />
      <span class="ws-find-count" role="status">
        {text !== '' && matches && countWords(matches)}
      </span>
      <button
        type="button"
        class="ws-tool"
        title="Match case"
        aria-pressed={matchCase}
        onClick={() => refine({ matchCase: !matchCase })}
      >
        <span aria-hidden="true">Aa</span>
        <span class="visually-hidden">Match case</span>
      </button>
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
  if (index >= 0) return `${index + 1} of ${count}`;
  return count >= FOUND_MAX ? `${FOUND_MAX} or more` : `${count}`;
}
