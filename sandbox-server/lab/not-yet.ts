export interface NotYetDetails {
  expected?: string;
  observed?: string;
  subject?: string;
  /** What the check looks for is not there at all, so nobody has tried yet. The helpers set it. */
  missing?: boolean;
}

/** Thrown by a check: the attempt is not right yet. Its message is what the learner reads. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  readonly details: NotYetDetails;

  constructor(message: string, details: NotYetDetails = {}) {
    super(message);
    this.details = details;
  }
}
