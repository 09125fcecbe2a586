// Series for the module that analyses them in the browser, and the same work done by a native program.

import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { program } from './onepane.mjs';

const day = 86_400_000;

/** A number from 0 to 1 that looks like chance and depends on its arguments only. */
function chance(stream, at) {
  let state = Math.imul(stream + 1, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b);
  for (let round = 0; round < 3; round++) state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}

const week = (at) => (at % 7 < 2 ? 0.6 : 1);
const noise = (stream, at) => 12 * (chance(stream, at) - 0.5);

/** The forms of series that there are: from a number and a place to a count. */
const forms = {
  week: (stream, at) => 40 * week(at) + noise(stream, at),
  spikes: (stream, at) => 40 * week(at) + noise(stream, at) + (at % 171 === 90 ? 160 : 0),
  step: (stream, at) => 40 * week(at) + noise(stream, at) + (at > 300 ? 35 : 0),
  ramp: (stream, at) => 30 + noise(stream, at) + Math.min(Math.max(at - 250, 0), 60),
  trend: (stream, at) => 30 + noise(stream, at) + at * 0.08,
  rare: (stream, at) => (chance(stream, at) < 0.07 ? 1 + 3 * chance(stream + 99, at) : 0),
  wide: (stream, at) => 10 ** (4 * chance(stream, at)),
};

/** A request for a view. */
export function request(form, { points = 540, step = day, stream = 1, settings = {} } = {}) {
  const values = Array.from({ length: points }, (_, at) => Math.max(0, Math.round(forms[form](stream, at))));
  return {
    series: { name: `GuardDuty | ${form}`, measure: 'Updates a day', start: '2025-06-04T00:00:00Z', step_ms: step, values },
    settings: { season: true, ...settings },
  };
}

/** Requests of every form by every profile, with other parameters each. */
export function manyRequests() {
  const all = [];
  for (const form of Object.keys(forms)) {
    for (const profile of ['robust', 'sample', 'kats']) {
      const number = all.length;
      all.push(
        request(form, { stream: number, settings: { profile } }),
        request(form, {
          stream: number,
          points: 60 + 40 * (number % 5),
          step: [day, day / 24, 7 * day][number % 3],
          settings: {
            profile,
            iqr_mult: 1.5 + (number % 4),
            period: [null, 7, 1, 24][number % 4],
            decomp: number % 2 ? 'multiplicative' : 'additive',
            threshold: 0.01 * (1 + (number % 9)),
            band: number % 3 > 0,
            trend: number % 2 > 0,
          },
        }),
      );
    }
  }
  return all;
}

/** What the native program makes of requests, as texts. */
export function nativeViews(requests) {
  const command = path.join(path.dirname(program()), 'series-view');
  const input = requests.map((request) => `${typeof request === 'string' ? request : JSON.stringify(request)}\n`).join('');
  const { status, stdout, error } = spawnSync(command, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command}: ${error ?? `status ${status}`}`);
  return stdout.trimEnd().split('\n');
}

/** What the module of a page makes of requests, as texts, and how many milliseconds each took. */
export function moduleViews(page, requests) {
  const texts = requests.map((request) => (typeof request === 'string' ? request : JSON.stringify(request)));
  return page.evaluate(async (texts) => {
    const module = await import(document.body.dataset.seriesModule);
    await module.default();
    return texts.map((text) => {
      const start = performance.now();
      const view = module.series_view(text);
      return { view, time: performance.now() - start };
    });
  }, texts);
}
