// The Security pages on a small lake with a planted spike and a planted step: the list, a series, what lies behind a point.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { seriousViolations } from '../support/axe.mjs';
import { launchBrowser, narrow, openPage, overflowX, visit, wide } from '../support/browser.mjs';
import { daysAgo, odd, records, spike, step } from '../support/findings.mjs';
import { runOnepane, startOnepane } from '../support/onepane.mjs';
import { lines, trainingJob } from '../support/pages.mjs';

const DAY = 86_400_000;
let dataDir;
let server;
let browser;

before(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'onepane-e2e-'));
  const job = trainingJob({ name: 'beside-the-spike', time: new Date(Date.parse(daysAgo(spike.daysAgo)) + DAY / 2) });
  for (const [args, input] of [
    [['lake', 'import', '--data-dir', dataDir, '-'], lines(records())],
    [['ingest', '--data-dir', dataDir, '-'], lines([job])],
  ]) {
    const result = runOnepane(args, { input });
    assert.equal(result.status, 0, result.stderr);
  }
  server = await startOnepane({ dataDir });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(place, options) {
  const page = await openPage(browser, options);
  await page.addInitScript(() => {
    globalThis.shifts = [];
    const note = (list) => globalThis.shifts.push(...list.getEntries().filter((entry) => !entry.hadRecentInput));
    new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
  });
  await visit(page, server.url + place);
  return page;
}

async function done(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

const seriesPath = ({ product, type }, more = '') =>
  `/security/series?key=${encodeURIComponent(product)}&key=${encodeURIComponent(type)}${more}`;
/** The keys of the rows, from the top. */
const keys = (page) => page.$$eval('table.insights tbody tr', (rows) => rows.map((row) => row.querySelector('.s-key').innerText.replace(/\s*\n\s*/g, ' | ')));
const rowOf = (page, text) => page.locator('table.insights tbody tr', { hasText: text });
const query = (page) => new URL(page.url()).searchParams;
const chartAlive = (page) => page.waitForSelector('.series-charts .chart-box.alive');

test('the planted spike and step stand on top, with their evidence, before any script runs', async () => {
  const page = await openPage(browser, { context: { javaScriptEnabled: false } });
  await page.goto(`${server.url}/security`);
  const found = (await keys(page)).slice(0, 2).sort();
  assert.match(found[0], /^CVE\b.*Inspector · Vulnerabilities/);
  assert.match(found[1], /^PortProbe\b.*GuardDuty · Recon/);
  const spikeRow = rowOf(page, spike.product);
  assert.match(await spikeRow.locator('.s-outlier').innerText(), new RegExp(`^${spike.count}\\b`));
  assert.equal(await spikeRow.locator('.spark-outlier').count(), 1);
  const change = await rowOf(page, step.product).locator('.s-change').innerText();
  const [, low, high] = change.match(/^([\d.]+) → ([\d.]+)/);
  assert.ok(Math.abs(low - step.before) < 1 && Math.abs(high - step.after) < 1, change);
  assert.match(await page.locator('#insights-counts').innerText(), /5 series looked at.*false discovery rate 5 %/);
  assert.ok((await page.locator('.security-overview .chart-picture svg').count()) > 0);
  await page.context().close();
});

test('facets, grouping, search and window stand in the address', async () => {
  const page = await open('/security?show=all');
  assert.equal((await keys(page)).length, 5);
  await page.locator('.facet-value', { hasText: 'Macie' }).first().click();
  await page.waitForURL(/where=product%3DMacie/);
  await page.waitForFunction(() => document.querySelectorAll('table.insights tbody tr').length === 1);
  await page.locator('.chip', { hasText: 'Macie' }).click();
  await page.waitForFunction(() => document.querySelectorAll('table.insights tbody tr').length === 5);

  await page.locator('#group-by summary').click();
  await page.locator('#group-by a[data-dimension="account"]').click();
  await page.waitForURL(/by=account/);
  await page.locator('#group-by a[data-dimension="product"]').click();
  await page.locator('#group-by a[data-dimension="type"]').click();
  await page.waitForURL((url) => url.searchParams.getAll('by').join() === 'account');
  await page.waitForFunction(() => document.querySelectorAll('table.insights tbody tr').length === 2);
  assert.deepEqual(query(page).getAll('by'), ['account']);

  await page.keyboard.press('Escape');
  await page.getByLabel('Search series').fill('4444');
  await page.waitForURL(/q=4444/);
  await page.waitForFunction(() => document.querySelectorAll('table.insights tbody tr').length === 1);
  await page.getByLabel('Window').selectOption('30d');
  await page.waitForURL(/range=30d/);

  const pasted = await open(new URL(page.url()).pathname + new URL(page.url()).search);
  assert.deepEqual(await keys(pasted), await keys(page));
  assert.equal(await pasted.getByLabel('Window').inputValue(), '30d');
  await done(pasted);
  await done(page);
});

test('dragging over the overview narrows the window', async () => {
  const page = await open('/security');
  await page.waitForSelector('.security-overview .alive');
  const box = await page.locator('.security-overview .chart-live').boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.5, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/from=.*&to=/);
  await page.locator('.chip', { hasText: 'UTC' }).click();
  await page.waitForURL((url) => !url.searchParams.has('from'));
  await done(page);
});

test('a decision leaves the list, is counted, and is taken back', async () => {
  const page = await open('/security');
  const before = (await keys(page)).length;
  await rowOf(page, spike.product).getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Expected', { exact: true }).click();
  await dialog.getByLabel('Note', { exact: true }).fill('A penetration test; "agreed" & done.');
  await dialog.getByLabel('By', { exact: true }).fill('Ana');
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await page.waitForFunction(() => /1 muted/.test(document.querySelector('#insights-counts').innerText));
  assert.equal(await page.locator('table.insights tr', { hasText: 'Expected' }).count(), 0);
  await page.locator('#show-muted').click();
  await page.waitForURL(/show=muted/);
  await page.locator('table.insights tr.muted', { hasText: 'GuardDuty' }).waitFor();
  assert.equal((await keys(page)).length, 1);

  const series = await open(seriesPath(spike));
  const decision = series.locator('.decisions');
  assert.match(await decision.innerText(), /Expected[\s\S]*agreed[\s\S]*Ana/);
  await decision.getByRole('button', { name: 'Take back' }).click();
  await decision.waitFor({ state: 'detached' });
  await done(series);

  // The name is remembered.
  await page.goto(`${server.url}/security`);
  await page.waitForFunction(() => document.documentElement.dataset.hydrated === 'true');
  assert.equal((await keys(page)).length, before);
  await page.keyboard.press('j');
  await page.keyboard.press('t');
  assert.equal(await page.getByRole('dialog').getByLabel('By', { exact: true }).inputValue(), 'Ana');
  await page.keyboard.press('Escape');
  await done(page);
});

test('the list is driven by the keyboard', async () => {
  const page = await open('/security');
  const second = (await keys(page))[1].split(' | ')[0].replace(/\s*new$/, '');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.waitForSelector('#row-1.selected');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/security\/series\?/);
  await page.locator('h1', { hasText: second }).waitFor();
  await page.goBack();
  await page.waitForURL(/\/security$/);
  await done(page);
});

test('moving the slider draws anew in the browser, without a request and at once', async () => {
  const page = await open(seriesPath(spike));
  await chartAlive(page);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  const outliers = () => page.innerText('#outliers-title');
  // What follows from an event is done before the next task begins.
  const move = (value) =>
    page.evaluate(async (value) => {
      const slider = document.querySelector('#iqr');
      const start = performance.now();
      slider.value = value;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve));
      return performance.now() - start;
    }, value);
  const drawn = () => page.evaluate(() => [...onepaneCharts.living][0].text);
  const before = await drawn();
  // The module may still be on its way; its first run compiles.
  await move('2.5');
  await page.waitForFunction((before) => [...onepaneCharts.living][0].text !== before, before);
  const took = [];
  for (const value of ['1', '2.2', '1.2', '4', '1']) took.push(await move(value));
  console.log(`slider → drawn: ${took.map((ms) => ms.toFixed(1)).join(', ')} ms`);
  assert.ok(Math.min(...took) < 50, `${took}`);
  assert.notEqual(await drawn(), before);
  assert.equal(await page.innerText('#iqr-value'), '1.0 × IQR');
  await page.waitForURL(/iqr=1\b/);
  assert.deepEqual(asked.filter((url) => url.includes('/fn/')), []);

  const pasted = await open(seriesPath(spike, '&iqr=1'));
  assert.equal(await pasted.innerText('#outliers-title'), await outliers());
  await done(pasted);
  await done(page);
});

test('the sample’s numbers are one click away, with what makes them differ', async () => {
  const page = await open(seriesPath(spike));
  await page.locator('#profile-sample').click();
  await page.waitForSelector('.compared li');
  await page.waitForURL(/profile=sample/);
  await page.locator('.layer', { hasText: 'Season' }).click();
  await page.waitForURL(/layers=/);
  await page.locator('#profile-robust').click();
  await page.waitForFunction(() => !document.querySelector('.compared'));
  await done(page);
});

test('a point opens what lies behind it: records, SQL, breakdowns, workloads', async () => {
  const page = await open(seriesPath(spike));
  await page.locator('section[aria-labelledby="outliers-title"] a').first().click();
  await page.waitForURL(new RegExp(`at=${encodeURIComponent(daysAgo(spike.daysAgo))}`));
  await page.waitForSelector('.records tbody tr');
  assert.match(await page.innerText('.records'), /PortProbe/);
  const sql = await page.locator('#sql code').textContent();
  assert.match(sql, /GuardDuty/);
  assert.match(sql, /eventday/i);
  const severity = page.locator('.breakdown', { hasText: 'Severity' });
  assert.match(await severity.innerText(), new RegExp(`High\\s+${spike.count}\\b`));
  assert.match(await page.locator('.behind a[href^="/jobs/"]').first().innerText(), /beside-the-spike/);

  await page.getByRole('button', { name: 'A day more' }).click();
  await page.waitForURL(/days=4/);
  assert.equal(await page.innerText('#days'), '± 4 days');
  const csv = await page.request.get(server.url + (await page.locator('.investigation-head a').getAttribute('href')));
  assert.equal(csv.status(), 200);
  assert.match(await csv.text(), /PortProbe/);
  await page.getByRole('button', { name: 'Close the investigation' }).click();
  await page.waitForURL((url) => !url.searchParams.has('at'));
  await done(page);
});

test('a click on the chart opens its point', async () => {
  const page = await open(seriesPath(spike));
  await chartAlive(page);
  const place = await page.evaluate((time) => {
    const { chart, element } = [...onepaneCharts.living][0];
    element.scrollIntoView({ block: 'center' });
    const box = element.getBoundingClientRect();
    return { x: box.left + chart.convertToPixel({ xAxisIndex: 0 }, time), y: box.top + box.height / 2 };
  }, Date.parse(daysAgo(spike.daysAgo)));
  await page.mouse.click(place.x, place.y);
  await page.waitForURL(new RegExp(`at=${encodeURIComponent(daysAgo(spike.daysAgo))}`));
  await page.waitForSelector('.records tbody tr');
  assert.equal(await page.locator('.chart-mark').first().isVisible(), true);
  await done(page);
});

test('quotes, semicolons and letters of everywhere change nothing but the result', async () => {
  const all = await open('/security?show=all');
  assert.equal((await keys(all)).filter((key) => key.includes('DROP TABLE')).length, 1);
  await all.locator('.facet-value', { hasText: 'DROP TABLE' }).first().click();
  await all.waitForFunction(() => document.querySelectorAll('table.insights tbody tr').length === 1);
  assert.equal(await all.locator('table.insights b', { hasText: 'ä漢' }).count(), 0);
  assert.ok((await keys(all))[0].includes(odd));
  await done(all);

  const page = await open(seriesPath({ product: odd, type: `${odd}/type` }, `&at=${encodeURIComponent(daysAgo(5))}`));
  await page.waitForSelector('.records tbody tr');
  const sql = await page.locator('#sql code').textContent();
  assert.ok(sql.includes(odd.replaceAll("'", "''")), sql);
  assert.ok((await page.innerText('h1')).startsWith(odd));
  await done(page);

  const none = await open(`/security?where=${encodeURIComponent(`product=' OR '1'='1`)}`);
  assert.equal((await keys(none)).length, 0);
  await none.getByText('No records match').waitFor();
  await done(none);
});

test('an address that cannot be is said so', async () => {
  const list = await open('/security?bucket=year');
  assert.match(await list.locator('.banner').innerText(), /bucket/);
  assert.ok((await keys(list)).length > 0);
  await done(list);
  const series = await open('/security/series?key=a');
  assert.match(await series.locator('.banner').innerText(), /key/);
  await done(series);
});

for (const [name, place] of [
  ['the list', () => '/security'],
  ['all series, compared', () => '/security?show=all&compare=previous&range=30d'],
  ['a series', () => seriesPath(spike)],
  ['an investigation', () => seriesPath(step, `&at=${encodeURIComponent(daysAgo(step.daysAgo))}`)],
  ['the sample', () => seriesPath(spike, '&profile=sample&layers=trend,season,band,outliers,changes')],
]) {
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [narrow, wide]) {
      test(`${name}, ${colorScheme}, ${viewport.width} wide: nothing sticks out, nothing moves, axe is content`, async () => {
        const page = await open(place(), { viewport, colorScheme });
        await page.waitForTimeout(600);
        assert.equal(await overflowX(page), 0);
        const shift = await page.evaluate(() => globalThis.shifts.reduce((sum, entry) => sum + entry.value, 0));
        assert.ok(shift < 0.001, `layout shift ${shift}`);
        assert.deepEqual(await seriousViolations(page), []);
        await done(page);
      });
    }
  }
}
