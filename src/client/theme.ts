import type { Saved } from './saved.ts';

const CHOICES = ['system', 'light', 'dark'] as const;
type Choice = (typeof CHOICES)[number];

const LABELS: Record<Choice, string> = {
  system: 'Theme: like the system',
  light: 'Theme: light',
  dark: 'Theme: dark',
};

/** The header's theme button: system, light, dark in turn. public/theme.js applied the choice before the first paint. */
export function setUpTheme(page: Document, saved: Saved, systemIsDark: MediaQueryList): void {
  const root = page.documentElement;
  const choice = (): Choice => CHOICES.find((one) => one === root.dataset['themeChoice']) ?? 'system';
  const show = () => {
    const current = choice();
    const dark = current === 'dark' || (current === 'system' && systemIsDark.matches);
    root.dataset['theme'] = dark ? 'dark' : 'light';
    for (const label of page.querySelectorAll('[data-theme-label]')) label.textContent = LABELS[current];
    for (const button of page.querySelectorAll<HTMLElement>('[data-theme-toggle]')) button.title = LABELS[current];
  };
  for (const button of page.querySelectorAll('[data-theme-toggle]')) {
    button.addEventListener('click', () => {
      const next = CHOICES[(CHOICES.indexOf(choice()) + 1) % CHOICES.length] ?? 'system';
      root.dataset['themeChoice'] = next;
      saved.write('theme', next);
      show();
    });
  }
  systemIsDark.addEventListener('change', show);
  show();
}
