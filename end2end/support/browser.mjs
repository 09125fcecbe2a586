// Real Chromium, driven by playwright-core, and pages that remember what went wrong on them.

import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

const places = [
  process.env.ONEPANE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

export const narrow = { width: 390, height: 844 };
export const wide = { width: 1440, height: 900 };

/** Starts Chromium; close it with `browser.close()`. */
export async function launchBrowser() {
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('no Chromium: run scripts/install-browser, or set ONEPANE_CHROMIUM');
  const options = {
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  };
  // Seen once in some hundred starts: Chromium crashes before it has opened anything.
  return chromium.launch(options).catch(() => chromium.launch(options));
}

/**
 * Opens a fresh page with storage of its own.
 *
 * `page.troubles` collects, as text: errors and warnings about hydration on the console, exceptions that nothing
 * caught, requests that failed, and answers of status 400 or more. `page.context().close()` closes it.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {object} [options]
 * @param {{width: number, height: number}} [options.viewport]
 * @param {'light' | 'dark'} [options.colorScheme]
 * @param {object} [options.context] more options of Playwright's newContext
 */
export async function openPage(browser, { viewport = wide, colorScheme = 'light', context = {} } = {}) {
  const fresh = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...context,
  });
  const page = await fresh.newPage();
  page.setDefaultTimeout(15_000);
  page.troubles = [];
  page.on('console', (message) => {
    const isError = message.type() === 'error';
    const isHydration = message.type() === 'warning' && /hydrat/i.test(message.text());
    if (isError || isHydration) page.troubles.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => page.troubles.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'failed';
    // A stream of events ends like this whenever its page goes; so does a request that a newer one replaces.
    if (reason !== 'net::ERR_ABORTED') page.troubles.push(`request: ${request.method()} ${request.url()} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) page.troubles.push(`answer: ${response.status()} ${response.url()}`);
  });
  return page;
}

/** Goes to a URL and waits until the WASM has taken the page over. Returns the main answer. */
export async function visit(page, url) {
  const response = await page.goto(url, { waitUntil: 'domcontentloaded' });
  await hydrated(page);
  return response;
}

/** Waits until the WASM has taken the page over; says what went wrong if it does not. */
export async function hydrated(page) {
  try {
    await page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true');
  } catch (error) {
    const troubles = page.troubles.length > 0 ? page.troubles.join('\n') : 'nothing else went wrong';
    throw new Error(`${page.url()} was not hydrated: ${error.message}\n${troubles}`);
  }
}

/** How many pixels the page is wider than its window: more than 0 means that it scrolls sideways. */
export function overflowX(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
