// Pieces that several views are made of.

import { h, say, set, svg } from "./dom.js";
import { count, instant, percent, words } from "./format.js";

/** A state or status in a word, with a mark whose shape differs too. */
export function badge() {
  const element = h("span.badge");
  return {
    element,
    update(state) {
      set(element, "data-state", state);
      say(element, words(state));
    },
  };
}

/** How much of something is done, in words and as a bar. */
export function progress() {
  const text = h("span");
  const bar = h("progress", { max: 1, value: 0, "aria-hidden": "true" });
  const element = h("span.progress", {}, text, bar);
  return {
    element,
    update(done, planned, unit) {
      say(text, planned > 0 ? `${count(done)} of ${count(planned, unit)}` : count(done, unit));
      bar.hidden = !(planned > 0);
      set(bar, "value", planned > 0 ? Math.min(1, done / planned) : 0);
    },
  };
}

/** An instant; the exact one in UTC on demand. */
export function timeOf(text) {
  return h("time", { datetime: text, title: text }, instant(text));
}

/** A share as a bar with its number. */
export function meter() {
  const text = h("span");
  const fill = h("span.fill");
  const element = h("span.meter", {}, h("span.track", { "aria-hidden": "true" }, fill), text);
  return {
    element,
    update(share) {
      say(text, percent(share));
      fill.style.width = `${100 * Math.min(1, Math.max(0, share ?? 0))}%`;
    },
  };
}

/** Something to read where there is nothing to see, or where it went wrong. */
export function notice(kind, title, ...children) {
  return h(`div.notice.${kind}`, {}, h("strong", {}, title), children.length ? h("div", {}, ...children) : null);
}

/** What a failed request tells. */
export function problemNotice(error) {
  return notice(
    "bad",
    error.title ?? "It did not work",
    h("p", {}, error.message),
    error.mend ? h("p", {}, "Mend: ", error.mend) : null,
  );
}

/** A table with headings; cells carry their heading for narrow screens. */
export function table(caption, headings) {
  const body = h("tbody", { role: "rowgroup" });
  const element = h(
    "table.cards",
    { role: "table" },
    h("caption", {}, caption),
    h(
      "thead",
      { role: "rowgroup" },
      h("tr", { role: "row" }, headings.map((text) => h("th", { role: "columnheader", scope: "col" }, text))),
    ),
    body,
  );
  return { element, body };
}

/** A row for {@link table}; cells in the order of the headings. */
export function row(headings, cells) {
  return h(
    "tr",
    { role: "row" },
    cells.map((cell, i) => h("td", { role: "cell", "data-heading": headings[i] }, h("span.cell", {}, cell))),
  );
}

/** Pairs of a name and a value. */
export function facts(names) {
  const values = new Map(names.map((name) => [name, h("dd")]));
  const element = h("dl.facts", {}, names.map((name) => h("div", {}, h("dt", {}, name), values.get(name))));
  return {
    element,
    update(name, value) {
      const dd = values.get(name);
      if (value instanceof Node) dd.replaceChildren(value);
      else say(dd, value);
    },
  };
}

/** A small curve without axes; a text beside it must say what it shows. */
export function sparkline(width = 120, height = 28) {
  const line = svg("polyline", { fill: "none", points: "" });
  const element = svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" }, line);
  return {
    element,
    /** @param values numbers; null leaves a place out. @param low, high ends of the scale */
    update(values, low, high) {
      const span = high - low || 1;
      const step = values.length > 1 ? (width - 2) / (values.length - 1) : 0;
      const points = values
        .map((value, i) => (value === null ? null : `${(1 + i * step).toFixed(1)},${(height - 2 - ((value - low) / span) * (height - 4)).toFixed(1)}`))
        .filter(Boolean);
      set(line, "points", points.join(" "));
    },
  };
}
