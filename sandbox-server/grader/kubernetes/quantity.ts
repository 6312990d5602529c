const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
};

/** `250m` → 0.25, `64Mi` → 67108864, `1e3` → 1000; nothing → 0. */
export function quantity(written: string | undefined): number {
  if (written === undefined || written === '') return 0;
  const [, digits = '', unit = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(written) ?? [];
  const factor = UNITS[unit];
  if (digits === '' || factor === undefined) throw new Error(`"${written}" is no quantity of Kubernetes`);
  // 0.1 has no exact binary form: what people write has fewer places than this.
  return Number((Number(digits) * factor).toPrecision(15));
}
