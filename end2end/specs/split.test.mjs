// Each page's code is a part of its own: a first load fetches what its page needs and no more, and what is fetched later
// comes without a jump, or not at all, and the page opens all the same.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { launchBrowser, openPage, visit } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';

let server;
let browser;
let manifest;

before(async () => {
  manifest = JSON.parse(await readFile(new URL('../../target/site/manifest.json', import.meta.url), 'utf8'));
  server = await startOnepane({ args: ['--demo', '--demo-scale', '0.02', '--demo-days', '3'] });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The paths of the WASM that a page asks for from now on, in the order of asking. */
function wasmOf(page) {
  const asked = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith('.wasm')) asked.push(pathname);
  });
  return asked;
}

/** A link of the bar on top. */
const link = (page, name) => page.locator('header.top nav').getByRole('link', { name, exact: true });

/** A page's title. */
const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });

for (const [name, path] of [['overview', '/'], ['jobs', '/jobs'], ['metrics', '/metrics'], ['gallery', '/gallery']]) {
  test(`the first load of ${name} fetches its code, each file once, and nothing moves`, async () => {
    const page = await openPage(browser);
    const asked = wasmOf(page);
    await page.addInitScript(() => {
      window.shifts = 0;
      const add = (list) => list.getEntries().forEach((entry) => { window.shifts += entry.value; });
      new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
    });
    await visit(page, server.url + path);
    assert.deepEqual([...asked].sort(), [manifest.wasm, ...manifest.pages[name]].sort());
    assert.deepEqual(page.troubles, []);
    const shifts = await page.evaluate(() => new Promise((done) => setTimeout(() => done(window.shifts), 500)));
    assert.ok(shifts < 0.01, `moved by ${shifts}`);
    await page.context().close();
  });
}

test('code is fetched when a link is pointed at, and the page opens without loading anew', async () => {
  const page = await openPage(browser);
  const asked = wasmOf(page);
  await visit(page, `${server.url}/`);
  const there = new Set(asked);
  const missing = manifest.pages.jobs.filter((file) => !there.has(file));
  assert.ok(missing.length > 0);
  asked.length = 0;
  await link(page, 'Jobs').hover();
  while (asked.length < missing.length) await page.waitForEvent('request');
  assert.deepEqual([...asked].sort(), [...missing].sort());

  await page.evaluate(() => { window.isTheSame = true; });
  await link(page, 'Jobs').click();
  await heading(page, 'Jobs').waitFor();
  await link(page, 'Metrics').click();
  await heading(page, 'Metrics').waitFor();
  assert.equal(await page.evaluate(() => window.isTheSame), true);
  assert.equal(new Set(asked).size, asked.length, 'no file is fetched twice');
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('a page whose code cannot be fetched is asked of the server', async () => {
  const page = await openPage(browser);
  await visit(page, `${server.url}/`);
  await page.evaluate(() => { window.isTheSame = true; });
  await page.route('**/metrics.wasm', (route) => route.abort());
  await link(page, 'Metrics').click();
  await page.waitForFunction(() => window.isTheSame === undefined);
  await heading(page, 'Metrics').waitFor();
  assert.equal(new URL(page.url()).pathname, '/metrics');

  await page.unroute('**/metrics.wasm');
  await visit(page, `${server.url}/metrics`);
  await page.context().close();
});
