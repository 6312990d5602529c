import type { AbuseContext } from './context.ts';

/** One way of abusing the platform, and the proof that it comes to nothing. */
export interface Attempt {
  number: number;
  title: string;
  /**
   * Makes the attempt. Throws when it succeeded, with a message that names what fell; may return what was seen while it was
   * held.
   */
  run: (context: AbuseContext) => Promise<string | undefined>;
}
