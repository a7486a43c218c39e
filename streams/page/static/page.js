// The page: one stream of news from its own server, handed to charts, tables and events.

import { makeCharts } from "./charts.js";
import { byId, el, number, percent, seconds, timeOfDay } from "./dom.js";
import { Journey } from "./journey.js";
import { Series } from "./series.js";
import { Stream } from "./stream.js";
import { startTheme } from "./theme.js";

const ANNOUNCE_MS = 20_000; // a screen reader is not told more often
const LETTERS_MAX = 20;

const series = new Series();
const charts = makeCharts(byId("charts"));
const journey = new Journey();
const stream = new Stream((shipment, locale) => journey.choose(shipment, locale));
let windowS = 300;
let everyS = 1;
let letters = [];
let status = null;
let heard = { localized: 0, letters: 0 };

startTheme(() => charts.redraw());
for (const button of document.querySelectorAll("[data-window]")) {
  button.addEventListener("click", () => {
    windowS = Number(button.dataset.window);
    for (const other of document.querySelectorAll("[data-window]")) other.setAttribute("aria-pressed", String(other === button));
    charts.update(series, windowS);
  });
}

function link(state, text) {
  byId("link").dataset.state = state;
  byId("link-text").textContent = text;
}

const tiles = new Map();

function tile(name, value, note, state) {
  if (!tiles.has(name)) {
    const parts = { value: el("dd", { class: "value" }), note: el("dd", { class: "note" }) };
    parts.box = el("div", { class: "tile" }, el("dt", {}, name), parts.value, parts.note);
    byId("tiles").append(parts.box);
    tiles.set(name, parts);
  }
  const parts = tiles.get(name);
  parts.value.textContent = value;
  parts.note.textContent = note;
  parts.box.dataset.state = state ?? "";
}

const sumOf = (counts) => Object.values(counts ?? {}).reduce((a, b) => a + b, 0);

function showTiles() {
  const lag = series.sum("lag/");
  const oldest = series.max("lag_s/");
  const bad = (status?.partitions ?? []).filter((one) => one.status === "stopped" || one.status === "stalled").length;
  tile("Lag", lag === null ? "–" : number(lag), bad ? `${bad} ${bad === 1 ? "partition stands" : "partitions stand"} still` : `records, oldest ${seconds(oldest)}`, bad ? "bad" : "");
  tile("Consumed", number(series.sum("in/")), "events a second");
  tile("Localized", number(series.sum("out/")), `a second, ${number(sumOf(status?.came))} in all`);
  tile("Latency p50", seconds(series.last("p50/all")), "input to commit, 15 s");
  tile("Latency p99", seconds(series.last("p99/all")), "input to commit, 15 s");
  const fills = series.names("fill/").map((model) => series.last(`fill/${model}`)).filter((value) => value !== null);
  const queue = sumOf(status?.queue);
  tile("Batch fill", fills.length ? percent(fills.reduce((a, b) => a + b, 0) / fills.length) : "–", `${number(queue)} waiting for a model`);
  const dead = series.sum("dead/");
  tile("Dead letters", number(dead ?? 0), "with their reasons, below", dead ? "warn" : "");
}

const STATES = { caught_up: "caught up", behind: "behind", moving: "moving", stalled: "stalled", stopped: "stopped", uncommitted: "no commit yet" };

/** Replace an element's children only where they would differ: a table must not flicker under a reader. */
function replaceIfNew(element, children) {
  const wanted = children.map((child) => child.textContent).join("\n");
  if (element.dataset.shown === wanted) return;
  element.dataset.shown = wanted;
  element.replaceChildren(...children);
}

function showStatus() {
  const rows = status.partitions.map((one) => el("tr", {},
    el("th", { scope: "row" }, `${one.topic}/${one.partition}`), el("td", { class: "n" }, number(one.records)),
    el("td", { class: "n" }, seconds(one.seconds)), el("td", { class: "n" }, number(one.in_flight)),
    el("td", {}, el("span", { class: `state ${one.status}` }, STATES[one.status] ?? one.status))));
  replaceIfNew(byId("partitions").tBodies[0], rows);
  replaceIfNew(byId("workers"), status.workers.map((worker) => el("li", {},
    el("span", { class: `state ${worker.answers ? "caught_up" : "stopped"}` }, worker.answers ? "answers" : "no answer"),
    " ", el("code", {}, worker.url), worker.said ? ` ${worker.said}` : "")));
  journey.take(status.parcels);
  stream.hidden = status.hidden;
  const silent = status.workers.filter((worker) => !worker.answers).length;
  if (!status.broker) link("away", "Kafka does not answer");
  else if (silent) link("partly", `${silent} of ${status.workers.length} ${status.workers.length === 1 ? "worker" : "workers"} silent`);
  else link("live", "live");
}

function showLetters() {
  byId("letters").tBodies[0].replaceChildren(...letters.slice(0, LETTERS_MAX).map((letter) => el("tr", {},
    el("th", { scope: "row" }, letter.reason), el("td", {}, letter.stage),
    el("td", {}, `${letter.topic}/${letter.partition}/${letter.offset}`), el("td", {}, timeOfDay(letter.at_ms)))));
  byId("letters").parentElement.hidden = letters.length === 0;
  byId("letters-empty").hidden = letters.length > 0;
}

function show() {
  charts.update(series, windowS);
  showTiles();
  if (status) showStatus();
}

const news = new EventSource("/events");
const on = (name, take) => news.addEventListener(name, (message) => take(JSON.parse(message.data)));

on("hello", (hello) => {
  everyS = hello.every_s;
  series.reset(hello.history, hello.history_s / everyS);
  status = hello.status.partitions ? hello.status : null;
  letters = hello.letters;
  stream.reset(hello.recent, hello.locales);
  link("live", "live");
  show();
  showLetters();
});
on("sample", (sample) => {
  series.take(sample.at, sample.values);
  status = sample.status;
  if (!document.hidden) show();
});
on("localized", (event) => {
  heard.localized += 1;
  stream.take(event);
});
on("letter", (letter) => {
  heard.letters += 1;
  letters = [letter, ...letters].slice(0, LETTERS_MAX);
  showLetters();
});
on("step", (step) => journey.moved(step.shipment_id));
news.addEventListener("error", () => link("away", news.readyState === EventSource.CLOSED
  ? "refused: load this page again" : "the page's process is away, trying again"));
document.addEventListener("visibilitychange", () => { if (!document.hidden) show(); });

setInterval(() => {
  if (!heard.localized && !heard.letters) return;
  byId("announce").textContent = `${heard.localized} events localized, ${heard.letters} dead letters, lag ${number(series.sum("lag/"))} records.`;
  heard = { localized: 0, letters: 0 };
}, ANNOUNCE_MS);
