// The Jobs page on a small store whose content the test knows: filters, address, order, keyboard, export, views.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser, openPage, visit } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';
import { changesTotal, column, facet, lines, shownIds, total, trainingJob } from '../support/pages.mjs';

const JOBS = 300;
let server;
let browser;

before(async () => {
  server = await startOnepane();
  const events = Array.from({ length: JOBS }, (_, number) =>
    trainingJob({
      name: `job-${String(number).padStart(3, '0')}`,
      account: number % 3 === 0 ? '444455556666' : '111122223333',
      status: number % 10 === 0 ? 'Failed' : 'Completed',
      reason: number % 10 === 0 ? `ClientError: could not read s3://bucket-${number}/data, request ${number}` : null,
      time: new Date(Date.now() - number * 60_000),
    }),
  );
  const result = server.run(['ingest', '--data-dir', server.dataDir, '-'], lines(events));
  assert.equal(result.status, 0, result.stderr);
  browser = await launchBrowser();
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs`);
  await page.waitForFunction((jobs) => document.querySelector('#total')?.innerText === String(jobs), JOBS);
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function jobs(search = '') {
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs${search}`);
  return page;
}

async function done(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

test('facets narrow, say so in the address, and a pasted address shows the same', async () => {
  const page = await jobs();
  assert.equal(await changesTotal(page, () => facet(page, 'Phase', 'Failed').click()), 30);
  assert.match(page.url(), /\?phase=failed$/);
  assert.equal(await changesTotal(page, () => facet(page, 'Account', '444455556666').click()), 10);
  const [address, ids] = [page.url(), await shownIds(page)];
  assert.equal(ids.length, 10);

  const pasted = await openPage(browser);
  await visit(pasted, address);
  assert.deepEqual(await shownIds(pasted), ids);
  assert.equal(await total(pasted), 10);
  await done(pasted);

  assert.equal(await changesTotal(page, () => page.locator('.chip').first().click()), 100);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('#total')?.innerText === '10');
  await done(page);
});

test('search finds names and failure reasons, and whoever types stays in the field', async () => {
  const page = await jobs();
  await page.keyboard.press('/');
  assert.equal(await changesTotal(page, () => page.keyboard.type('job-04')), 10);
  assert.match(page.url(), /q=job-04/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
  await page.fill('#search', 'BUCKET-120/');
  await page.waitForFunction(() => document.querySelector('#total')?.innerText === '1');
  assert.deepEqual(await column(page, 'name'), ['job-120']);
  await page.fill('#search', 'nothing is called this');
  await page.getByText('No workload matches').waitFor();
  await done(page);
});

test('every head sorts both ways', async () => {
  const page = await jobs();
  for (const head of ['Name', 'Status', 'Duration', 'Updated']) {
    const column = page.locator('table.rows th', { hasText: head });
    await column.locator('a').click();
    await page.waitForFunction((name) => [...document.querySelectorAll('th[aria-sort]')].some((th) => th.innerText.startsWith(name)), head);
    const first = await column.getAttribute('aria-sort');
    await column.locator('a').click();
    await page.waitForFunction(
      ([name, order]) => [...document.querySelectorAll('th[aria-sort]')].some((th) => th.innerText.startsWith(name) && th.ariaSort !== order),
      [head, first],
    );
  }
  await page.goto(`${server.url}/jobs?sort=name`);
  assert.deepEqual((await column(page, 'name')).slice(0, 3), ['job-000', 'job-001', 'job-002']);
  await page.goto(`${server.url}/jobs?sort=-name`);
  assert.equal((await column(page, 'name'))[0], `job-${JOBS - 1}`);
  await done(page);
});

test('rows far down come into sight, in order and without gaps', async () => {
  const page = await jobs('?sort=name');
  await page.locator('.table-scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.locator('tr[data-id$="job-299"]').waitFor();
  const names = await column(page, 'name');
  const sorted = names.toSorted();
  assert.deepEqual(names, sorted);
  assert.equal(names.at(-1), 'job-299');
  assert.equal(new Set(names).size, names.length);
  await done(page);
});

test('the histogram picks a window', async () => {
  const page = await jobs();
  const plot = page.locator('.jobs-main .bars-plot');
  const area = await plot.boundingBox();
  const middle = area.y + area.height / 2;
  const after = await changesTotal(page, async () => {
    await page.mouse.move(area.x + area.width * 0.6, middle);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.8, middle, { steps: 4 });
    await page.mouse.up();
  });
  assert.ok(after > 0 && after < JOBS, `${after}`);
  assert.match(page.url(), /from=.*&to=/);
  assert.equal(await changesTotal(page, () => page.locator('.chip').first().click()), JOBS);
  await done(page);
});

test('the keyboard leads to a workload and back', async () => {
  const page = await jobs('?sort=name');
  const isSelected = (job) => page.locator(`tr.selected[data-id$="${job}"]`).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await isSelected('job-001');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'job-001' }).waitFor();
  assert.match(page.url(), /\/jobs\/111122223333\/eu-west-1\/training-job\/job-001$/);
  await page.keyboard.press('Escape');
  await page.waitForURL(/\/jobs\?sort=name$/);
  // The list is asked for anew; until it is there, no key can select a row of it.
  await page.locator('tr[data-id$="job-000"]').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  for (let row = 0; row < 60; row += 1) await page.keyboard.press('j');
  await isSelected('job-059');
  await done(page);
});

test('columns are chosen in the address', async () => {
  const page = await jobs();
  await page.getByText('Columns', { exact: true }).click();
  await page.getByRole('checkbox', { name: 'Failure reason' }).uncheck();
  await page.waitForURL(/cols=/);
  assert.equal(await page.locator('th.c-reason').count(), 0);
  await page.reload();
  assert.equal(await page.locator('th.c-reason').count(), 0);
  await done(page);
});

test('the export holds the whole result, whatever is in sight', async () => {
  const page = await jobs('?phase=failed');
  const csv = await (await page.request.get(`${server.url}/export/workloads.csv?phase=failed`)).text();
  assert.equal(csv.trimEnd().split('\r\n').length, 31);
  const json = await (await page.request.get(`${server.url}/export/workloads.json`)).json();
  assert.equal(json.length, JOBS);
  await page.getByText('Export', { exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('CSV, the whole result').click()]);
  assert.match(download.suggestedFilename(), /\.csv$/);
  await done(page);
});

test('a saved view leads back to where it was saved', async () => {
  const page = await jobs('?phase=failed&sort=name');
  await page.getByText('Views', { exact: true }).click();
  await page.getByLabel('Name of the view').fill('Failed <by> name & more');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Failed <by> name & more' }).waitFor();
  await visit(page, `${server.url}/jobs`);
  await page.getByText('Views', { exact: true }).click();
  await page.getByRole('link', { name: 'Failed <by> name & more' }).click();
  await page.waitForURL(/phase=failed&sort=name/);
  await page.getByRole('button', { name: /Delete view/ }).click();
  await page.getByText('No saved views yet').waitFor();
  await done(page);
});

test('an address that cannot be read says what is wrong and shows everything', async () => {
  const page = await jobs('?phase=finished');
  await page.getByRole('alert').getByText('phase').waitFor();
  assert.equal(await total(page), JOBS);
  await done(page);
});

test('a workload that nobody knows is a 404 that says so', async () => {
  const page = await openPage(browser);
  const response = await visit(page, `${server.url}/jobs/111122223333/eu-west-1/training-job/nobody`);
  assert.equal(response.status(), 404);
  await page.getByText('Nothing is known of this workload').waitFor();
  await page.context().close();
});
