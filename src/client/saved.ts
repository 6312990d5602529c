/** localStorage that may be blocked or full: then nothing is remembered, and the page works all the same. */
export interface Saved {
  read: (key: string) => string | undefined;
  write: (key: string, value: string) => void;
}

export function savedIn(storage: () => Storage): Saved {
  return {
    read: (key) => {
      try {
        return storage().getItem(`drydock.${key}`) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write: (key, value) => {
      try {
        storage().setItem(`drydock.${key}`, value);
      } catch {
        // Blocked or full: this browser does not remember.
        return;
      }
    },
  };
}
