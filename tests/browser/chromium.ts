import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { globSync, mkdtempSync } from 'node:fs';
import { type BrowserContext, chromium } from 'playwright-core';

/** Where Playwright puts the browsers that it installs. */
const playwrightBrowsers = (): string[] => {
  const folder = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache/ms-playwright');
  return globSync(join(folder, 'chromium*/chrome-linux*/{chrome,headless_shell}'));
};

/** A Chromium of this machine: the one that CHROMIUM_PATH names, Debian's, or one that Playwright installed. */
export const findChromium = (): string | undefined => {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', ...playwrightBrowsers()].find((path) => existsSync(path));
};

/** It talks to nobody but the shop: what Chromium itself fetches would be a request that leaves the machine. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts it with a profile of its own, which goes with the temporary folder. */
export const launchChromium = (executablePath: string) =>
  chromium.launch({ executablePath, headless: true, args: flags });

export type { BrowserContext };
export const profileFolder = (): string => mkdtempSync(join(tmpdir(), 'profile-'));
