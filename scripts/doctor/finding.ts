/** One thing that was looked at. */
export interface Finding {
  name: string;
  /** `note`: labs run, with less. `problem`: no lab runs. */
  status: 'ok' | 'note' | 'problem';
  says: string;
  /** The command or the step that mends it. */
  fix?: string;
}

export function ok(name: string, says: string): Finding {
  return { name, status: 'ok', says };
}

export function note(name: string, says: string, fix?: string): Finding {
  return { name, status: 'note', says, ...(fix !== undefined && { fix }) };
}

export function problem(name: string, says: string, fix: string): Finding {
  return { name, status: 'problem', says, fix };
}
