// From an accepted event to a changed row in an open browser.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { launchBrowser, openPage, visit } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';
import { lines, trainingJob } from '../support/pages.mjs';

// The promise is a second; a loaded test machine gets more, and the time is printed.
const PATIENCE = 10_000;
let server;
let browser;
let key;

before(async () => {
  server = await startOnepane();
  browser = await launchBrowser();
  key = (await readFile(path.join(server.dataDir, 'ingest.key'), 'utf8')).trim();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const post = (body) =>
  fetch(`${server.url}/ingest/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
  });

async function rowWithStatus(page, name, status) {
  await page
    .locator(`tr[data-id$="#${name}"]`, { has: page.locator('.c-status', { hasText: status }) })
    .waitFor({ timeout: PATIENCE });
}

test('an event that is posted shows in an open page, and its next one changes the row', async (context) => {
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs`);
  await page.locator('.live[data-state="on"]').waitFor();
  for (const status of ['InProgress', 'Failed']) {
    const event = trainingJob({ name: 'live-job', status, reason: status === 'Failed' ? 'AlgorithmError: exit 1' : null });
    const answer = await post(event);
    assert.equal(answer.status, 202, await answer.text());
    const accepted = performance.now();
    await rowWithStatus(page, 'live-job', status);
    context.diagnostic(`${status}: in the open page ${Math.round(performance.now() - accepted)} ms after acceptance`);
  }
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('sample events piped into `onepane ingest` beside the server show in an open page', async (context) => {
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs?q=piped`);
  await page.locator('.live[data-state="on"]').waitFor();
  const events = ['piped-1', 'piped-2'].map((name) => trainingJob({ name, status: 'Completed' }));
  const result = server.run(['ingest', '--data-dir', server.dataDir, '-'], lines([...events, events[0]]));
  const stored = performance.now();
  assert.equal(result.status, 0, result.stderr);
  await rowWithStatus(page, 'piped-1', 'Completed');
  await rowWithStatus(page, 'piped-2', 'Completed');
  context.diagnostic(`in the open page ${Math.round(performance.now() - stored)} ms after the command ended`);
  assert.equal(await page.locator('tr[data-id]').count(), 2);
  await page.context().close();
});

test('a paused page stands still, counts what waits, and catches up', async () => {
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs?q=paused`);
  await page.locator('.live[data-state="on"]').waitFor();
  await page.keyboard.press('p');
  await post(trainingJob({ name: 'paused-1' }));
  await page.getByText(/Paused · [1-9]\d* new/).waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator('tr[data-id]').count(), 0);
  await page.keyboard.press('p');
  await rowWithStatus(page, 'paused-1', 'InProgress');
  await page.context().close();
});

test('a bad event is refused with its reason, and the good ones beside it are kept', async () => {
  const answer = await post([trainingJob({ name: 'good-beside-bad' }), { hello: 'world' }]);
  assert.equal(answer.status, 400);
  const told = JSON.stringify(await answer.json());
  assert.match(told, /reason/);
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs?q=good-beside-bad`);
  await rowWithStatus(page, 'good-beside-bad', 'InProgress');
  await page.context().close();
});

test('nobody posts without the key', async () => {
  const answer = await fetch(`${server.url}/ingest/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'not the key, whatever its length' },
    body: '{}',
  });
  assert.equal(answer.status, 401);
});
