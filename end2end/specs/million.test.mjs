// A result of a million rows in a real browser. The server holds 300 workloads; between it and the page, its answers are
// made to say a million and to give each row the number that it would have. What the store and the read model do with a
// million is measured by `make bench`.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser, openPage, visit } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';
import { lines, total, trainingJob } from '../support/pages.mjs';

const HELD = 300;
const MILLION = 1_000_000;
let server;
let browser;

before(async () => {
  server = await startOnepane();
  const events = Array.from({ length: HELD }, (_, number) =>
    trainingJob({ name: `job-${String(number).padStart(7, '0')}`, status: 'Completed' }),
  );
  const result = server.run(['ingest', '--data-dir', server.dataDir, '-'], lines(events));
  assert.equal(result.status, 0, result.stderr);
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function asAMillion(route) {
  const url = new URL(route.request().url());
  const offset = Number(url.searchParams.get('offset'));
  url.searchParams.set('offset', '0');
  const answer = await route.fetch({ url: url.href });
  const result = await answer.json();
  const [like] = result.rows;
  const count = Math.min(Number(url.searchParams.get('limit')), MILLION - offset);
  const rows = Array.from({ length: count }, (_, place) => ({
    ...like,
    name: `job-${String(offset + place).padStart(7, '0')}`,
  }));
  await route.fulfill({ response: answer, json: { ...result, total: MILLION, rows } });
}

const numbers = (page) =>
  page.$$eval('table.rows tbody tr[data-id]', (rows) => rows.map((row) => Number(/job-(\d+)$/.exec(row.dataset.id)[1])));

test('a million rows scroll: top, middle, one by one, and the last one', async () => {
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs?sort=name`);
  await page.route('**/fn/search*', asAMillion);
  // Another query than the one that came with the page, so that the page asks for it.
  await page.keyboard.press('/');
  await page.keyboard.type('job');
  await page.waitForFunction((million) => Number(document.querySelector('#total')?.innerText.replace(/\D/g, '')) === million, MILLION);
  assert.equal(await total(page), MILLION);

  const scroll = (to) => page.locator('.table-scroll').evaluate((element, to) => element.scrollTo(0, element.scrollHeight * to), to);
  for (const [part, least, most] of [[0.5, 480_000, 520_000], [1, MILLION - 200, MILLION], [0.1, 90_000, 110_000], [0, 0, 200]]) {
    await scroll(part);
    await page.waitForFunction(
      ([least, most]) => {
        const rows = [...document.querySelectorAll('table.rows tbody tr[data-id]')];
        return rows.length > 10 && rows.every((row) => {
          const number = Number(/job-(\d+)$/.exec(row.dataset.id)[1]);
          return number >= least && number < most;
        });
      },
      [least, most],
    );
    const shown = await numbers(page);
    shown.slice(1).forEach((number, place) => assert.equal(number, shown[place] + 1, 'in order and without gaps'));
    assert.ok(shown.length < 150, `${shown.length} rows are drawn, not a million`);
    if (part === 1) assert.equal(shown.at(-1), MILLION - 1);
    if (part === 0) assert.equal(shown[0], 0);
  }
  // A turn of the wheel still moves by a screen at most, however long the scroll bar stands for.
  await scroll(0.5);
  await page.waitForTimeout(300);
  const before = (await numbers(page))[0];
  await page.locator('.table-scroll').hover();
  await page.mouse.wheel(0, 360);
  await page.waitForTimeout(500);
  const moved = (await numbers(page))[0] - before;
  assert.ok(moved >= 5 && moved <= 60, `a turn of 360 px moved by ${moved} rows`);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
