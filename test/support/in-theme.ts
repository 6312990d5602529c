import type { Page } from 'playwright-core';

/** Lets the system choose a theme, and waits until the page has it: its script hears of it a moment later. */
export async function inTheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-theme="${colorScheme}"]`).waitFor({ state: 'attached' });
}
