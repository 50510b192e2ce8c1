// All jobs, the newest first.

import { Keyed, h, put, say } from "./dom.js";
import { count, seconds, shorthand, words } from "./format.js";
import { repeat } from "./events.js";
import { badge, notice, problemNotice, progress, row, table, timeOf } from "./parts.js";

const REFRESH_MILLIS = 3000;
const PAGE = 50;
const MAX_SHOWN = 500;
const STATES = ["queued", "running", "paused", "done", "failed", "cancelled"];
const HEADINGS = ["Job", "State", "Trials", "Tasks confirmed", "Device time", "Owner", "Device key", "Submitted"];

export function openJobs({ api, query, go, wake, signal }) {
  const state = STATES.includes(query.get("state")) ? query.get("state") : "";
  let shown = PAGE;
  const list = table("Jobs, the newest first", HEADINGS);
  const rows = new Keyed(list.body, jobRow);
  const message = h("div");
  const more = h("button", { type: "button", hidden: true, onclick: showMore }, "Show older jobs");
  const filter = h(
    "select",
    { id: "state", onchange: () => go(filter.value ? `#/jobs?state=${filter.value}` : "#/jobs") },
    h("option", { value: "" }, "all"),
    STATES.map((name) => h("option", { value: name, selected: name === state }, words(name))),
  );
  const summary = h("p.quiet", { role: "status" }, "Loading…");
  list.element.hidden = true;

  async function refresh() {
    try {
      const page = await api.get("api/v1/jobs", { state, limit: shown }, signal);
      rows.show(page.jobs, (job) => job.job);
      list.element.hidden = page.jobs.length === 0;
      more.hidden = page.next === null || shown >= MAX_SHOWN;
      say(summary, page.jobs.length ? told(page) : "");
      put(message, page.jobs.length ? null : empty());
    } catch (error) {
      if (typeof error.status === "number") put(message, problemNotice(error));
      else if (list.element.hidden) say(summary, "The list comes once the service answers.");
    }
  }

  function told(page) {
    const running = page.jobs.filter((job) => job.state === "running").length;
    return `${count(page.jobs.length, "job")} shown${page.next === null ? "" : " of more"}, ${running} of them running.`;
  }

  function empty() {
    return state
      ? notice("plain", `No job is ${words(state)}.`, h("a", { href: "#/jobs" }, "Show all jobs"))
      : notice(
          "plain",
          "No job yet.",
          h("p", {}, "Submit one:"),
          h("pre", {}, `octune submit model.tflite --server ${location.origin} --token-file FILE --device-key KEY`),
        );
  }

  function showMore() {
    shown = Math.min(MAX_SHOWN, shown + 2 * PAGE);
    wake.dispatchEvent(new Event("wake"));
  }

  repeat(refresh, REFRESH_MILLIS, signal, wake);
  return {
    title: "Jobs",
    element: h(
      "section",
      {},
      h("div.heading", {}, h("h1", { tabindex: -1 }, "Jobs"), h("label", { for: "state" }, "State ", filter)),
      summary,
      message,
      list.element,
      more,
    ),
  };
}

function jobRow(job) {
  const state = badge();
  const trials = progress();
  const confirmed = h("span");
  const time = h("span");
  const name = h("span.name", { title: job.name }, shorthand(job.name));
  const element = row(HEADINGS, [
    h("a.job", { href: `#/jobs/${job.job}` }, h("span.id", {}, job.job), " ", name),
    state.element,
    trials.element,
    confirmed,
    time,
    h("span.told", {}, job.owner),
    h("span", { title: job.target }, job.device_key),
    timeOf(job.submitted_at),
  ]);
  return {
    element,
    update(now) {
      state.update(now.state);
      trials.update(now.trials, now.planned_trials, "trial");
      say(confirmed, `${count(now.confirmed_tasks)} of ${count(now.tasks, "task")}`);
      say(time, seconds(now.device_seconds));
    },
  };
}
