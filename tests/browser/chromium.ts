import { existsSync, globSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** Where Playwright puts the browsers that it installs. */
const fromPlaywright = (): string[] => {
  const cache = process.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright';
  const folder = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), cache);
  return globSync([
    join(folder, 'chromium*/chrome-linux*/chrome'),
    join(folder, 'chromium*/chrome-*/headless_shell'),
    join(folder, 'chromium*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium'),
  ]);
};

/** A Chromium of this machine: the one that CHROMIUM_PATH names, the system's, or one that Playwright installed. */
export const findChromium = (): string | undefined => {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', ...fromPlaywright()].find((path) => existsSync(path));
};

/** What a run of tests leaves out on a machine without a Chromium, after it has said so loudly. */
export const withoutChromium = (): string[] => {
  if (findChromium()) return [];
  console.warn(`
******************************************************************************************
*  NO CHROMIUM FOUND: the tests of the web pages (tests/browser) are left out of this run.  *
*  Install it (Debian: apt-get install chromium), or name one in CHROMIUM_PATH.             *
******************************************************************************************
`);
  return ['tests/browser/**'];
};

/** It talks to the shop alone: what Chromium fetches for itself would be a request that leaves the machine. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  // Nor a stand-in for one that draws with the processor: plain drawing costs a third of it.
  '--disable-software-rasterizer',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts it without a window, with a new profile. */
export const launchChromium = () => {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('There is no Chromium: install it, or name it in CHROMIUM_PATH.');
  return chromium.launch({ executablePath, args: flags });
};
