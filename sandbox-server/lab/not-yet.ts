export interface NotYetDetails {
  expected?: string;
  observed?: string;
  subject?: string;
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
