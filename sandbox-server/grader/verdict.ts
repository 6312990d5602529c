import { NotYet } from '../lab/not-yet.ts';
import type { VerdictView } from '../protocol/views.ts';

/** What one run of a check came to. */
export type Verdict =
  | { kind: 'pass' }
  /** `missing`: what the check looks for is not there at all. */
  | { kind: 'notYet'; view: VerdictView; missing?: boolean }
  /** The check itself failed; the error is for the log, never for the learner. */
  | { kind: 'broken'; view: VerdictView; error: unknown };

/** Sentences are shorter, and what a sandbox says of itself may be of any length. */
const MAX_CHARS = 600;

export const BROKEN_VIEW: VerdictView = {
  message: 'This check could not be carried out. That is our fault, not yours: it is tried again by itself.',
};

/** What a check threw, as a verdict. */
export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof NotYet)) return { kind: 'broken', view: BROKEN_VIEW, error };
  const { expected, observed, subject, missing = false } = error.details;
  return {
    kind: 'notYet',
    ...(missing ? { missing } : {}),
    view: {
      message: plain(error.message),
      ...(expected === undefined ? {} : { expected: plain(expected) }),
      ...(observed === undefined ? {} : { observed: plain(observed) }),
      ...(subject === undefined ? {} : { subject: plain(subject) }),
    },
  };
}

/** Without control characters, and of bounded length; what is cut off shows as `…`. */
export function plain(text: string, maxChars = MAX_CHARS): string {
  const clean = text.replace(/\x1b\[[\d;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g, '');
  return clean.length > maxChars ? `${clean.slice(0, maxChars)}…` : clean;
}
