// Charts in a page: there before any script, alive without a jump, the same on both sides, reachable without a pointer or
// without eyes, and gone when the page goes.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { seriousViolations } from '../support/axe.mjs';
import { launchBrowser, narrow, openPage, overflowX, visit, wide } from '../support/browser.mjs';
import { alive, chart, names, points, window } from '../support/charts.mjs';
import { startOnepane } from '../support/onepane.mjs';
import { differingBlocks } from '../support/pictures.mjs';

let server;
let browser;

before(async () => {
  server = await startOnepane();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function gallery(options) {
  const page = await openPage(browser, options);
  await page.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => globalThis.violations.push(event.violatedDirective));
    globalThis.shifts = [];
    const note = (list) => globalThis.shifts.push(...list.getEntries().filter((entry) => !entry.hadRecentInput));
    new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
  });
  await visit(page, `${server.url}/gallery`);
  await alive(page, names.length);
  return page;
}

// Four device pixels for each of CSS: the two renderers round edges and letters to other fractions of a pixel, which
// evens out in blocks of 4×4 CSS pixels. By measurement no block differs by more than 32 of 255 then; another version
// of Chromium may set a letter otherwise, and what is missing leaves many such blocks.
const allowed = 2;

for (const colorScheme of ['light', 'dark']) {
  for (const [layout, width] of [['wide', 690], ['narrow', 358]]) {
    test(`server and browser draw the same charts, ${colorScheme}, ${layout}`, async () => {
      const page = await gallery({
        viewport: { width: width + 40, height: 600 },
        colorScheme,
        context: { deviceScaleFactor: 4 },
      });
      // Both pictures at one place, at exactly the size that the server draws for.
      await page.addStyleTag({
        content: `.apart { position: fixed !important; z-index: 99; top: 0; left: 0; width: ${width}px }
          .apart.first .chart-live { visibility: hidden }
          .apart.first .chart-picture { visibility: visible !important }`,
      });
      await page.mouse.move(0, 0);
      for (const name of names) {
        const box = chart(page, name).locator('.chart-box');
        await box.evaluate((box) => box.classList.add('apart'));
        await page.waitForFunction(
          ([name, width]) => [...onepaneCharts.living].find((chart) => chart.definition && chart.element.closest('figure').dataset.chart === name).chart.getWidth() === width,
          [name, width],
        );
        const picture = await box.screenshot();
        await box.evaluate((box) => box.classList.add('first'));
        const first = await box.screenshot();
        await box.evaluate((box) => box.classList.remove('first'));
        const same = await differingBlocks(page, first, picture, 32);
        assert.ok(same.blocks <= allowed, `${name}: ${same.blocks} blocks differ, at ${same.places}`);

        // The negative control: the same comparison sees that a line, a bar, a cell is gone.
        await page.evaluate((name) => {
          const { chart } = [...onepaneCharts.living].find(({ element }) => element.closest('figure').dataset.chart === name);
          const series = chart.getOption().series;
          // Of several lines or phases the longest, and of equally long ones that of the largest values; of one kind of bars or cells the second largest, so that no axis changes.
          const length = ({ name, data }) => (name.startsWith('\u200b') ? -1 : data.length);
          const value = (item) => item?.at?.(-1) ?? item?.value;
          const sum = ({ data }) => data.reduce((sum, item) => sum + (Math.abs(Number(value(item))) || 0), 0);
          const longest = series.filter((one) => length(one) === Math.max(...series.map(length)));
          const gone = series.indexOf(longest.toSorted((one, other) => sum(other) - sum(one))[0]);
          const largest = series[0].data.toSorted((one, other) => value(other) - value(one))[1];
          const left = series.length > 1 ? [] : series[0].data.map((item) => (item === largest ? '-' : item));
          chart.setOption({ series: series.map(({ data }, at) => ({ data: at === gone ? left : data })) });
          chart.getZr().flush();
        }, name);
        const control = await differingBlocks(page, first, await box.screenshot(), 32);
        assert.ok(control.blocks > allowed, `${name}: nothing seemed to be missing`);
        await box.evaluate((box) => box.classList.remove('apart'));
      }
      assert.deepEqual(page.troubles, []);
      await page.context().close();
    });
  }
}

test('pictures come before scripts, in the reader’s colours', async () => {
  for (const viewport of [narrow, wide]) {
    const page = await openPage(browser, { viewport, colorScheme: 'dark', context: { javaScriptEnabled: false } });
    await page.goto(`${server.url}/gallery`);
    for (const name of names) {
      const shown = chart(page, name).locator('.chart-picture svg:visible');
      assert.equal(await shown.count(), 1, `${name}: one picture of its two layouts is shown`);
      const [picture, figure] = [await shown.boundingBox(), await chart(page, name).boundingBox()];
      assert.ok(Math.abs(picture.width - figure.width) < 1 && picture.height > 200, name);
    }
    const surface = await page.locator('.chart-picture rect:visible').first().evaluate((rect) => getComputedStyle(rect).fill);
    assert.equal(surface, 'rgb(16, 20, 21)');
    // Letters keep their form, whatever the picture is stretched to.
    const text = page.locator('.chart-picture text:visible', { hasText: 'GPU utilization by host' });
    const { height, width } = await text.boundingBox();
    assert.ok(height > 12 && width / height > 6 && width / height < 14, `${width} × ${height}`);
    await page.locator('.chart-data summary').first().click();
    assert.ok(await page.locator('.chart-table table').first().isVisible());
    await page.context().close();
  }
});

test('charts come alive without a jump, and nothing goes wrong on the way', async () => {
  for (const viewport of [narrow, wide]) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await gallery({ viewport, colorScheme });
      const shift = await page.evaluate(() => shifts.reduce((sum, entry) => sum + entry.value, 0));
      assert.ok(shift < 0.001, `layout shift ${shift}`);
      assert.deepEqual(await page.evaluate(() => violations), []);
      assert.deepEqual(page.troubles, []);
      assert.ok((await overflowX(page)) <= 0, 'the page scrolls sideways');
      assert.deepEqual(await seriousViolations(page), []);
      await page.context().close();
    }
  }
});

test('what draws the charts comes when a chart is there, not before', async () => {
  const page = await openPage(browser);
  const scripts = [];
  page.on('request', (request) => request.url().includes('/pkg/echarts') && scripts.push(request.url()));
  await visit(page, `${server.url}/`);
  assert.deepEqual(scripts, []);
  await page.keyboard.press('?');
  await page.getByRole('link', { name: /All charts/ }).click();
  await alive(page, names.length);
  assert.equal(scripts.length, 1);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('charts go with their page', async () => {
  const page = await gallery();
  await page.evaluate(() => (globalThis.kept = [...onepaneCharts.living]));
  for (let round = 0; round < 3; round++) {
    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.waitForFunction(() => onepaneCharts.living.size === 0);
    await page.goBack();
    await alive(page, names.length);
  }
  assert.equal(await page.evaluate(() => onepaneCharts.living.size), names.length);
  assert.ok(await page.evaluate(() => kept.every(({ chart }) => chart.isDisposed())));
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('charts take the size and the layout that there is room for', async () => {
  const page = await gallery();
  for (const width of [1000, 390, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    await page.waitForFunction(() =>
      [...onepaneCharts.living].every(({ chart, element }) => chart.getWidth() === element.clientWidth && element.clientWidth <= innerWidth),
    );
    const isNarrow = await page.evaluate(() => [...onepaneCharts.living].map((chart) => chart.isNarrow));
    assert.ok(isNarrow.slice(0, 3).every((value) => value === (width === 390)), `${width}: ${isNarrow}`);
  }
  await page.context().close();
});

test('charts follow the theme', async () => {
  const page = await gallery({ colorScheme: 'light' });
  const background = () =>
    page.evaluate(() => [...onepaneCharts.living].map(({ chart }) => chart.getModel().get('backgroundColor')));
  assert.ok((await background()).every((colour) => colour === 'rgb(255, 255, 255)'));
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  await page.waitForFunction(() =>
    [...onepaneCharts.living].every(({ chart }) => chart.getModel().get('backgroundColor') === 'rgb(16, 20, 21)'),
  );
  // The system's, for who has not chosen.
  const other = await gallery({ colorScheme: 'light' });
  await other.emulateMedia({ colorScheme: 'dark' });
  await other.waitForFunction(() =>
    [...onepaneCharts.living].every(({ chart }) => chart.getModel().get('backgroundColor') === 'rgb(16, 20, 21)'),
  );
  await page.context().close();
  await other.context().close();
});

test('the cursor of one chart stands at the same time in the others of its group', async () => {
  const page = await gallery({ viewport: { width: 1440, height: 2400 } });
  const box = await chart(page, 'metric-lines').locator('.chart-box').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const cursor = chart(page, 'job-timeline').locator('.chart-cursor:visible');
  await cursor.waitFor();
  const times = await page.evaluate((x) => {
    const of = (name) => [...onepaneCharts.living].find(({ element }) => element.closest('figure').dataset.chart === name);
    const other = of('job-timeline');
    const line = other.element.querySelector('.chart-cursor').getBoundingClientRect().left - other.element.getBoundingClientRect().left;
    return [of('metric-lines').timeAt(0, x), other.timeAt(0, line)];
  }, box.width / 2);
  assert.ok(Math.abs(times[0] - times[1]) < 4 * 60_000, `${times}`);
  assert.equal(await chart(page, 'workloads-by-phase').locator('.chart-cursor:visible').count(), 0, 'not of this group');
  // The tooltip has units.
  await chart(page, 'metric-lines').locator('.chart-live').getByText(/^\d[\d.]* %$/).first().waitFor();
  await page.mouse.move(0, 0);
  await cursor.waitFor({ state: 'hidden' });
  await page.context().close();
});

test('a drag zooms or calls the page, a double click shows all again', async () => {
  const page = await gallery({ viewport: { width: 1440, height: 2400 } });
  const drag = async (name) => {
    const box = await chart(page, name).locator('.chart-box').boundingBox();
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, y, { steps: 4 });
    assert.equal(await chart(page, name).locator('.chart-brush:visible').count(), 1, 'the window is shown while it is drawn');
    await page.mouse.up();
    assert.equal(await chart(page, name).locator('.chart-brush:visible').count(), 0);
    return { x: box.x + box.width * 0.5, y };
  };
  const { x, y } = await drag('metric-lines');
  const [start, end] = await window(page, 'metric-lines');
  assert.ok(start > 30 && end < 70 && end - start > 10, `${start} to ${end}`);
  // Other values in its place: the reader goes on looking at the same window, on the same canvas.
  const changed = await page.evaluate(() => {
    const one = [...onepaneCharts.living].find(({ element }) => element.closest('figure').dataset.chart === 'metric-lines');
    const [canvas, definition] = [one.element.querySelector('canvas'), structuredClone(one.definition)];
    for (const point of definition.option.series[0].data) point[1] = 7;
    one.set(JSON.stringify(definition));
    return [one.chart.getOption().series[0].data[0][1], one.element.querySelector('canvas') === canvas];
  });
  assert.deepEqual(changed, [7, true]);
  assert.deepEqual((await window(page, 'metric-lines')).map(Math.round), [start, end].map(Math.round));
  await page.mouse.dblclick(x, y);
  assert.equal(await window(page, 'metric-lines'), null);

  await drag('duration-percentiles');
  assert.equal(await window(page, 'duration-percentiles'), null, 'the page decides');
  await page.getByText(/A page hears: .* to .* UTC/).waitFor();
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('the charts of one series zoom together, and others stay', async () => {
  const page = await gallery({ viewport: { width: 1440, height: 2400 } });
  const both = () => Promise.all(['series-marks', 'residuals'].map((name) => window(page, name)));
  for (const [leading, press] of [['series-marks', '+'], ['residuals', '+'], ['residuals', '-']]) {
    await chart(page, leading).locator('.chart-live').focus();
    await page.keyboard.press(press);
    const [values, rest] = await both();
    assert.ok(values && Math.abs(values[0] - rest[0]) < 0.01 && Math.abs(values[1] - rest[1]) < 0.01, `${values}, ${rest}`);
  }
  await chart(page, 'series-marks').locator('.chart-live').dblclick();
  assert.deepEqual(await both(), [null, null]);
  assert.equal(await window(page, 'metric-lines'), null);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('charts answer to the keyboard and say what they show', async () => {
  const page = await gallery({ viewport: { width: 1440, height: 2400 } });
  const figure = chart(page, 'metric-lines');
  await figure.locator('.chart-live').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => /algo-1.*%/.test(document.activeElement.querySelector('[aria-live]').textContent));
  await page.keyboard.press('+');
  const [start, end] = await window(page, 'metric-lines');
  assert.ok(Math.abs(end - start - 50) < 1, `${start} to ${end}`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await window(page, 'metric-lines'), null);
  await page.context().close();
});

test('the numbers behind a chart can be read and taken along', async () => {
  const page = await gallery();
  const figure = chart(page, 'failure-pareto');
  await figure.getByText('Data', { exact: true }).click();
  const table = figure.getByRole('region', { name: /Data of/ });
  assert.match(await table.innerText(), /AlgorithmError: CUDA out of memory\s+412\s+42 %/);
  assert.match(await figure.locator('figcaption p').first().innerText(), /992 failures/);
  for (const [button, pattern] of [['CSV', /^Reason,Failures,Share/], ['SVG', /^<svg .*CUDA/s], ['PNG', /^.PNG/s]]) {
    const [download] = await Promise.all([page.waitForEvent('download'), figure.getByRole('button', { name: button }).click()]);
    assert.equal(download.suggestedFilename(), `failure-pareto.${button.toLowerCase()}`);
    assert.match(await readFile(await download.path(), 'latin1'), pattern);
  }
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('50,000 values are thinned to what can be seen, zoomed and moved', async () => {
  const page = await gallery({ viewport: { width: 1440, height: 900 } });
  await page.getByRole('button', { name: /50,000/ }).click();
  await alive(page, names.length + 1);
  const large = page.locator('section.wide .chart-box');
  await large.scrollIntoViewIfNeeded();
  const box = await large.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const all = await points(page);
  assert.ok(all.given === 50_000 && all.drawn < 6_000, JSON.stringify(all));
  await page.mouse.move(x, y);
  await page.keyboard.down('Control');
  for (let turn = 0; turn < 8; turn++) await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await page.waitForFunction(() => [...onepaneCharts.living].at(-1).window()?.[0] > 5);
  const before = await page.evaluate(() => [...onepaneCharts.living].at(-1).window());
  await page.keyboard.down('Shift');
  await page.mouse.down();
  await page.mouse.move(x + 200, y, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const after = await page.evaluate(() => [...onepaneCharts.living].at(-1).window());
  assert.ok(after[0] < before[0] && Math.abs(after[1] - after[0] - (before[1] - before[0])) < 0.01, `${before} to ${after}`);
  // Closer up there is more of the line, not less.
  await page.evaluate(() => [...onepaneCharts.living].at(-1).zoom(10, 11));
  const close = await points(page);
  assert.ok(close.drawn >= 400 && close.drawn <= 600, JSON.stringify(close));
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
