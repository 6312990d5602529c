/** What a reload finds again, besides the session itself. */
export interface WorkspacePlace {
  terminal: string | undefined;
  /** The terminal had the focus. */
  focused: boolean;
}

const KEY = 'drydock.workspace.place';

/** Kept for the life of the browser's tab. */
export function storedPlace(storage: () => Storage) {
  return {
    load: (): WorkspacePlace => {
      try {
        return parsePlace(storage().getItem(KEY));
      } catch {
        return parsePlace(null);
      }
    },
    save: ({ terminal, focused }: WorkspacePlace): boolean => {
      try {
        storage().setItem(KEY, JSON.stringify({ terminal, focused }));
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Anything that is not such a place is none. */
export function parsePlace(stored: string | null): WorkspacePlace {
  const value: unknown = stored === null ? undefined : JSON.parse(stored);
  if (typeof value !== 'object' || value === null) return { terminal: undefined, focused: false };
  const terminal = 'terminal' in value && typeof value.terminal === 'string' ? value.terminal : undefined;
  return { terminal, focused: 'focused' in value && value.focused === true };
}
