/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import type { ProblemView } from '../../../../sandbox-server/protocol/views.ts';

/** What happened and what to do, until it is dismissed. Commands in it are set as code. */
export function Problem({ problem, children }: { problem: ProblemView; children?: ComponentChildren }) {
  return (
    <div class="ws-problem" role="alert">
      <p>
        <strong>{problem.message}</strong> {withCode(problem.fix)}
      </p>
      {children}
    </div>
  );
}

/** `npm run doctor` in backquotes becomes code; everything else stays text. */
export function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
