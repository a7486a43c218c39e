// The charts: uPlot draws, and what it draws stands beside it as words and as a table.

import uPlot from "./vendor/uplot-1.6.32/uPlot.esm.js";
import { el, number, percent, seconds, timeOfDay } from "./dom.js";
import { colour } from "./theme.js";

const HEIGHT_PX = 176;
const TABLE_ROWS = 12;
const LEGEND_MAX = 12;
const DASHES = [[], [6, 4], [2, 3], [9, 3, 2, 3]];
const TOPICS = ["listing-updated", "review-posted", "logistics-event", "translation-feedback"];
const OF_TOPIC = { "listing-updated": "listings", "review-posted": "reviews", "logistics-event": "parcels", "translation-feedback": "feedback" };
const OF_KIND = { listing: "listing-updated", review: "review-posted", parcel: "logistics-event" };

const hue = (index) => `--c${(index % 8) + 1}`;
const ofTopic = (topic) => hue(Math.max(0, TOPICS.indexOf(topic)));
const ofReason = (index) => hue((index + 4) % 8);

/** Lines of one partition each, in their topic's colour. */
function lagLines(series, prefix) {
  return series.names(prefix).map((name) => {
    const cut = name.lastIndexOf("/");
    const topic = name.slice(0, cut);
    return {
      label: name, group: OF_TOPIC[topic] ?? topic, hue: ofTopic(topic),
      dash: DASHES[Number(name.slice(cut + 1)) % DASHES.length] ?? [], values: series.column(prefix + name),
    };
  });
}

function throughputLines(series) {
  const inputs = series.names("in/").map((name) => series.column(`in/${name}`));
  const consumed = series.at.map((_, at) => {
    const known = inputs.map((column) => column[at]).filter((value) => value !== null);
    return known.length ? known.reduce((a, b) => a + b, 0) : null;
  });
  const out = series.names("out/").map((kind) => ({
    label: `${kind}s localized`, hue: ofTopic(OF_KIND[kind]), values: series.column(`out/${kind}`),
  }));
  return [{ label: "events consumed", hue: "--ink-2", width: 2, values: consumed }, ...out];
}

function latencyLines(series) {
  return series.names("p99/").filter((topic) => topic !== "all").flatMap((topic) => {
    const what = OF_TOPIC[topic] ?? topic;
    return [
      { label: `${what} p99`, hue: ofTopic(topic), values: series.column(`p99/${topic}`) },
      { label: `${what} p50`, hue: ofTopic(topic), dash: [3, 3], values: series.column(`p50/${topic}`) },
    ];
  });
}

const fillLines = (series) => series.names("fill/").map((model, at) => (
  { label: model, hue: hue(at + 4), values: series.column(`fill/${model}`) }));

const deadLines = (series) => series.names("dead/").map((reason, at) => (
  { label: reason, hue: ofReason(at), values: series.column(`dead/${reason}`) }));

const DEFINITIONS = [
  {
    id: "lag", title: "Lag per partition", wide: true, empty: "No lag is known: the broker does not answer yet.",
    modes: [
      { label: "Records", lines: (series) => lagLines(series, "lag/"), format: number, unit: "records", least: 8 },
      { label: "Seconds", lines: (series) => lagLines(series, "lag_s/"), format: seconds, unit: "age of the first uncommitted record", least: 1 },
    ],
  },
  { id: "throughput", title: "Throughput", empty: "Nothing has been counted yet.",
    modes: [{ lines: throughputLines, format: number, unit: "per second" }] },
  { id: "latency", title: "End-to-end latency", empty: "No worker has told of an event yet.",
    modes: [{ lines: latencyLines, format: seconds, unit: "input record to commit, last 15 s" }] },
  { id: "fill", title: "Batch fill", empty: "No model has run in the last 15 s.",
    modes: [{ lines: fillLines, format: percent, unit: "rows over room, last 15 s", top: 1 }] },
  { id: "dead", title: "Dead letters by reason", empty: "No dead letter.",
    modes: [{ lines: deadLines, format: number, unit: "since this page began to read, stacked", stacked: true, least: 4 }] },
];

/** One chart in its figure. */
class Chart {
  constructor(definition, onCursor) {
    this.definition = definition;
    this.mode = definition.modes[0];
    this.hidden = new Set();
    this.plot = null;
    this.at = null;
    this.box = el("div", { class: "plot", role: "img", "aria-label": definition.title });
    this.legend = el("ul", { class: "legend" });
    this.unit = el("p", { class: "quiet" });
    this.readout = el("p", { class: "readout", "aria-hidden": "true" });
    this.nothing = el("p", { class: "empty" }, definition.empty);
    this.table = el("table");
    this.details = el("details", { ontoggle: () => this.fillTable() },
      el("summary", {}, "As a table"),
      el("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": `${definition.title}, a table` }, this.table));
    const title = el("h3", { id: `chart-${definition.id}` }, definition.title);
    this.figure = el("figure", { class: definition.wide ? "panel chart wide" : "panel chart", "aria-labelledby": `chart-${definition.id}`, "data-chart": definition.id },
      el("div", { class: "panel-head" }, title, this.unit, this.modes()), this.nothing, this.box, this.readout, this.legend, this.details);
    this.onCursor = onCursor;
    new ResizeObserver(() => this.resize()).observe(this.box);
  }

  modes() {
    if (this.definition.modes.length < 2) return null;
    const buttons = this.definition.modes.map((mode) => el("button", {
      type: "button", "aria-pressed": String(mode === this.mode),
      onclick: (event) => {
        this.mode = mode;
        for (const button of buttons) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        this.forget();
        this.update(this.series, this.window);
      },
    }, mode.label));
    return el("div", { class: "switch small", role: "group", "aria-label": "What the chart shows" }, buttons);
  }

  forget() {
    this.plot?.destroy();
    this.plot = null;
  }

  update(series, windowS) {
    this.series = series;
    this.window = windowS;
    this.lines = this.mode.lines(series).filter((line) => line.values.some((value) => value !== null));
    const known = this.lines.length > 0;
    this.nothing.hidden = known;
    this.box.hidden = this.readout.hidden = this.legend.hidden = this.details.hidden = !known;
    this.unit.textContent = this.mode.unit;
    if (!known) return this.forget();
    const names = this.lines.map((line) => line.label).join("\n");
    if (this.plot && this.names !== names) this.forget();
    this.names = names;
    const data = [series.at.map((ms) => ms / 1000), ...this.drawn()];
    if (!this.plot) this.plot = new uPlot(this.options(), data, this.box);
    else this.plot.setData(data, false);
    this.plot.batch(() => {
      const end = data[0][data[0].length - 1];
      const start = Math.max(end - this.window, Math.min(data[0][0], end - 60));
      this.plot.setScale("x", { min: start, max: end });
    });
    this.describe();
    if (this.details.open) this.fillTable();
  }

  /** What uPlot draws: of stacked lines the sums, the largest first, so that each stands before the one behind it. */
  drawn() {
    const shown = (line) => !this.hidden.has(line.group ?? line.label);
    if (!this.mode.stacked) return this.lines.map((line) => (shown(line) ? line.values : line.values.map(() => null)));
    const below = this.series.at.map(() => 0);
    const sums = [...this.lines].reverse().map((line) => line.values.map((value, at) => {
      if (shown(line)) below[at] += value ?? 0;
      return shown(line) ? below[at] : null;
    }));
    return sums.reverse();
  }

  options() {
    const ink = () => colour("--ink-3");
    const grid = { stroke: () => colour("--line"), width: 1 };
    const axis = { stroke: ink, grid, ticks: { show: false }, font: "11px Inter, system-ui, sans-serif", gap: 6 };
    const { stacked, top, format, least } = this.mode;
    return {
      width: Math.max(120, this.box.clientWidth), height: HEIGHT_PX, legend: { show: false },
      cursor: { sync: { key: "dragoman" }, y: false, drag: { x: false, y: false }, focus: { prox: 24 }, points: { size: 6 } },
      focus: { alpha: 0.35 },
      scales: {
        x: { time: true },
        y: { range: (_, __, max) => [0, top ?? Math.max((max ?? 0) * 1.08, least ?? 0.001)] },
      },
      axes: [
        { ...axis, size: 28, space: 70, values: [[60, "{HH}:{mm}"], [1, "{HH}:{mm}:{ss}"]] },
        { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => format(tick)) },
      ],
      series: [{}, ...this.lines.map((line) => ({
        label: line.label, stroke: () => colour(line.hue), width: line.width ?? 1.6, dash: line.dash,
        points: { show: false }, spanGaps: false,
        fill: stacked ? () => colour(line.hue) : undefined,
        paths: stacked ? uPlot.paths.stepped({ align: 1 }) : undefined,
      }))],
      hooks: {
        setCursor: [(plot) => { this.at = plot.cursor.idx ?? null; this.describe(); }],
        setSeries: [(_, at) => { this.focused = at === null ? null : this.lines[at - 1] ?? null; this.describe(); }],
      },
    };
  }

  /** The legend, with values at the pointer or now; and all of it in one sentence for who cannot see the chart. */
  describe() {
    const pointed = this.at !== null && this.at < this.series.at.length && this.at >= 0;
    const at = pointed ? this.at : this.series.at.length - 1;
    const groups = new Map();
    for (const line of this.lines) {
      const name = line.group ?? line.label;
      const value = line.values[at];
      const known = groups.get(name) ?? { hue: line.hue, dash: line.dash, value: null };
      if (value !== null && (known.value === null || value > known.value)) known.value = value;
      groups.set(name, known);
    }
    const shown = [...groups].slice(0, LEGEND_MAX);
    const names = shown.map(([name]) => name).join("\n");
    if (this.legendNames !== names) this.makeLegend(shown, names);
    for (const [index, [, { value }]] of shown.entries()) {
      const text = this.mode.format(value);
      const cell = this.legend.children[index].querySelector("b");
      if (cell.textContent !== text) cell.textContent = text;
    }
    const when = pointed ? timeOfDay(this.series.at[at]) : "";
    this.readout.textContent = pointed && this.focused
      ? `${when}  ${this.focused.label}: ${this.mode.format(this.focused.values[at])}` : when;
    const said = shown.map(([name, { value }]) => `${name} ${this.mode.format(value)}`).join(", ");
    this.box.setAttribute("aria-label", `${this.definition.title}, ${this.mode.unit}. Now: ${said}.`);
  }

  makeLegend(shown, names) {
    this.legendNames = names;
    this.legend.replaceChildren(...shown.map(([name, { hue: line, dash }]) => el("li", {}, el("button", {
      type: "button", "aria-pressed": String(!this.hidden.has(name)), title: "Show or hide",
      onclick: (event) => {
        if (!this.hidden.delete(name)) this.hidden.add(name);
        event.currentTarget.setAttribute("aria-pressed", String(!this.hidden.has(name)));
        this.update(this.series, this.window);
      },
    }, el("span", { class: `key ${line.slice(2)}${dash?.length && !this.definition.wide ? " dashed" : ""}`, "aria-hidden": "true" }), `${name} `, el("b", {}, "–")))));
  }

  fillTable() {
    if (!this.details.open || !this.series) return;
    const length = this.series.at.length;
    const step = Math.max(1, Math.ceil(Math.min(length, this.window) / TABLE_ROWS));
    const moments = [];
    for (let at = length - 1; at >= 0 && moments.length < TABLE_ROWS; at -= step) moments.push(at);
    const head = el("tr", {}, el("th", { scope: "col" }, "Time"), this.lines.map((line) => el("th", { scope: "col", class: "n" }, line.label)));
    const highest = (values, at) => values.slice(Math.max(0, at - step + 1), at + 1)
      .reduce((a, b) => (b === null || (a !== null && a >= b) ? a : b), null);
    const rows = moments.map((at) => el("tr", {}, el("th", { scope: "row" }, timeOfDay(this.series.at[at])),
      this.lines.map((line) => el("td", { class: "n" }, this.mode.format(highest(line.values, at))))));
    const said = step > 1 ? ", the highest since the moment before" : "";
    this.table.replaceChildren(el("caption", {}, `${this.definition.title}: ${this.mode.unit}${said}`), el("thead", {}, head), el("tbody", {}, rows));
  }

  resize() {
    if (this.plot && this.box.clientWidth > 0 && Math.abs(this.plot.width - this.box.clientWidth) > 1) {
      this.plot.setSize({ width: this.box.clientWidth, height: HEIGHT_PX });
    }
  }
}

export function makeCharts(place) {
  const charts = DEFINITIONS.map((definition) => new Chart(definition));
  place.append(...charts.map((chart) => chart.figure));
  return {
    update: (series, windowS) => charts.forEach((chart) => chart.update(series, windowS)),
    redraw: () => charts.forEach((chart) => chart.plot?.redraw(false, true)),
  };
}
