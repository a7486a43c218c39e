// The stream of localized events: before and after, calm enough to read.

import { byId, el, langOf, languageName, number, percent, seconds, syncOptions, timeOfDay } from "./dom.js";

const CARDS_MAX = 40; // shown at once
const KEPT_MAX = 40; // of each kind and locale
const FRESH_MAX = 4; // new cards a second: more cannot be read
const TEXTS_OPEN = 3; // the others are a click away
const ORIGINS = {
  model: "a model translated it", memory: "from the translation memory", glossary: "from the glossary",
  human: "a person corrected it", copied: "as in the source", generated: "made from data, no model",
};

export class Stream {
  constructor(onParcel) {
    this.onParcel = onParcel;
    this.kept = new Map();
    this.waiting = [];
    this.locales = [];
    this.passed = 0;
    this.hidden = 0; // as the server counts
    this.held = false;
    this.list = byId("events");
    this.place = byId("events-scroll");
    this.form = byId("filters");
    this.fresh = byId("fresh");
    this.pause = byId("pause");
    this.form.addEventListener("change", () => this.show());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.fresh.addEventListener("click", () => { this.release(); this.list.firstElementChild?.focus(); });
    this.pause.addEventListener("click", () => this.hold(!this.held));
    setInterval(() => this.flush(), 1000);
  }

  reset(events, locales) {
    this.kept.clear();
    this.waiting = [];
    this.locales = locales;
    for (const event of events) this.keep(event);
    this.syncLocales();
    this.show();
  }

  take(event) {
    this.passed += 1;
    this.keep(event);
    if (!this.matches(event)) return;
    this.waiting.push(event);
    if (this.waiting.length > CARDS_MAX) this.waiting.shift();
  }

  keep(event) {
    const name = `${event.kind} ${event.locale}`;
    if (!this.kept.has(name)) this.kept.set(name, []);
    const group = this.kept.get(name);
    group.push(event);
    if (group.length > KEPT_MAX) group.shift();
  }

  syncLocales() {
    const seen = [...this.kept.values()].map((group) => group[0].locale);
    const tags = [...new Set([...this.locales, ...seen])].sort();
    syncOptions(byId("locale"), [["", "All"], ...tags.map((tag) => [tag, `${languageName(tag)} (${tag})`])]);
  }

  matches(event) {
    const wanted = new FormData(this.form);
    return (!wanted.get("kind") || event.kind === wanted.get("kind"))
      && (!wanted.get("locale") || event.locale === wanted.get("locale"))
      && (!wanted.get("fallback") || Boolean(event.fallback));
  }

  /** All that is kept and asked for, the latest first. */
  show() {
    this.waiting = [];
    const found = [...this.kept.values()].flat().filter((event) => this.matches(event));
    found.sort((a, b) => b.at_ms - a.at_ms);
    this.list.replaceChildren(...found.slice(0, CARDS_MAX).map((event) => this.card(event)));
    this.told();
  }

  hold(held) {
    this.held = held;
    this.pause.textContent = held ? "Resume" : "Pause";
    if (!held) this.release();
  }

  /** Whether somebody reads: pointed at, focused inside, or paused. What is new waits meanwhile. */
  get reading() {
    return this.held || this.place.matches(":hover") || this.place.contains(document.activeElement)
      || !getSelection().isCollapsed;
  }

  flush() {
    this.syncLocales();
    const pace = [
      this.passed ? `${number(this.passed)} in the last second` : null,
      this.hidden ? `${number(this.hidden)} came too fast to be shown` : null,
    ];
    byId("stream-pace").textContent = pace.filter(Boolean).join(", ");
    this.passed = 0;
    if (!this.reading) {
      this.add(this.waiting.slice(-Math.max(FRESH_MAX, CARDS_MAX - this.list.childElementCount)));
      this.waiting = [];
    }
    this.told();
  }

  release() {
    this.add(this.waiting);
    this.waiting = [];
    this.told();
  }

  add(events) {
    for (const event of events) {
      const card = this.card(event);
      card.classList.add("new");
      this.list.prepend(card);
    }
    while (this.list.childElementCount > CARDS_MAX) this.list.lastElementChild.remove();
  }

  told() {
    byId("events-empty").hidden = this.list.childElementCount > 0;
    byId("events-empty").textContent = this.kept.size ? "No event that has passed lately is of this kind." : "No event has passed yet.";
    this.fresh.hidden = this.waiting.length === 0;
    this.fresh.textContent = `Show ${this.waiting.length} new`;
  }

  card(event) {
    const id = `event-${event.place.replace(/[^A-Za-z0-9]/g, "-")}`;
    const head = el("div", { class: "event-head" },
      el("span", { class: `kind ${event.kind}` }, event.kind),
      el("h3", { id }, event.key),
      el("span", { class: "to" }, el("span", {}, event.source_locale ?? "?"), el("span", { "aria-label": "to" }, " → "), el("strong", { title: languageName(event.locale) }, event.locale)),
      event.fallback ? el("span", { class: "mark" }, fallbackWords(event)) : el("span", { class: "status" }, (event.gone ? "withdrawn" : event.status ?? "").replaceAll("_", " ")),
      el("time", { class: "quiet", dateTime: new Date(event.at_ms).toISOString() }, timeOfDay(event.at_ms)));
    const texts = (event.texts ?? []).filter((text) => text.before || text.after);
    const rows = texts.map((text) => this.text(event, text));
    const more = rows.splice(TEXTS_OPEN);
    const marks = (event.warnings ?? []).map((mark) => el("li", {}, mark));
    return el("li", { class: `event${event.fallback ? " fallback" : ""}`, tabIndex: -1, "data-kind": event.kind, "data-locale": event.locale },
      el("article", { "aria-labelledby": id },
        head,
        event.facts?.length ? el("p", { class: "facts" }, event.facts.join("  ·  ")) : null,
        event.gone ? el("p", { class: "quiet" }, "Its source is gone: readers of this language no longer see it.") : null,
        el("div", { class: "pairs" }, rows),
        more.length ? el("details", {}, el("summary", {}, `${more.length} more texts`), el("div", { class: "pairs" }, more)) : null,
        marks.length ? el("ul", { class: "marks", "aria-label": "Warnings" }, marks) : null,
        this.provenance(event)));
  }

  text(event, text) {
    const from = langOf(event.source_locale);
    const to = text.origin === "copied" && event.fallback ? from : langOf(event.locale);
    const before = el("blockquote", { class: "before", lang: from, dir: "auto" }, withTags(text.before || ""));
    const after = el("blockquote", { class: "after", lang: to, dir: "auto" }, withTags(text.after || ""), text.cut ? " …" : "");
    const notes = [
      text.origin ? el("span", { class: `origin ${text.origin}`, title: ORIGINS[text.origin] ?? "" }, text.origin) : null,
      text.model ? el("span", { class: "quiet model" }, text.model) : null,
      text.quality ? el("span", { class: "quiet" }, `quality ${percent(text.quality)}`) : null,
      ...(text.warnings ?? []).map((mark) => el("span", { class: "warning" }, mark)),
    ];
    return el("div", { class: "pair" },
      el("p", { class: "name" }, text.name),
      el("div", {}, el("span", { class: "unseen" }, "Before: "), before),
      el("div", {}, el("span", { class: "unseen" }, "After: "), after, el("p", { class: "notes" }, notes)));
  }

  provenance(event) {
    const made = event.provenance;
    const said = [
      made?.model ? `${made.model} ${made.model_version ?? ""}`.trim() : made ? "no model" : null,
      made?.glossary_version ? `glossary ${made.glossary_version}` : null,
      made ? `pipeline ${made.pipeline_version}` : null,
      event.confidence ? `source language sure by ${percent(event.confidence)}` : null,
      event.source ? `from ${event.source}` : null,
      event.seconds !== undefined ? `in ${seconds(event.seconds)}` : null,
    ].filter(Boolean);
    const journey = event.kind === "parcel" && event.step
      ? el("button", { type: "button", class: "text-button", onclick: () => this.onParcel(event.key, event.locale) }, "Show its journey") : null;
    return el("div", { class: "provenance" }, el("p", { class: "quiet" }, said.join("  ·  ")), journey);
  }
}

function fallbackWords(event) {
  if (event.kind === "parcel") return "fallback: another language's phrase";
  return event.status === "partial" ? "fallback: some texts as in the source" : "fallback: source shown";
}

/** A text with its markup dimmed: tags are characters here, nothing else. */
function withTags(text) {
  return text.split(/(<[^<>]*>)/).filter(Boolean).map((part) => (part.startsWith("<") ? el("span", { class: "tag" }, part) : part));
}
