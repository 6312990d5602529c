import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../sandbox-server/setup/chromium.ts';
import { host } from '../../scripts/options.ts';

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser of this machine, without a window. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findChromium(host);
  if (executablePath === undefined) {
    throw new Error(
      'These tests look at the pages in a real browser, and there is none. Install Chromium: apt-get install chromium',
    );
  }
  // Root may not use Chromium's sandbox.
  const asRoot = host.uid === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({ executablePath, args: [...ARGUMENTS, ...asRoot] });
}
