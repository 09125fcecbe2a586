// What the specs do with charts.

/** Every chart of the gallery, in its order. */
export const names = [
  'workloads-by-phase', 'account-days', 'duration-percentiles', 'failure-pareto', 'job-timeline', 'metric-lines',
  'small-multiples', 'series-marks', 'residuals', 'findings-by-severity',
];

/** A chart's figure. */
export const chart = (page, name) => page.locator(`figure[data-chart="${name}"]`).first();

/** Waits until so many charts are drawn by the browser. */
export const alive = (page, count) =>
  page.waitForFunction((count) => document.querySelectorAll('.chart-box.alive').length === count, count);

/** The window that a chart is zoomed to, in shares of a hundred; null if it shows all. */
export const window = (page, name) =>
  page.evaluate((name) => {
    const found = [...onepaneCharts.living].find(({ element }) => element.closest('figure').dataset.chart === name);
    return found.window() ?? null;
  }, name);

/** Values that the newest chart was given, and those that are left of them to be drawn. */
export const points = (page) =>
  page.evaluate(() => {
    const { chart, definition } = [...onepaneCharts.living].at(-1);
    return {
      given: definition.option.series[0].data.length,
      drawn: chart.getModel().getSeriesByIndex(0).getData().count(),
    };
  });
