const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units with three digits, as `docker images` says it: `84 MB`, `1.24 GB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return `${text} ${UNITS[unit]}`;
}
