// Charts in pages: what a reader does with them, and how they follow the page.

import * as echarts from 'echarts/core';

/** Undoes `change` of crates/charts/src/page.rs: what it makes of a value. */
function changed(value, change) {
  if (Object.hasOwn(change, '=')) return change['='];
  if (Array.isArray(value)) return value.map((item, at) => (change['~'][at] ? changed(item, change['~'][at]) : item));
  const result = { ...value };
  for (const [key, part] of Object.entries(change['~'])) {
    if (Object.hasOwn(part, '=') || Object.hasOwn(part, '~')) result[key] = changed(result[key], part);
    else delete result[key];
  }
  return result;
}

/** Gives colours by the style sheet's names for them, as they are for an element now. */
function coloursOf(element) {
  const known = new Map();
  // The value of a custom property is its text, `light-dark(…)` and all; that of `color` is a colour.
  const probe = element.appendChild(document.createElement('i'));
  probe.style.display = 'none';
  const colour = (reference) => {
    if (!known.has(reference)) {
      probe.style.color = reference;
      known.set(reference, getComputedStyle(probe).color);
    }
    return known.get(reference);
  };
  const resolve = (value, key) => {
    if (typeof value === 'string') return value.startsWith('var(') ? colour(value) : value;
    if (value === null || typeof value !== 'object') return value;
    // Tens of thousands of values hold no colours, and items that do are objects.
    if (key === 'data' && typeof value[0] !== 'object') return value;
    if (Array.isArray(value)) return value.length > 0 && Array.isArray(value[0]) ? value : value.map((item) => resolve(item));
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolve(part, name)]));
  };
  return { resolve, done: () => probe.remove() };
}

/** The charts of this document. */
const living = new Set();

/** Watches the page's theme while there are charts. */
const theme = {
  system: globalThis.matchMedia?.('(prefers-color-scheme: dark)'),
  observer: undefined,
  tell: () => living.forEach((chart) => chart.recolour()),
  follow() {
    if (this.observer) return;
    this.observer = new MutationObserver(this.tell);
    this.observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.system.addEventListener('change', this.tell);
  },
  leave() {
    if (living.size > 0) return;
    this.observer?.disconnect();
    this.observer = undefined;
    this.system.removeEventListener('change', this.tell);
  },
};

class PageChart {
  constructor(element, definition, options, revive) {
    this.element = element;
    this.options = options;
    this.revive = revive;
    this.text = definition;
    this.definition = JSON.parse(definition);
    const colours = coloursOf(element);
    this.chart = echarts.init(element, colours.resolve(this.definition.theme), { renderer: 'canvas' });
    colours.done();
    this.brush = element.appendChild(part('chart-brush'));
    this.cursors = [];
    this.marks = [];
    this.announcer = element.appendChild(part('sr-only'));
    this.announcer.setAttribute('aria-live', 'polite');
    this.at = -1;
    this.redraw();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(element);
    this.listen();
    living.add(this);
    this.linked().find((chart) => chart.window())?.lead();
    theme.follow();
  }

  /** Takes another definition; the window that the reader zoomed to stays. */
  set(text) {
    if (text === this.text) return;
    this.text = text;
    this.definition = JSON.parse(text);
    this.redraw();
  }

  /** Takes the colours that the page has now. */
  recolour() {
    const colours = coloursOf(this.element);
    this.chart.setTheme(colours.resolve(this.definition.theme));
    colours.done();
    this.redraw();
  }

  redraw() {
    const { option, narrow } = this.definition;
    this.width = this.element.clientWidth;
    this.isNarrow = narrow !== undefined && this.width < narrow.below;
    const zoom = this.window();
    const colours = coloursOf(this.element);
    const laidOut = this.isNarrow ? changed(option, narrow.change) : option;
    this.chart.setOption(this.revive(colours.resolve(laidOut)), { notMerge: true });
    colours.done();
    if (zoom) this.zoom(...zoom);
    // Drawn now, not in the next frame: the server's picture goes in the same one.
    this.chart.getZr().flush();
    this.hideCursors();
    this.placeMarks();
  }

  resize() {
    if (this.element.clientWidth === 0) return;
    const { narrow } = this.definition;
    this.chart.resize();
    if (narrow && this.isNarrow !== this.element.clientWidth < narrow.below) this.redraw();
    this.hideCursors();
    this.placeMarks();
  }

  /** The part of the time axis that is zoomed to, in shares of a hundred; nothing for all of it. */
  window() {
    const zoom = this.chart.getOption()?.dataZoom?.[0];
    return zoom && (zoom.start > 0 || zoom.end < 100) ? [zoom.start, zoom.end] : undefined;
  }

  zoom(start, end) {
    const least = 0.02;
    const middle = Math.min(Math.max((start + end) / 2, 0), 100);
    const half = Math.max(Math.min((end - start) / 2, 50), least);
    const from = Math.min(Math.max(middle - half, 0), 100 - 2 * half);
    this.chart.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, start: from, end: from + 2 * half });
  }

  /** Zooms to times. */
  zoomTo(from, to) {
    this.chart.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, startValue: from, endValue: to });
  }

  /** The linked charts of the group. */
  linked() {
    return this.options.linked ? this.others().filter((chart) => chart.options.linked && chart.isTimed()) : [];
  }

  /** Zooms the linked charts to where this one is zoomed to. */
  lead() {
    const { startValue, endValue } = this.chart.getOption().dataZoom[0];
    const to = this.window() ? { startValue, endValue } : { start: 0, end: 100 };
    this.linked().forEach((chart) => chart.follow(to));
  }

  follow(to) {
    // Silent: charts that answer each other would never be done.
    this.chart.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, ...to }, { silent: true });
    this.placeMarks();
  }

  reset() {
    if (this.isTimed() && this.window()) this.zoom(0, 100);
    else this.options.onReset?.();
  }

  isTimed() {
    return this.definition.option.dataZoom !== undefined;
  }

  /** The grids with their rectangles in pixels. */
  grids() {
    const found = [];
    this.chart.getModel().eachComponent('grid', (model) => found.push(model.coordinateSystem.getRect()));
    return found;
  }

  /** The number of the grid at a place, or -1. */
  gridAt(x, y) {
    return this.grids().findIndex((grid) => x >= grid.x && x <= grid.x + grid.width && y >= grid.y && y <= grid.y + grid.height);
  }

  timeAt(grid, x) {
    return this.chart.convertFromPixel({ xAxisIndex: grid }, x);
  }

  listen() {
    const zr = this.chart.getZr();
    this.handlers = {
      pointerdown: (event) => this.startBrush(event),
      pointermove: (event) => this.moveBrush(event),
      pointerup: (event) => this.endBrush(event),
      pointercancel: () => this.dropBrush(),
      click: (event) => this.pick(event),
      dblclick: () => this.reset(),
      keydown: (event) => this.key(event),
      blur: () => this.leave(),
    };
    for (const [name, handler] of Object.entries(this.handlers)) this.element.addEventListener(name, handler);
    zr.on('mousemove', ({ offsetX, offsetY }) => this.share(offsetX, offsetY));
    zr.on('globalout', () => this.share(-1, -1));
    this.chart.on('datazoom', () => {
      this.placeMarks();
      this.lead();
    });
  }

  place(event) {
    const { left, top } = this.element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  startBrush(event) {
    // Fingers scroll the page and pinch; shift moves what is zoomed to.
    const plain = event.button === 0 && event.pointerType !== 'touch' && !event.shiftKey && !event.ctrlKey;
    if (!plain || !this.isTimed()) return;
    const [x, y] = this.place(event);
    const grid = this.gridAt(x, y);
    if (grid < 0) return;
    this.drag = { grid, rect: this.grids()[grid], from: x, to: x };
    this.element.setPointerCapture(event.pointerId);
  }

  moveBrush(event) {
    if (!this.drag) return;
    const { rect, from } = this.drag;
    this.drag.to = Math.min(Math.max(this.place(event)[0], rect.x), rect.x + rect.width);
    const left = Math.min(from, this.drag.to);
    show(this.brush, { left, top: rect.y, width: Math.abs(this.drag.to - from), height: rect.height });
  }

  endBrush(event) {
    if (!this.drag) return;
    this.moveBrush(event);
    const { grid, from, to } = this.drag;
    this.dropBrush();
    // A click is no window, and a window is no click.
    this.isClick = Math.abs(to - from) < 4;
    if (this.isClick) return;
    const [first, last] = [Math.min(from, to), Math.max(from, to)].map((x) => Math.round(this.timeAt(grid, x)));
    if (this.options.onWindow) this.options.onWindow(first, last);
    else this.zoomTo(first, last);
  }

  /** Tells the value nearest to a click, or to a finger's tap. */
  pick(event) {
    const wasWindow = this.isClick === false;
    this.isClick = undefined;
    if (wasWindow || !this.options.onPoint || !this.isTimed()) return;
    const [x, y] = this.place(event);
    const grid = this.gridAt(x, y);
    if (grid >= 0) this.tell(this.nearest(this.timeAt(grid, x)));
  }

  tell(time) {
    if (Number.isFinite(time)) this.options.onPoint?.(time);
  }

  /** The series that values are read from: the first that is no part of another. */
  values() {
    return this.chart.getModel().getSeries().find((one) => !one.name.startsWith('\u200b'));
  }

  /** The time of the value nearest to a time. */
  nearest(time) {
    const data = this.values()?.getData();
    const dimension = data?.mapDimension('x');
    let found;
    for (let at = 0; dimension && at < data.count(); at++) {
      const here = data.get(dimension, at);
      if (found === undefined || Math.abs(here - time) < Math.abs(found - time)) found = here;
    }
    return found;
  }

  /** Shows a span of time, or none, until told otherwise. */
  mark(from, to) {
    this.marked = Number.isFinite(from) && Number.isFinite(to) ? [from, to] : undefined;
    this.placeMarks();
  }

  placeMarks() {
    const grids = this.marked && this.isTimed() ? this.grids() : [];
    while (this.marks.length < grids.length) this.marks.push(this.element.appendChild(part('chart-mark')));
    this.marks.forEach((mark, number) => {
      const grid = grids[number];
      const [left, right] = grid
        ? this.marked.map((time) => Math.min(Math.max(this.chart.convertToPixel({ xAxisIndex: number }, time), grid.x), grid.x + grid.width))
        : [0, 0];
      if (right > left) show(mark, { left, top: grid.y, width: right - left, height: grid.height });
      else mark.style.display = 'none';
    });
  }

  dropBrush() {
    this.drag = undefined;
    this.brush.style.display = 'none';
  }

  key(event) {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const step = event.shiftKey ? 10 : 1;
    const [start, end] = this.window() ?? [0, 100];
    const actions = {
      ArrowLeft: () => this.point(-step),
      ArrowRight: () => this.point(step),
      Home: () => this.point(-Infinity),
      End: () => this.point(Infinity),
      Enter: () => (this.at >= 0 && this.options.onPoint ? this.tell(this.timeOf(this.at)) : false),
      '+': () => this.isTimed() && this.zoom(start + (end - start) / 4, end - (end - start) / 4),
      '-': () => this.isTimed() && this.zoom(start - (end - start) / 2, end + (end - start) / 2),
      Escape: () => {
        if (this.at < 0 && !this.window()) return false;
        if (this.at < 0) this.reset();
        else this.leave();
      },
    };
    if (!Object.hasOwn(actions, event.key) || actions[event.key]() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Moves the cursor by values of the first series that has some, shows its tooltip, and says it. */
  point(step) {
    const series = this.values();
    const count = series?.getData().count() ?? 0;
    if (count === 0) return;
    this.at = Math.min(Math.max(this.at + step, 0), count - 1);
    this.chart.dispatchAction({ type: 'showTip', seriesIndex: series.seriesIndex, dataIndex: this.at });
    const value = this.timeOf(this.at);
    if (this.isTimed() && Number.isFinite(value)) this.shareTime(value);
    // The tooltip is the last child that ECharts made.
    requestAnimationFrame(() => (this.announcer.textContent = this.tip()));
  }

  timeOf(at) {
    const data = this.values().getData();
    return data.get(data.mapDimension('x') ?? '', at);
  }

  /** The words of the tooltip that is shown. */
  tip() {
    const tip = [...this.element.children].find((child) => child.style.pointerEvents === 'none' && child.innerText && child !== this.announcer);
    return tip?.innerText.replaceAll(/\s+/g, ' ').trim() ?? '';
  }

  leave() {
    this.at = -1;
    this.chart.dispatchAction({ type: 'hideTip' });
    this.announcer.textContent = '';
    this.share(-1, -1);
  }

  others() {
    const { group } = this.options;
    return group ? [...living].filter((chart) => chart !== this && chart.options.group === group) : [];
  }

  /** Shows the time under the pointer in the other charts of the group. */
  share(x, y) {
    const grid = this.isTimed() ? this.gridAt(x, y) : -1;
    if (grid < 0) this.others().forEach((chart) => chart.hideCursors());
    else this.shareTime(this.timeAt(grid, x));
  }

  shareTime(time) {
    this.others().forEach((chart) => chart.showCursor(time));
  }

  showCursor(time) {
    if (!this.isTimed()) return;
    const grids = this.grids();
    while (this.cursors.length < grids.length) this.cursors.push(this.element.appendChild(part('chart-cursor')));
    grids.forEach((grid, number) => {
      const left = this.chart.convertToPixel({ xAxisIndex: number }, time);
      if (left < grid.x || left > grid.x + grid.width) this.cursors[number].style.display = 'none';
      else show(this.cursors[number], { left, top: grid.y, width: 0, height: grid.height });
    });
  }

  hideCursors() {
    for (const cursor of this.cursors) cursor.style.display = 'none';
  }

  /** The chart as a data URL of a PNG, twice as fine as on the screen. */
  png() {
    const background = getComputedStyle(this.element).getPropertyValue('background-color');
    return this.chart.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: background });
  }

  /** What draws this chart as it is now on the server's side of the bundle: definition, theme, width, height. */
  forSvg() {
    const { option, narrow, theme: looks } = this.definition;
    const colours = coloursOf(this.element);
    const drawn = [this.isNarrow ? changed(option, narrow.change) : option, looks].map((part) => JSON.stringify(colours.resolve(part)));
    colours.done();
    return [...drawn, this.chart.getWidth(), this.chart.getHeight()];
  }

  dispose() {
    if (!living.delete(this)) return;
    theme.leave();
    this.hideCursors();
    this.others().forEach((chart) => chart.hideCursors());
    this.observer.disconnect();
    for (const [name, handler] of Object.entries(this.handlers)) this.element.removeEventListener(name, handler);
    this.chart.dispose();
    this.element.replaceChildren();
  }
}

function part(name) {
  const element = document.createElement('div');
  element.className = name;
  return element;
}

function show(element, box) {
  for (const [side, pixels] of Object.entries(box)) element.style[side] = `${pixels}px`;
  element.style.display = 'block';
}

export { PageChart, changed, living };
