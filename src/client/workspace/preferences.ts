import type { WorkspacePreferences } from './workspace-state.ts';

const KEY = 'drydock.workspace';
export const MIN_FONT_SIZE = 10;
export const MAX_FONT_SIZE = 26;
export const MIN_SPLIT = 0.2;
export const MAX_SPLIT = 0.85;

export const DEFAULT_PREFERENCES: WorkspacePreferences = {
  fontSize: 14,
  screenReader: false,
  panelOpen: true,
  split: 0.55,
};

/** What was stored, field by field: an old or damaged entry costs only the field that is wrong. */
export function parsePreferences(stored: string | null): WorkspacePreferences {
  const value = parseObject(stored);
  const number = (key: 'fontSize' | 'split', min: number, max: number) => {
    const n = value[key];
    return typeof n === 'number' && Number.isFinite(n) ? Math.min(max, Math.max(min, n)) : DEFAULT_PREFERENCES[key];
  };
  const flag = (key: 'screenReader' | 'panelOpen') => {
    const b = value[key];
    return typeof b === 'boolean' ? b : DEFAULT_PREFERENCES[key];
  };
  return {
    fontSize: Math.round(number('fontSize', MIN_FONT_SIZE, MAX_FONT_SIZE)),
    screenReader: flag('screenReader'),
    panelOpen: flag('panelOpen'),
    split: number('split', MIN_SPLIT, MAX_SPLIT),
  };
}

/** Reads and writes them; a browser that refuses storage just forgets. */
export function storedPreferences(storage: () => Storage) {
  return {
    load: (): WorkspacePreferences => parsePreferences(quietly(() => storage().getItem(KEY)) ?? null),
    save: (preferences: WorkspacePreferences): void => {
      quietly(() => storage().setItem(KEY, JSON.stringify(preferences)));
    },
  };
}

function parseObject(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  const value: unknown = quietly(() => JSON.parse(text) as unknown);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
