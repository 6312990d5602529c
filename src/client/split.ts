/** The lesson's share of the page's width, in percent, and the sheet's share of its height. */
export const WIDTH_SHARE = { min: 25, max: 75, initial: 46.5 } as const;
export const SHEET_SHARE = { min: 25, max: 90, initial: 62 } as const;

export interface Share {
  min: number;
  max: number;
  initial: number;
}

const STEP = 2;
const LARGE_STEP = 10;

export function clampShare(value: number, { min, max }: Share): number {
  return Math.min(max, Math.max(min, Math.round(value * 10) / 10));
}

/** Where a key moves a divider (WAI-ARIA's window splitter); undefined for other keys. Arrow towards the end grows. */
export function shareAfterKey(key: string, value: number, share: Share): number | undefined {
  const to: Record<string, number> = {
    ArrowLeft: value - STEP,
    ArrowRight: value + STEP,
    ArrowUp: value + STEP,
    ArrowDown: value - STEP,
    PageUp: value + LARGE_STEP,
    PageDown: value - LARGE_STEP,
    Home: share.min,
    End: share.max,
    Enter: share.initial,
  };
  const next = to[key];
  return next === undefined ? undefined : clampShare(next, share);
}
