// Elements from data. Texts of events are hostile: they only ever become text nodes (and the page's policy, trusted
// types, refuses any string as markup).

/** An element with properties, attributes (names with a dash, and role, lang, dir, scope) and children. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key.includes("-") || ["role", "lang", "dir", "scope", "for", "colspan"].includes(key)) {
      element.setAttribute(key, value === true ? "" : value);
    } else element[key] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

const languages = new Intl.DisplayNames(["en"], { type: "language" });

/** A locale's name in English, or the tag itself. */
export function languageName(tag) {
  try {
    return languages.of(tag) || tag;
  } catch {
    return tag;
  }
}

/** The tag if it may stand in a `lang` attribute. */
export const langOf = (tag) => (/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(tag || "") ? tag : undefined);

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export function number(value) {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) < 10 && !Number.isInteger(value) ? fine.format(value) : whole.format(value);
}

export function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 120) return `${fine.format(value)} s`;
  if (value < 7200) return `${whole.format(value / 60)} min`;
  return `${fine.format(value / 3600)} h`;
}

export const percent = (value) => (value === null || value === undefined ? "–" : `${Math.round(value * 100)}%`);

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const calendar = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const DAY_MS = 86_400_000;

/** The time of day; of what is older than a day, or lies in the future, the date as well. */
export function timeOfDay(ms) {
  if (!(ms > 0)) return "–";
  return (Math.abs(Date.now() - ms) < DAY_MS ? clock : calendar).format(ms);
}

/** Keeps a select's options in step with what is known, without losing the choice or the focus. */
export function syncOptions(select, options) {
  const wanted = options.map(([value, label]) => `${value}\n${label}`).join("\n\n");
  if (select.dataset.options === wanted) return;
  select.dataset.options = wanted;
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, label]) => el("option", { value }, label)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}
