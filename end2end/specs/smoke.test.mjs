// The first thing that anybody does: start the server, open the address.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { seriousViolations } from '../support/axe.mjs';
import { launchBrowser, openPage, visit } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';

let server;
let browser;

before(async () => {
  server = await startOnepane({ args: ['--demo', '--demo-scale', '0.02', '--demo-days', '3'] });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the first page answers, comes to life, and nothing goes wrong on it', async () => {
  const page = await openPage(browser);
  const response = await visit(page, `${server.url}/`);
  assert.equal(response.status(), 200);
  assert.match(await page.title(), /Onepane/);
  assert.deepEqual(page.troubles, []);
  assert.deepEqual(await seriousViolations(page), []);
  await page.context().close();
});

test('what the page loads comes compressed and may be kept for ever', async () => {
  const page = await openPage(browser);
  const loaded = [];
  page.on('response', (answer) => {
    if (new URL(answer.url()).pathname.startsWith('/pkg/')) loaded.push(answer);
  });
  await visit(page, `${server.url}/`);
  const kinds = new Set(loaded.map((answer) => answer.url().split('.').pop()));
  assert.deepEqual([...kinds].sort(), ['css', 'js', 'wasm']);
  for (const answer of loaded) {
    const headers = await answer.allHeaders();
    const about = answer.url();
    assert.ok(['br', 'gzip'].includes(headers['content-encoding']), `${about} is not compressed`);
    assert.match(headers['cache-control'] ?? '', /immutable/, about);
  }
  await page.context().close();
});
