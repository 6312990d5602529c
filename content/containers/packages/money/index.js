/** What one euro buys. Fixed, so that every run of a lesson shows the same prices. */
const RATES = { EUR: 1, USD: 1.1, GBP: 0.85 };

/** `formatPrice(1250, 'EUR')` is `€12.50`. */
export function formatPrice(euroCents, currency) {
  const rate = RATES[currency];
  if (rate === undefined) throw new Error(`No rate for ${currency}; there are ${Object.keys(RATES).join(', ')}`);
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format((euroCents * rate) / 100);
}
