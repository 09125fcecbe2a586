// ECharts, with the parts that crates/charts draws with and no other, and what a definition cannot say in JSON.
//
// A definition comes as JSON text. Where ECharts wants a function, it holds an object { "$": name, … } instead, which
// becomes one of `makers` below: so no text from outside is ever run as a program, and pages need no 'unsafe-eval'.
// The file runs as a classic script, as a module and in the server's engine alike, and leaves one global behind.

import * as echarts from 'echarts/core';
import { BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomInsideComponent,
  GridComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapPiecewiseComponent,
} from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

import { PageChart, living } from './page.js';

echarts.use([
  BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart,
  DataZoomInsideComponent, GridComponent, MarkLineComponent, TitleComponent, TooltipComponent,
  VisualMapPiecewiseComponent, LabelLayout, CanvasRenderer, SVGRenderer,
]);

const escape = echarts.format.encodeHTML;
const day = 86_400_000;

/** Writes a number in at most three significant digits, with its unit. The twin of `numbers::format` in Rust. */
function format(value, suffix) {
  if (value === null || value === undefined || value === '-' || !Number.isFinite(Number(value))) return '–';
  const number = Number(value);
  const size = Math.abs(number);
  const [divisor, prefix] =
    size >= 1e12 ? [1e12, 'T'] : size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  const scaled = number / divisor;
  let [digits, power] = [Math.abs(scaled), 1];
  while (digits < 100 && power < 1e12) [digits, power] = [digits * 10, power * 10];
  const rounded = (Math.floor(digits + 0.5) / power) * Math.sign(scaled) || 0;
  const text = String(rounded).replace(/^(-?\d)(\d{3})$/, '$1,$2');
  return `${text}${prefix}${suffix === '%' ? ' %' : suffix ? ` ${suffix}` : ''}`;
}

function two(number) {
  return String(number).padStart(2, '0');
}

/** Writes a time in UTC; of a midnight only the date. */
function moment(millis) {
  const time = new Date(Number(millis));
  if (Number.isNaN(time.getTime())) return '';
  const date = `${time.getUTCFullYear()}-${two(time.getUTCMonth() + 1)}-${two(time.getUTCDate())}`;
  return millis % day === 0 ? date : `${date} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}

function row(marker, name, value) {
  return `<div style="display:flex;gap:12px;justify-content:space-between"><span>${marker ?? ''}${escape(String(name))}</span>` +
    `<b style="font-variant-numeric:tabular-nums">${escape(value)}</b></div>`;
}

const makers = {
  /** A number with its unit: for axes, and for the values of tooltips. */
  value: ({ suffix }) => (value) => format(Array.isArray(value) ? value[value.length - 1] : value, suffix),
  /** A tooltip of all series at one time; series whose name starts with a zero-width space are parts of another. */
  timeTip: ({ suffix }) => (several) => {
    const items = (Array.isArray(several) ? several : [several]).filter((item) => !item.seriesName.startsWith('\u200b'));
    if (items.length === 0) return '';
    return `<div>${escape(moment(items[0].value[0]))} UTC</div>` +
      items.map((item) => row(item.marker, item.seriesName, format(item.value[1], suffix))).join('');
  },
  /** A tooltip of one cell: columns and rows by their names. */
  cellTip: ({ suffix, rows, columns }) => ({ value, marker }) =>
    row(marker, `${rows[value[1]]}, ${columns[value[0]]}`, format(value[2], suffix)),
  /** A tooltip of one item that brings its own lines. */
  itemTip: ({ lines }) => (item) => escape(lines[item.value[item.value.length - 1]] ?? '').replaceAll('\n', '<br>'),
  /** A job as a bar from its start to its end. Values: row, start, end, number of its label. */
  span: ({ labels, ink }) => (params, api) => {
    const [left, middle] = api.coord([api.value(1), api.value(0)]);
    const [right] = api.coord([api.value(2), api.value(0)]);
    const height = Math.max(3, Math.min(16, api.size([0, 1])[1] * 0.72));
    const whole = { x: left, y: middle - height / 2, width: Math.max(2, right - left), height };
    const shape = echarts.graphic.clipRectByRect(whole, params.coordSys);
    if (!shape) return null;
    const label = labels ? labels[api.value(3)] : '';
    // A label that does not fit is left to the tooltip and the table.
    const fits = label && height >= 11 && echarts.format.getTextRect(label, '11px sans-serif').width + 8 <= shape.width;
    return {
      type: 'rect',
      shape: { ...shape, r: 2 },
      style: { fill: api.visual('color') },
      ...(fits && {
        textContent: { type: 'text', style: { text: label, fill: ink, fontSize: 11 } },
        textConfig: { position: 'insideLeft', distance: 5 },
      }),
    };
  },
};

/** Puts functions in the places that ask for one. Rows of data hold none and are not walked. */
function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== 'object') return value;
  if (typeof value.$ === 'string') {
    if (!Object.hasOwn(makers, value.$)) throw new Error(`no function ${value.$}`);
    return makers[value.$](value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, key === 'data' ? part : revive(part)]));
}

/**
 * The width of a text, by nobody's font: that of a wide one (DejaVu Sans, Verdana), so that with any usual font
 * what stands side by side does not touch.
 */
function measureText(text, font) {
  const size = Number(/([\d.]+)px/.exec(font)?.[1] ?? 12);
  let ems = 0;
  for (const character of text) {
    if (/[iljtfrI.,:;|'!()[\] ]/.test(character)) ems += 0.37;
    else if (/[mwMW%@]/.test(character)) ems += 0.96;
    else if (character >= '\u2500') ems += 1;
    else if (/[A-Z]/.test(character)) ems += 0.7;
    else ems += 0.62;
  }
  return { width: ems * size * (/bold|[6-9]00/.test(font) ? 1.08 : 1) };
}

// In pages too: so a chart does not move when it takes the place of the server's picture of it.
echarts.setPlatformAPI({ measureText });

/** Draws a definition and returns the SVG as text. For the server. */
function svg(definition, theme, width, height) {
  const chart = echarts.init(null, JSON.parse(theme), { renderer: 'svg', ssr: true, width, height });
  try {
    // Nobody points at a picture: what answers to pointers is left out, and the style sheet for them too.
    const { axisPointer, dataZoom, tooltip, ...seen } = revive(JSON.parse(definition));
    chart.setOption({ ...seen, animation: false });
    return chart.getZr().painter.renderToString({ cssAnimation: false, cssEmphasis: false, useViewBox: true });
  } finally {
    chart.dispose();
  }
}

/**
 * Draws a chart of a page into an element and follows the element's size and the page's theme. For pages.
 *
 * `options`: `group` (the charts of one group share a cursor), `linked` (those of a group that are so zoom together),
 * `onWindow(from, to)` (milliseconds; a window was drawn with the pointer: without it the chart zooms there), `onReset()`
 * (a double click where nothing is zoomed), `onPoint(time)` (a value was clicked, or chosen with the arrow keys and
 * Enter). Returns a handle with `set(definition)`, `mark(from, to)` (a span of time that stays shown; nothing for none),
 * `png()`, `svg()` and `dispose()`.
 */
function mount(element, definition, options) {
  const chart = new PageChart(element, definition, options, revive);
  return {
    chart,
    set: (changed) => chart.set(changed),
    mark: (from, to) => chart.mark(from, to),
    png: () => chart.png(),
    svg: () => svg(...chart.forSvg()),
    dispose: () => chart.dispose(),
  };
}

globalThis.onepaneCharts = { format, mount, svg, living };
