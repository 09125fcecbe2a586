// What people wait for and what the server takes, measured on the real server with the demo organization in, in real
// Chromium. Prints lines of the form: bench | figure | target | measured. Part of `make bench`.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { launchBrowser, openPage, visit } from './support/browser.mjs';
import { alive, names } from './support/charts.mjs';
import { startOnepane } from './support/onepane.mjs';
import { trainingJob } from './support/pages.mjs';
import { moduleViews, request } from './support/series.mjs';

const tell = (figure, target, measured) => console.log(`bench | ${figure} | ${target} | ${measured}`);
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const started = performance.now();
const server = await startOnepane({ args: ['--demo'] });
const browser = await launchBrowser();
try {
  tell('demo: empty folder to an answering server', '–', seconds(started));
  await written(/demo history is in/);
  tell('demo: newest day in', '–', seconds(started));
  await written(/the demo organization lives/);
  tell('demo: 30 days in', '–', seconds(started));

  const page = await openPage(browser);
  await visit(page, `${server.url}/jobs`);
  await page.locator('.live[data-state="on"]').waitFor();
  const key = (await readFile(path.join(server.dataDir, 'ingest.key'), 'utf8')).trim();
  const waits = [];
  for (let number = 0; number < 20; number++) {
    const name = `bench-${number}`;
    await post(key, trainingJob({ name }));
    const accepted = performance.now();
    await page.locator(`tr[data-id$="#${name}"]`).waitFor();
    waits.push(performance.now() - accepted);
    await sleep(150);
  }
  const longest = Math.max(...waits);
  tell('event accepted to row in an open page (20: median, most)', '≤ 1 s', `${ms(middle(waits))}, ${ms(longest)}`);
  await page.context().close();

  await panning();
  await recomputing();

  // Unused memory is given back after ten seconds.
  await sleep(20_000);
  tell('server at rest with the demo organization, resident', '≤ 200 MB', await resident(server.process.pid));
} finally {
  await browser.close();
  await server.stop();
}

/** Moves a chart of 50,000 values with shift and the mouse, once a frame, and measures the frames. */
async function panning() {
  const page = await openPage(browser);
  await visit(page, `${server.url}/gallery`);
  await page.getByRole('button', { name: /50,000/ }).click();
  await alive(page, names.length + 1);
  await page.locator('section.wide .chart-box').scrollIntoViewIfNeeded();
  for (const [from, to] of [[10, 90], [42, 58]]) {
    // Events made in the page: those of the driver come when the driver has time.
    const { frames, works, moved } = await page.evaluate(async ([from, to]) => {
      const chart = [...onepaneCharts.living].at(-1);
      chart.zoom(from, to);
      const canvas = chart.element.querySelector('canvas');
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const send = (type, share) => {
        const place = { clientX: left + width * share, clientY: top + height / 2 };
        canvas.dispatchEvent(new MouseEvent(type, { ...place, bubbles: true, shiftKey: true, buttons: 1 }));
      };
      const frame = () => new Promise(requestAnimationFrame);
      send('mousemove', 0.5);
      send('mousedown', 0.5);
      const [frames, works] = [[], []];
      let drawn = 0;
      chart.chart.on('rendered', () => (drawn += 1));
      let before = await frame();
      for (let move = 0; move < 240; move++) {
        const start = performance.now();
        send('mousemove', 0.5 + 0.1 * Math.sin(move / 12));
        chart.chart.getZr().flush();
        works.push(performance.now() - start);
        const time = await frame();
        frames.push(time - before);
        before = time;
      }
      send('mouseup', 0.5);
      chart.chart.off('rendered');
      return { frames, works, moved: drawn };
    }, [from, to]);
    if (moved < frames.length / 2) throw new Error(`the chart moved in ${moved} frames of ${frames.length} only`);
    const figures = (times) => {
      const sorted = times.toSorted((one, other) => one - other);
      return [0.5, 0.95].map((part) => sorted[Math.floor((sorted.length - 1) * part)].toFixed(1)).join(', ');
    };
    const shown = `pan, ${((to - from) * 500).toLocaleString('en')} of 50,000 values in sight`;
    tell(`${shown}: time of a frame (median, p95)`, '≤ 16.7 ms', `${figures(frames)} ms`);
    tell(`${shown}: of which work (median, p95)`, '–', `${figures(works)} ms`);
  }
  await page.context().close();
}

/** Changes a parameter of a series of 540 days again and again. */
async function recomputing() {
  const page = await openPage(browser);
  await visit(page, `${server.url}/gallery`);
  for (const profile of ['robust', 'sample', 'kats']) {
    const requests = Array.from({ length: 40 }, (_, turn) => request('spikes', { settings: { profile, iqr_mult: 1.5 + turn / 10 } }));
    const times = (await moduleViews(page, requests)).map(({ time }) => time).toSorted((one, other) => one - other);
    const figures = [0.5, 0.95].map((part) => times[Math.floor((times.length - 1) * part)].toFixed(1)).join(', ');
    tell(`540 points analysed and drawn in the browser, ${profile} (median, p95)`, '≤ 50 ms', `${figures} ms`);
  }
  await page.context().close();
}

function ms(time) {
  return `${Math.round(time)} ms`;
}

async function written(pattern) {
  const deadline = Date.now() + 600_000;
  while (!pattern.test(server.output())) {
    if (Date.now() > deadline) throw new Error(`the server did not say ${pattern}:\n${server.output()}`);
    await sleep(100);
  }
}

async function post(key, event) {
  const answer = await fetch(`${server.url}/ingest/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(event),
  });
  if (answer.status !== 202) throw new Error(`not accepted: ${await answer.text()}`);
}

async function resident(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
  return `${(kilobytes / 1000).toFixed(0)} MB`;
}
