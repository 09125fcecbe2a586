// The module that analyses series in the browser: the same as the server, whatever it is asked, and quick.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser, openPage, visit } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';
import { manyRequests, moduleViews, nativeViews, request } from '../support/series.mjs';

let server;
let browser;
let page;

before(async () => {
  server = await startOnepane();
  browser = await launchBrowser();
  page = await openPage(browser);
  await visit(page, `${server.url}/gallery`);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Where two views differ, if they do. Numbers may in their last digits: logarithms are not rounded alike everywhere. */
function difference(one, other, place = '') {
  if (typeof one === 'number' && typeof other === 'number') {
    const close = Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(other));
    return close ? undefined : `${place}: ${one}, ${other}`;
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other ? undefined : `${place}: ${String(one).slice(0, 200)}, ${String(other).slice(0, 200)}`;
  }
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.map((key) => difference(one[key], other[key], `${place}.${key}`)).find(Boolean);
}

test('a view is the same in the browser and on the server', async () => {
  const requests = manyRequests();
  const [here, there] = [await moduleViews(page, requests), nativeViews(requests)];
  assert.equal(there.length, requests.length);
  let identical = 0;
  for (const [number, { view }] of here.entries()) {
    if (view === there[number]) identical += 1;
    const place = `${requests[number].series.name}, ${JSON.stringify(requests[number].settings)}`;
    assert.equal(difference(JSON.parse(view), JSON.parse(there[number]), place), undefined);
  }
  console.log(`${identical} of ${requests.length} views are the same to the letter`);
  const outcomes = here.map(({ view }) => JSON.parse(view).outcome);
  assert.ok(outcomes.filter((outcome) => outcome.startsWith('Analysed')).length > requests.length / 2);
});

test('what is no request is answered with why, and what is huge within bounds', async () => {
  const good = request('week');
  const bad = ['', 'nonsense', '[]', '{"series":3}', '\ud800', JSON.stringify({ ...good, settings: { profile: 'none' } })];
  const odd = [
    { ...good, series: { ...good.series, values: Array.from({ length: 100_001 }, () => 1) } },
    { ...good, series: { ...good.series, step_ms: 0 } },
    { ...good, series: { ...good.series, values: [1e308, -1e308, 1e308, 5e-324] } },
    { ...good, series: { ...good.series, values: [] } },
    { ...good, settings: { period: 4_294_967_295, iqr_mult: -1, threshold: 7 } },
  ];
  for (const { view } of await moduleViews(page, bad)) assert.match(JSON.parse(view).error, /line|expected|EOF/);
  for (const { view } of await moduleViews(page, odd)) assert.match(JSON.parse(view).outcome, /nalysed.*\.$/);
});

test('a parameter changes the view at once', async () => {
  for (const profile of ['robust', 'sample', 'kats']) {
    const requests = Array.from({ length: 12 }, (_, turn) => request('spikes', { settings: { profile, iqr_mult: 2 + turn / 4 } }));
    const views = await moduleViews(page, requests);
    const flagged = views.map(({ view }) => JSON.parse(view).outliers.reduce((sum, { points }) => sum + points, 0));
    assert.ok(flagged[0] >= flagged.at(-1) && flagged.at(-1) > 0, `${profile}: ${flagged}`);
    const times = views.slice(2).map(({ time }) => time).toSorted((a, b) => a - b);
    console.log(`${profile}: 540 points analysed and drawn in ${times[5].toFixed(1)} ms, at most ${times.at(-1).toFixed(1)} ms`);
  }
});
