// The Metrics page and a workload's metrics, on numbers that the test has put in: presets, explorer, address, zoom,
// comparison, export.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser, openPage, visit } from '../support/browser.mjs';
import { startOnepane } from '../support/onepane.mjs';
import { lines, trainingJob } from '../support/pages.mjs';

const MINUTE = 60_000;
const accounts = ['111122223333', '444455556666'];
let server;
let browser;
const now = Math.floor(Date.now() / MINUTE) * MINUTE;

/** One record of a Metric Stream, in its JSON format. */
function record({ account = accounts[0], namespace, name, dimensions, minutesAgo, value, count = 1, unit = 'Percent' }) {
  return {
    metric_stream_name: 'e2e', account_id: account, region: 'eu-west-1', namespace, metric_name: name, dimensions,
    timestamp: now - minutesAgo * MINUTE, unit,
    value: { count, sum: value * count, min: value, max: value, p99: value },
  };
}

function records() {
  const made = [];
  for (let minutesAgo = 1; minutesAgo <= 300; minutesAgo += 1) {
    for (const [place, account] of accounts.entries()) {
      const endpoint = { EndpointName: `chat-${place}`, VariantName: 'blue' };
      const of = { account, namespace: 'AWS/SageMaker', dimensions: endpoint, minutesAgo };
      made.push(record({ ...of, name: 'Invocations', value: 1, count: 10 * (place + 1), unit: 'Count' }));
      made.push(record({ ...of, name: 'ModelLatency', value: 2_000 * (place + 1), count: 10, unit: 'Microseconds' }));
    }
  }
  // A job of two hosts on ml.g5.xlarge (one GPU, four vCPUs): one works a quarter, the other half of the time.
  for (let minutesAgo = 30; minutesAgo <= 60; minutesAgo += 1) {
    for (const [place, value] of [25, 50].entries()) {
      const of = { namespace: '/aws/sagemaker/TrainingJobs', minutesAgo, dimensions: { Host: `busy/algo-${place + 1}` } };
      made.push(record({ ...of, name: 'GPUUtilization', value }));
      made.push(record({ ...of, name: 'CPUUtilization', value: 100 }));
    }
  }
  return made;
}

before(async () => {
  server = await startOnepane();
  const job = trainingJob({ name: 'busy', status: 'Completed', time: new Date(now - 29 * MINUTE) });
  job.detail.CreationTime = now - 61 * MINUTE;
  job.detail.TrainingStartTime = now - 60 * MINUTE;
  job.detail.TrainingEndTime = now - 29 * MINUTE;
  const failed = trainingJob({ name: 'broken', status: 'Failed', reason: 'ClientError: no data', time: new Date(now - 20 * MINUTE) });
  for (const [args, input] of [
    [['ingest', '--data-dir', server.dataDir, '-'], lines([job, failed])],
    [['ingest', '--metrics', '--data-dir', server.dataDir, '-'], lines(records())],
  ]) {
    const result = server.run(args, input);
    assert.equal(result.status, 0, result.stderr);
  }
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function metrics(search = '') {
  const page = await openPage(browser);
  await visit(page, `${server.url}/metrics${search}`);
  return page;
}

async function done(page) {
  assert.deepEqual(page.troubles, []);
  await page.context().close();
}

const summary = (page, panel) => page.locator(`#panel-${panel} figcaption p`).first().innerText();
const notes = (page, panel) => page.locator(`#panel-${panel} .notes`).innerText();
/** Waits for a panel whose words match. */
const says = (page, panel, words) =>
  page.waitForFunction(
    ([id, source]) => new RegExp(source).test(document.querySelector(`#panel-${id} figcaption p`)?.innerText ?? ''),
    [panel, words.source],
  );

test('fleet health and failures need no metrics, and come before any script runs', async () => {
  const page = await openPage(browser, { context: { javaScriptEnabled: false } });
  await page.goto(`${server.url}/metrics`);
  for (const panel of ['phases', 'failure-share', 'durations', 'jobs-by-account', 'jobs-by-kind']) {
    assert.equal(await page.locator(`#panel-${panel} .chart-picture svg`).count() > 0, true, panel);
  }
  await page.goto(`${server.url}/metrics?view=failures`);
  assert.match(await page.locator('#panel-reasons').innerText(), /no data/);
  await page.context().close();
});

test('the endpoints’ charts tell account and Region, and zooming goes into the address', async () => {
  const page = await metrics('?view=endpoints&range=3h&period=300');
  await says(page, 'invocations', /2 lines/);
  const table = page.locator('#panel-invocations table');
  await page.locator('#panel-invocations summary').click();
  const head = await table.locator('thead').innerText();
  assert.match(head, /chat-0 · 111122223333 · eu-west-1/);
  assert.match(head, /chat-1 · 444455556666 · eu-west-1/);
  // Ten invocations a minute, five minutes a value.
  assert.match(await table.locator('tbody tr').nth(3).innerText(), /\b50\b[\s\S]*\b100\b|\b100\b[\s\S]*\b50\b/);
  assert.match(await page.locator('#panel-model-latency').innerText(), /ms/);

  const chart = page.locator('#panel-invocations .chart-live');
  await chart.scrollIntoViewIfNeeded();
  await page.waitForSelector('#panel-invocations .alive');
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.6);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.6, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=.*&to=/);
  const query = new URL(page.url()).searchParams;
  const hours = (new Date(query.get('to')) - new Date(query.get('from'))) / 3_600_000;
  assert.ok(hours > 0.2 && hours < 2, `${hours} hours were picked`);
  const before = page.url();
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.waitForFunction((before) => window.location.href !== before, before);
  await done(page);
});

test('the explorer finds, groups and says it all in the address', async () => {
  const page = await metrics('?view=explore&range=3h&period=300');
  await page.getByText('Nothing is picked yet').waitFor();
  await page.getByLabel('Namespace').selectOption('AWS/SageMaker');
  await page.waitForURL(/namespace=AWS/);
  await page.getByLabel('Metric', { exact: true }).selectOption('Invocations');
  await says(page, 'picked', /2 lines/);
  assert.match(await page.locator('.explorer-count').innerText(), /2 metrics match/);
  await page.getByLabel('Statistic').selectOption('Sum');
  await page.waitForURL(/stat=Sum/);
  await page.getByLabel('A line for').selectOption('all together');
  await says(page, 'picked', /1 line\b.*highest is 150\b/);
  await page.getByLabel('A line for').selectOption('account');
  await says(page, 'picked', /2 lines/);
  await page.getByLabel('EndpointName', { exact: true }).selectOption('chat-1');
  await says(page, 'picked', /1 line\b.*highest is 100\b/);

  const pasted = await metrics(new URL(page.url()).search);
  assert.equal(await summary(pasted, 'picked'), await summary(page, 'picked'));
  assert.equal(await pasted.getByLabel('EndpointName', { exact: true }).inputValue(), 'chat-1');
  await done(pasted);
  await done(page);
});

test('expressions compute over what is picked, and search', async () => {
  const expression = encodeURIComponent('m1 + m2');
  const page = await metrics(`?view=explore&range=3h&period=300&namespace=AWS/SageMaker&metric=Invocations&stat=Sum&expr=${expression}`);
  await says(page, 'expressions', /highest is 150\b/);
  const area = page.getByLabel(/Expressions/);
  await area.fill(`SEARCH('{AWS/SageMaker,EndpointName,VariantName} MetricName="ModelLatency"', 'Average', 300)`);
  await page.getByRole('button', { name: 'Draw' }).click();
  await says(page, 'expressions', /2 lines/);
  await area.fill('SUM(m1');
  await page.getByRole('button', { name: 'Draw' }).click();
  await page.waitForFunction(() => /e1|SUM/.test(document.querySelector('#panel-expressions .notes')?.innerText ?? ''));
  assert.ok((await notes(page, 'expressions')).length > 10);
  await done(page);
});

test('the time before stands beside now', async () => {
  const page = await metrics('?view=endpoints&range=2h&period=300&compare=previous');
  await says(page, 'invocations', /4 lines/);
  await page.locator('#panel-invocations summary').click();
  assert.match(await page.locator('#panel-invocations thead').innerText(), /\(before\)/);
  await page.getByLabel('Compare with the time before').uncheck();
  await says(page, 'invocations', /2 lines/);
  assert.doesNotMatch(page.url(), /compare/);
  await done(page);
});

test('accounts narrow, and the numbers can be taken along', async () => {
  const search = `?view=endpoints&range=3h&period=300&account=${accounts[1]}`;
  const page = await metrics(search);
  await says(page, 'invocations', /1 line\b/);
  const answer = await page.request.get(`${server.url}/export/metrics.csv${search}`);
  const rows = (await answer.text()).trim().split('\r\n');
  assert.equal(rows[0], 'time,panel,series,unit,value');
  const invocations = rows.filter((row) => row.includes('"Invocations, each 5 minutes",chat-1'));
  assert.ok(invocations.length >= 35, `${invocations.length} values`);
  assert.ok(invocations.every((row) => row.endsWith(',100') || row.endsWith(',80')), invocations.at(-1));
  await done(page);
});

test('an address that cannot be is said so, beside the page as it comes', async () => {
  const page = await metrics('?view=endpoints&stat=nonsense');
  assert.match(await page.locator('.banner').innerText(), /stat.*nonsense/);
  await page.locator('#panel-phases').waitFor();
  assert.deepEqual(page.troubles, []);
  const answer = await page.request.get(`${server.url}/export/metrics.csv?period=7`);
  assert.equal(answer.status(), 400);
  assert.match(await answer.text(), /period/);
  await page.context().close();
});

test('a job shows what its hosts did, and what stood idle', async () => {
  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs/${accounts[0]}/eu-west-1/training-job/busy`);
  await says(page, 'gpu', /2 lines/);
  const waste = await page.locator('.waste').innerText();
  // 37.5 % of one GPU on each host; one of four vCPUs.
  assert.match(waste, /GPU idle\s+6[23] %/);
  assert.match(waste, /37 % of 100 %|38 % of 100 %/);
  assert.match(waste, /CPU idle\s+75 %/);
  assert.match(waste, /100 % of 400 % \(4 vCPUs of ml\.g5\.xlarge\)/);
  await done(page);
});
