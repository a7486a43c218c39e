// A parcel's journey as its recipient reads it.

import { byId, el, langOf, languageName, syncOptions } from "./dom.js";

const day = (locale, value) => {
  try {
    return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(new Date(value));
  } catch {
    return value;
  }
};

export class Journey {
  constructor() {
    this.parcels = [];
    this.steps = [];
    this.chosen = false; // by hand: until then the parcel with the longest journey is shown
    this.asked = 0;
    byId("parcel").addEventListener("change", () => { this.chosen = true; this.load(); });
    byId("parcel-locale").addEventListener("change", () => this.show());
    byId("journey-form").addEventListener("submit", (event) => event.preventDefault());
  }

  /** What parcels there are now. */
  take(parcels) {
    this.parcels = parcels;
    const select = byId("parcel");
    const options = parcels.map((parcel) => [parcel.shipment_id, `${parcel.shipment_id}, ${parcel.steps} ${parcel.steps === 1 ? "event" : "events"}`]);
    if (this.chosen && select.value && !parcels.some((parcel) => parcel.shipment_id === select.value)) {
      options.push([select.value, select.value]); // older than those listed, and still looked at
    }
    syncOptions(select, options);
    if (!this.chosen && parcels.length) {
      const longest = parcels.reduce((a, b) => (b.steps > a.steps ? b : a));
      if (select.value !== longest.shipment_id || !this.steps.length) {
        select.value = longest.shipment_id;
        this.load();
      }
    }
    byId("journey-form").hidden = parcels.length === 0;
  }

  /** A parcel has moved. */
  moved(shipment) {
    if (shipment === byId("parcel").value) this.load();
  }

  choose(shipment, locale) {
    this.chosen = true;
    const select = byId("parcel");
    if (![...select.options].some((option) => option.value === shipment)) {
      select.append(el("option", { value: shipment }, shipment));
    }
    select.value = shipment;
    this.wanted = locale;
    this.load();
    byId("journey").scrollIntoView({ block: "nearest" });
    byId("journey").focus({ preventScroll: true });
  }

  /** Ask for the parcel's events; one question at a time, and the latest answer counts. */
  async load() {
    if (this.loading) {
      this.again = true;
      return;
    }
    this.loading = true;
    try {
      do {
        this.again = false;
        const shipment = byId("parcel").value;
        const response = await fetch(`/journey?${new URLSearchParams({ shipment })}`);
        this.steps = response.ok ? (await response.json()).steps : [];
      } while (this.again);
    } catch {
      this.steps = []; // the page's process is away: the stream says so
    } finally {
      this.loading = false;
    }
    this.show();
  }

  show() {
    const locales = [...new Set(this.steps.map((event) => event.locale))].sort();
    const select = byId("parcel-locale");
    syncOptions(select, locales.map((tag) => [tag, languageName(tag)]));
    if (this.wanted && locales.includes(this.wanted)) {
      select.value = this.wanted;
      this.wanted = undefined;
    }
    if (!this.greeted && locales.length) {
      this.greeted = true; // once: the language of whoever looks, if the parcel's readers have it
      const own = locales.find((tag) => tag === navigator.language) ?? locales.find((tag) => tag.split("-")[0] === navigator.language.split("-")[0]);
      if (own) select.value = own;
    }
    const locale = select.value;
    const steps = this.steps.filter((event) => event.locale === locale);
    const replaced = new Set(steps.map((event) => event.step.supersedes).filter(Boolean));
    byId("journey-empty").hidden = steps.length > 0;
    byId("timeline").replaceChildren(...steps.reverse().map((event, at) => this.step(event, locale, at === 0, replaced)));
  }

  step(event, locale, last, replaced) {
    const { step } = event;
    const lang = langOf(locale);
    const late = step.delay_days > 0;
    return el("li", { class: `step ${step.severity}${last ? " last" : ""}${replaced.has(step.event_id) ? " replaced" : ""}` },
      el("p", { class: "quiet", lang }, step.local_time),
      el("h3", { lang }, step.headline),
      el("p", { lang }, step.explanation),
      step.detail ? el("p", { class: "said", lang, dir: "auto" }, `“${step.detail}”`) : null,
      step.action ? el("p", { class: "action", lang }, step.action) : null,
      step.eta ? el("p", { class: "quiet" }, "Expected ", el("time", { dateTime: step.eta, lang }, day(locale, step.eta)), late ? ` (${step.delay_days} ${step.delay_days === 1 ? "day" : "days"} later than first told)` : "") : null,
      replaced.has(step.event_id) ? el("p", { class: "quiet" }, "Corrected by a later event.") : null,
      event.warnings?.length ? el("p", { class: "quiet" }, event.warnings.join(", ")) : null);
  }
}
