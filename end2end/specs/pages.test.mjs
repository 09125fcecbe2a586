// Every page of a demo organization, light and dark, narrow and wide: it comes to life, nothing goes wrong on it,
// nothing sticks out of it, and axe-core has nothing serious to say.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { seriousViolations } from '../support/axe.mjs';
import { launchBrowser, narrow, openPage, overflowX, visit, wide } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';
import { total } from '../support/pages.mjs';

let server;
let browser;

before(async () => {
  server = await startOnepane({ args: ['--demo', '--demo-scale', '0.05', '--demo-days', '30'] });
  browser = await launchBrowser();
  // Useful before it is full; the tests want enough to look at.
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs?phase=failed`);
  await page.waitForFunction(() => Number(document.querySelector('#total')?.innerText) > 20, null, { timeout: 60_000 });
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function someWorkload(search) {
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs?${search}`);
  const href = await page.locator('table.rows .workload-link').first().getAttribute('href');
  await page.context().close();
  return href;
}

const pages = [
  ['overview', () => '/'],
  ['jobs', () => '/jobs'],
  ['jobs, filtered', () => '/jobs?phase=failed&kind=training-job&range=30d'],
  ['jobs, nothing found', () => '/jobs?q=nothing-is-called-this'],
  ['a failed job', () => someWorkload('phase=failed&kind=training-job')],
  ['a pipeline execution', () => someWorkload('kind=pipeline-execution')],
  ['fleet health', () => '/metrics'],
  ['failures', () => '/metrics?view=failures&range=7d'],
  ['endpoints', () => '/metrics?view=endpoints'],
  ['training utilization', () => '/metrics?view=training'],
  ['explorer, nothing picked', () => '/metrics?view=explore'],
  ['explorer', () => '/metrics?view=explore&namespace=AWS%2FSageMaker&metric=Invocations&stat=Sum&group=account'],
  ['security', () => '/security?show=all'],
  ['a tuning job', () => someWorkload('kind=hyper-parameter-tuning-job')],
];

for (const [name, path] of pages) {
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [narrow, wide]) {
      test(`${name}, ${colorScheme}, ${viewport.width} wide`, async () => {
        const page = await openPage(browser, { viewport, colorScheme });
        await visit(page, server.url + (await path()));
        assert.deepEqual(page.troubles, []);
        assert.ok((await overflowX(page)) <= 0, 'the page scrolls sideways');
        assert.deepEqual(await seriousViolations(page), []);
        await page.context().close();
      });
    }
  }
}

test('the overview counts what the jobs page lists', async () => {
  const page = await openPage(browser);
  await visit(page, `${server.url}/`);
  await page.keyboard.press('p');
  const active = Number((await page.locator('.stat-number').first().innerText()).replace(/\D/g, ''));
  assert.ok(active > 0);
  await page.locator('a.stat-number').first().click();
  await page.waitForURL(/phase=running/);
  const listed = await total(page);
  // The organization goes on living between the two looks.
  assert.ok(Math.abs(listed - active) <= Math.max(5, active * 0.2), `${active} on the overview, ${listed} listed`);
  await page.context().close();
});

test('the theme is the reader’s choice and stays', async () => {
  const page = await openPage(browser, { colorScheme: 'light' });
  await visit(page, `${server.url}/`);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const before = await background();
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  const dark = await background();
  assert.notEqual(dark, before);
  await page.reload();
  assert.equal(await background(), dark);
  await page.context().close();
});

test('children lead to their parent and back', async () => {
  const page = await openPage(browser);
  await visit(page, server.url + (await someWorkload('kind=hyper-parameter-tuning-job&phase=succeeded')));
  const parent = await page.locator('h1').innerText();
  const children = page.getByRole('region', { name: /Belongs to it/ });
  await children.locator('.workload-link').first().click();
  await page.locator('.crumbs').getByText(parent).click();
  await page.getByRole('heading', { level: 1, name: parent }).waitFor();
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('a page without scripts still shows its rows', async () => {
  const page = await openPage(browser, { context: { javaScriptEnabled: false } });
  await page.goto(`${server.url}/jobs`);
  assert.ok((await page.locator('table.rows tbody tr[data-id]').count()) > 10);
  await page.goto(`${server.url}/`);
  assert.ok(await page.locator('.heat').isVisible());
  await page.context().close();
});
