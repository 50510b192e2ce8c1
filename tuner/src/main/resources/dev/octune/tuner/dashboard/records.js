// What was measured, failures too, and what the knobs have to do with it.

import { h, put, say } from "./dom.js";
import { count, nanos, shorthand, times, words } from "./format.js";
import { ENOUGH, influence } from "./influence.js";
import { badge, meter, notice, problemNotice, row, table, timeOf } from "./parts.js";

const PAGE = 1000;
/** More would slow a phone down; the export has them all. */
const MAX_LOADED = 20_000;
const MAX_ROWS = 200;
const STATUSES = ["timed", "wrong_answer", "build_failed", "run_failed", "timed_out", "device_lost"];
const HEADINGS = ["Measured", "Status", "Time, or why none", "To the best", "Workload", "Schedule", "Kind", "Device"];
const VALUES = ["Value", "Median time", "Best time", "Trials timed", "Trials failed"];

export function openRecords({ api, query, go, signal }) {
  const asked = { workload: query.get("workload") ?? "", target: query.get("target") ?? "" };
  let records = [];
  let next = null;

  const summary = h("p.quiet", { role: "status" }, "Loading…");
  const message = h("div");
  const workloads = h("datalist", { id: "workloads" });
  const targets = h("datalist", { id: "targets" });
  const input = (id, label, list, value, hint) =>
    h(
      "label.wide",
      { for: id },
      label,
      h("input", { id, name: id, value, list, placeholder: hint, autocomplete: "off", spellcheck: "false" }),
    );
  const status = h(
    "select",
    { id: "status", onchange: show },
    h("option", { value: "" }, "all"),
    h("option", { value: "failed" }, "all failures"),
    STATUSES.map((name) => h("option", { value: name }, words(name))),
  );
  status.value = query.get("status") ?? "";
  const text = h("input", { id: "text", type: "search", oninput: show, placeholder: "for example ow_tile=4", autocomplete: "off" });
  const order = h(
    "select",
    { id: "order", onchange: show },
    h("option", { value: "fast" }, "fastest first"),
    h("option", { value: "new" }, "newest first"),
    h("option", { value: "old" }, "oldest first"),
  );
  if (!asked.workload) order.value = "new";
  const form = h(
    "form.filter",
    { onsubmit: ask, "aria-label": "Which records" },
    input("workload", "Workload (whole text)", "workloads", asked.workload, "conv2d_NCHWc_int8 n=1 …"),
    input("target", "Target (whole text)", "targets", asked.target, "x86_64 cpu=… isa=… threads=1"),
    h("div.actions", {}, h("button", { type: "submit" }, "Find"), h("a", { href: "#/records" }, "Clear")),
    workloads,
    targets,
  );
  const list = table("Records", HEADINGS);
  const more = h("button", { type: "button", hidden: true, onclick: () => load(next) }, "Load more records");
  const knobs = h("div");
  const group = h("select", { id: "group", onchange: showKnobs });

  function ask(event) {
    event.preventDefault();
    const wanted = new URLSearchParams();
    for (const name of ["workload", "target"]) {
      const value = form.elements.namedItem(name).value.trim();
      if (value) wanted.set(name, value);
    }
    if (status.value) wanted.set("status", status.value);
    go(`#/records?${wanted}`);
  }

  /** Loads pages until there is enough to see, or all of one workload's. */
  async function load(after) {
    more.disabled = true;
    const goal = asked.workload ? MAX_LOADED : records.length + PAGE;
    try {
      do {
        const page = await api.get("api/v1/records", { ...asked, after, limit: PAGE }, signal);
        records = records.concat(page.records);
        after = next = page.next;
        say(summary, `Loading… ${count(records.length, "record")}`);
      } while (after !== null && records.length < goal);
      put(message, records.length ? null : empty());
    } catch (error) {
      if (signal.aborted) return;
      put(message, typeof error.status === "number" ? problemNotice(error) : notice("bad", "The service does not answer.", again()));
      say(summary, "");
    }
    more.disabled = false;
    more.hidden = next === null || records.length >= MAX_LOADED;
    suggest();
    showGroups();
    show();
  }

  function again() {
    return h("button", { type: "button", onclick: () => load(next) }, "Try again");
  }

  function empty() {
    return asked.workload || asked.target
      ? notice("plain", "No record matches.", h("p", {}, "Texts are compared whole. ", h("a", { href: "#/records" }, "Show all records")))
      : notice("plain", "Nothing is measured yet.", h("p", {}, "Records come with the first trial of a job."));
  }

  function suggest() {
    const options = (of) => [...new Set(records.map(of))].sort().map((value) => h("option", { value }));
    put(workloads, options((record) => record.workload));
    put(targets, options((record) => record.target));
  }

  function show() {
    const wanted = text.value.trim().toLowerCase();
    const found = records.filter(
      (record) =>
        (!status.value || record.status === status.value || (status.value === "failed" && record.status !== "timed")) &&
        (!wanted || `${record.schedule} ${record.device} ${record.reason ?? ""}`.toLowerCase().includes(wanted)),
    );
    const best = bests(records);
    if (order.value === "fast") found.sort((a, b) => (a.median_ns ?? Infinity) - (b.median_ns ?? Infinity));
    if (order.value === "new") found.sort((a, b) => (a.measured_at < b.measured_at ? 1 : -1));
    list.element.hidden = found.length === 0;
    put(list.body, found.slice(0, MAX_ROWS).map((record) => recordRow(record, best.get(keyOf(record)))));
    if (!records.length) return say(summary, "");
    const rows = found.length > MAX_ROWS ? `, the first ${MAX_ROWS} shown` : "";
    const rest = next === null ? "" : "; later ones are stored: load more, or find a workload";
    say(summary, `${count(found.length)} of ${count(records.length, "loaded record")} match${rows}${rest}.`);
  }

  function showGroups() {
    const groups = new Map();
    for (const record of records) {
      if (record.kind !== "trial") continue;
      const key = keyOf(record);
      groups.set(key, { record, trials: (groups.get(key)?.trials ?? 0) + 1 });
    }
    const was = group.value;
    put(
      group,
      [...groups]
        .sort(([, a], [, b]) => b.trials - a.trials)
        .map(([key, { record, trials }]) =>
          h("option", { value: key }, `${shorthand(record.workload)} on ${record.target} (${count(trials, "trial")})`),
        ),
    );
    if (groups.has(was)) group.value = was;
    showKnobs();
  }

  function showKnobs() {
    const chosen = records.filter((record) => keyOf(record) === group.value);
    const found = influence(chosen);
    if (!chosen.length || found.trials < ENOUGH || !found.knobs.length) {
      put(
        knobs,
        chosen.length ? h("label.wide", { for: "group" }, "Trials of ", group) : null,
        h("p.quiet", {}, `From ${ENOUGH} timed trials of one workload and target on, this tells how far each knob moves the time.`),
      );
      return;
    }
    put(
      knobs,
      h("label.wide", { for: "group" }, "Trials of ", group),
      h(
        "p.quiet",
        {},
        `${count(found.trials, "timed trial")}. Share: the part of the spread of log time that goes with the knob alone, corrected for chance. ` +
          "A guided search does not vary knobs evenly: read it as a hint, not as a cause.",
      ),
      h("ul.knobs", {}, found.knobs.map(knobItem)),
    );
  }

  load(null);
  return {
    title: "Records",
    element: h(
      "section",
      {},
      h("div.heading", {}, h("h1", { tabindex: -1 }, "Records")),
      form,
      message,
      h("section.panel", { "aria-labelledby": "knobs" }, h("h2", { id: "knobs" }, "Influence of the knobs"), knobs),
      h(
        "section.panel",
        { "aria-labelledby": "list" },
        h("h2", { id: "list" }, "Records"),
        h(
          "div.filter.row",
          {},
          h("label", { for: "status" }, "Status ", status),
          h("label", { for: "text" }, "Schedule, device or reason contains ", text),
          h("label", { for: "order" }, "Order ", order),
        ),
        summary,
        list.element,
        more,
      ),
    ),
  };
}

function keyOf(record) {
  return `${record.workload}\n${record.target}`;
}

/** Fastest trial or confirmation by workload and target. */
function bests(records) {
  const best = new Map();
  for (const record of records) {
    if (record.median_ns === null) continue;
    const key = keyOf(record);
    if (!(best.get(key) <= record.median_ns)) best.set(key, record.median_ns);
  }
  return best;
}

function recordRow(record, best) {
  const state = badge();
  state.update(record.status);
  const told =
    record.median_ns === null
      ? h("span.told", {}, record.reason ?? "no reason was told", record.repro ? h("code", {}, record.repro) : null)
      : nanos(record.median_ns);
  return row(HEADINGS, [
    timeOf(record.measured_at),
    state.element,
    told,
    record.median_ns === null ? "–" : times(record.median_ns / best),
    h("span", { title: record.workload }, shorthand(record.workload)),
    h("code", {}, record.schedule),
    record.kind,
    record.device,
  ]);
}

function knobItem(knob) {
  const share = meter();
  share.update(knob.share);
  const values = table(`Values of ${knob.name}`, VALUES);
  const fastest = Math.min(...knob.values.map((value) => value.median ?? Infinity));
  values.body.append(
    ...knob.values.map((value) =>
      row(VALUES, [
        h("code", {}, value.value),
        value.median === null ? "–" : h("span", {}, nanos(value.median), value.median === fastest ? " (lowest)" : ` (${times(value.median / fastest)})`),
        nanos(value.best),
        count(value.timed),
        count(value.failed),
      ]),
    ),
  );
  return h(
    "li",
    { "data-knob": knob.name },
    h(
      "details",
      {},
      h("summary", {}, h("code", {}, knob.name), " ", share.element),
      values.element,
    ),
  );
}
