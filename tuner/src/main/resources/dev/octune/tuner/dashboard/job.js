// One job: what it is, how far it is, its curves, its tasks, what failed, who moved it.

import { CurveChart } from "./chart.js";
import { Keyed, h, put, say, set } from "./dom.js";
import { count, gops, megaMacs, nanos, seconds, shorthand, times, words } from "./format.js";
import { follow, repeat } from "./events.js";
import { History, gopsOf } from "./history.js";
import { pathOf } from "./api.js";
import { badge, facts, meter, problemNotice, progress, row, sparkline, table, timeOf } from "./parts.js";

const REFRESH_MILLIS = 4000;
const ENDED = new Set(["done", "failed", "cancelled"]);
const SPARK_POINTS = 60;
const FACTS = [
  "Trials",
  "Owner",
  "Device key",
  "Target",
  "Active time",
  "Device time",
  "First result after",
  "Budget",
  "Strategy, seed",
  "Priority, weight",
];
const TASKS = ["Layer", "Best so far", "Trials", "Default", "Best, confirmed", "Speed-up", "Of the roof", "Uses", "Multiply-adds"];
const FAILURES = ["What", "Reason", "How often", "Latest example"];
const MOVES = ["State", "When", "Who", "Why"];
const STEPS = ["Trial", "Time", "GOPS", "Schedule", "Device"];

export function openJob({ api, name, query, wake, announce, signal }) {
  const history = new History();
  let job = null;
  let chosen = Number(query.get("task") ?? 0) || 0;
  let isDrawing = false;
  let wasState = null;

  const title = h("h1", { tabindex: -1 }, name);
  const state = badge();
  const live = h("span.quiet", { role: "status" });
  const message = h("div");
  const pause = h("button", { type: "button", hidden: true, onclick: () => act("POST", "pause") }, "Pause");
  const resume = h("button", { type: "button", hidden: true, onclick: () => act("POST", "resume") }, "Resume");
  const cancel = h("button.danger", { type: "button", hidden: true, onclick: askCancel }, "Cancel job…");
  const about = facts(FACTS);
  const trials = progress();
  const coverage = h("div");
  const network = h("p");
  const chart = new CurveChart();
  const picker = h("select", { id: "task", onchange: () => choose(Number(picker.value)) });
  const steps = table("Trials that made the best better", STEPS);
  const taskTable = table("Tasks: layers of one shape and value range", TASKS);
  const taskRows = new Keyed(taskTable.body, taskRow);
  const failureTable = table("Failed trials by cause", FAILURES);
  const failureRows = new Keyed(failureTable.body, failureRow);
  const failureSummary = h("p");
  const moveTable = table("States this job went through", MOVES);
  const moveRows = new Keyed(moveTable.body, moveRow);
  const body = h("div", { hidden: true });

  const records = h("a", {}, "Records and knobs of this task");
  put(
    body,
    h("section.panel", { "aria-labelledby": "about" }, h("h2", { id: "about" }, "Job"), about.element, coverage),
    h(
      "section.panel",
      { "aria-labelledby": "curve" },
      h("h2", { id: "curve" }, "Best so far"),
      h("label.wide", { for: "task" }, "Task ", picker),
      chart.element,
      h("details", {}, h("summary", {}, "As a table"), steps.element),
      h("p", {}, records),
    ),
    h("section.panel", { "aria-labelledby": "tasks" }, h("h2", { id: "tasks" }, "Tasks"), network, taskTable.element),
    h(
      "section.panel",
      { "aria-labelledby": "failures" },
      h("h2", { id: "failures" }, "Failures"),
      failureSummary,
      failureTable.element,
    ),
    h("section.panel", { "aria-labelledby": "moves" }, h("h2", { id: "moves" }, "History"), moveTable.element),
  );

  async function refresh() {
    try {
      take(await api.get(pathOf("jobs", name), {}, signal));
    } catch (error) {
      if (typeof error.status === "number") put(message, problemNotice(error));
    }
  }

  function take(now) {
    job = now;
    body.hidden = false;
    say(title, `${job.job} ${shorthand(job.name)}`);
    set(title, "title", job.name);
    document.title = `${job.job} ${words(job.state)} · Octune`;
    state.update(job.state);
    if (wasState !== null && wasState !== job.state) announce(`${job.job} is now ${words(job.state)}.`);
    wasState = job.state;
    pause.hidden = !["queued", "running"].includes(job.state);
    resume.hidden = job.state !== "paused";
    cancel.hidden = ENDED.has(job.state);
    showFacts();
    showCoverage();
    showPicker();
    moveRows.show(job.moves.map((move, i) => ({ ...move, key: i })), (move) => move.key);
    draw();
  }

  function showFacts() {
    trials.update(job.trials, job.planned_trials, "trial");
    about.update("Trials", trials.element);
    about.update("Owner", job.owner);
    about.update("Device key", job.device_key);
    about.update("Target", job.target);
    about.update("Active time", rate(job));
    about.update("Device time", seconds(job.device_seconds));
    about.update("First result after", seconds(job.first_result_seconds));
    about.update("Budget", budget(job.budget));
    about.update("Strategy, seed", `${job.strategy}, ${job.seed}`);
    about.update("Priority, weight", `${job.priority}, ${job.weight}`);
  }

  function showCoverage() {
    const covered = job.task_list.reduce((sum, task) => sum + task.uses, 0);
    const all = covered + job.uncovered.length;
    const bar = meter();
    bar.update(covered / all);
    const wasOpen = coverage.querySelector("details")?.open ?? job.uncovered.length <= 10;
    put(
      coverage,
      h("h3", {}, "Coverage"),
      h("p", {}, `${count(covered)} of ${count(all, "layer")} with multiply-adds have a task: `, bar.element),
      job.uncovered.length
        ? h(
            "details",
            { open: wasOpen },
            h("summary", {}, `${count(job.uncovered.length, "layer")} without a task, and why`),
            h(
              "ul.uncovered",
              {},
              job.uncovered.map((layer) => h("li", {}, h("code", {}, layer.layer), ` (${layer.op}): ${layer.reason}`)),
            ),
          )
        : null,
    );
  }

  function showPicker() {
    if (picker.options.length !== job.task_list.length) {
      put(
        picker,
        job.task_list.map((task) => h("option", { value: task.task }, `${task.task + 1}. ${shorthand(task.workload)}`)),
      );
    }
    chosen = Math.min(Math.max(0, chosen), job.task_list.length - 1);
    picker.value = String(chosen);
  }

  function choose(task) {
    chosen = task;
    picker.value = String(task);
    // The address tells the task without a way back through every one of them.
    window.history.replaceState(null, "", `#/jobs/${name}?task=${task}`);
    draw();
  }

  /** Many trials a second are drawn once a frame. */
  function draw() {
    if (isDrawing || !job) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      if (signal.aborted) return;
      const task = job.task_list[chosen];
      chart.show(task, history.curve(task.task));
      records.href = `#/records?${new URLSearchParams({ workload: task.workload, target: job.target })}`;
      showSteps(task);
      taskRows.show(job.task_list, (each) => each.task);
      showNetwork();
      showFailures();
    });
  }

  function showSteps(task) {
    const found = history.curve(task.task).steps;
    put(
      steps.body,
      found.map((step) =>
        row(STEPS, [
          count(step.trial),
          nanos(step.ns),
          gops(gopsOf(task.macs, step.ns)),
          h("code", {}, step.schedule),
          step.device,
        ]),
      ),
    );
  }

  function showNetwork() {
    const tasks = job.task_list;
    const confirmed = tasks.filter((task) => task.best);
    const total = (of) => confirmed.reduce((sum, task) => sum + task.uses * task[of].median_ns, 0);
    if (!confirmed.length) {
      say(network, "No task is confirmed yet: times are those of trials. Default and best are measured side by side at the end.");
      return;
    }
    const which = confirmed.length === tasks.length ? "All tasks" : `${confirmed.length} of ${tasks.length} tasks`;
    say(
      network,
      `${which} together, uses × time: default ${nanos(total("default"))}, tuned ${nanos(total("best"))}, ` +
        `${times(total("default") / total("best"))} as fast.`,
    );
  }

  function showFailures() {
    const { totals } = job;
    const seen = Math.max(history.failed, totals.wrong_answers + totals.build_failures + totals.run_failures);
    say(
      failureSummary,
      seen === 0
        ? "No trial has failed."
        : `${count(seen)} of ${count(Math.max(job.trials, history.trials), "trial")} failed: ` +
            `${count(totals.wrong_answers, "wrong answer")}, ${count(totals.build_failures, "build failure")}, ` +
            `${count(totals.run_failures, "run failure")}.`,
    );
    failureTable.element.hidden = history.failures.size === 0;
    const byCount = [...history.failures.values()].sort((a, b) => b.count - a.count);
    failureRows.show(byCount, (failure) => failure.key);
  }

  function taskRow(task) {
    const curve = sparkline();
    let drawn = 0;
    const best = h("span");
    const done = h("span");
    const byDefault = h("span");
    const confirmed = h("span");
    const speedup = h("span");
    const roof = meter();
    const layers = task.layers.length
      ? h("details", {}, h("summary", {}, count(task.layers.length, "layer")), h("ul", {}, task.layers.map((l) => h("li", {}, l))))
      : null;
    const pick = h(
      "button.link",
      { type: "button", title: task.workload, onclick: () => choose(task.task) },
      `${task.task + 1}. ${shorthand(task.workload)}`,
    );
    const element = row(TASKS, [
      h("span", {}, pick, layers),
      h("span.sparked", {}, best, curve.element),
      done,
      byDefault,
      confirmed,
      speedup,
      roof.element,
      count(task.uses),
      megaMacs(task.macs),
    ]);
    return {
      element,
      update(now) {
        const seen = history.curve(now.task);
        const bestNow = seen.bests.at(-1) ?? now.best_ns;
        set(pick, "aria-current", now.task === chosen ? "true" : null);
        say(best, bestNow === null ? "–" : `${nanos(bestNow)}, ${gops(gopsOf(now.macs, bestNow))}`);
        say(done, `${count(Math.max(now.trials, seen.trials.length))}${now.space_size ? ` of ${count(now.space_size)}` : ""}`);
        say(byDefault, nanos(now.default?.median_ns));
        say(confirmed, now.best ? `${nanos(now.best.median_ns)}, ${gops(now.best.gops)} (${words(now.source)})` : "not yet");
        say(speedup, times(now.speedup));
        const reached = now.best?.gops ?? gopsOf(now.macs, bestNow);
        roof.update(now.roof_gops && reached ? reached / now.roof_gops : null);
        if (seen.trials.length !== drawn) {
          drawn = seen.trials.length;
          drawSpark(curve, seen);
        }
      },
    };
  }

  async function act(method, ...rest) {
    put(message);
    try {
      take(await api.act(method, pathOf("jobs", name, ...rest)));
    } catch (error) {
      put(message, problemNotice(error));
    }
  }

  function askCancel() {
    const why = h("input", { id: "why", maxlength: 500, autocomplete: "off" });
    const dialog = h(
      "dialog",
      { "aria-labelledby": "ask", onclose: () => dialog.remove() },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "ask" }, `Cancel ${name}?`),
        h("p", {}, "It ends now. What was measured is kept; a cancelled job can't be resumed."),
        h("label", { for: "why" }, "Why (for the job's owner)"),
        why,
        h(
          "div.actions",
          {},
          h("button", { type: "button", onclick: () => dialog.close() }, "Keep it"),
          h("button.danger", { type: "submit" }, "Cancel job"),
        ),
      ),
    );
    dialog.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      dialog.close();
      put(message);
      try {
        take(await api.act("DELETE", pathOf("jobs", name), { why: why.value }));
        title.focus();
      } catch (error) {
        put(message, problemNotice(error));
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  function heard(events) {
    let ended = false;
    for (const { event, data } of events) {
      const told = JSON.parse(data);
      if (event === "trial") history.add(told);
      else if (event === "state") ended = ENDED.has(told.state);
    }
    if (events.some(({ event }) => event !== "trial")) wake.dispatchEvent(new Event("wake"));
    draw();
    return ended;
  }

  repeat(refresh, REFRESH_MILLIS, signal, wake);
  const path = pathOf("jobs", name, "events");
  follow(api, path, heard, (now) => say(live, now === "live" ? "live" : "reconnecting…"), signal)
    .then(() => say(live, "ended"))
    .catch((error) => {
      say(live, "");
      put(message, problemNotice(error));
    });
  signal.addEventListener("abort", () => chart.close());
  return {
    title: name,
    element: h(
      "article",
      {},
      h("p.crumbs", {}, h("a", { href: "#/jobs" }, "Jobs")),
      h("div.heading", {}, title, state.element, live, h("div.actions", {}, pause, resume, cancel)),
      message,
      body,
    ),
  };
}

function failureRow(failure) {
  const often = h("span");
  const example = h("span");
  const element = row(FAILURES, [
    h("span.badge", { "data-state": failure.status }, words(failure.status)),
    h("span.told", {}, failure.reason || "no reason was told"),
    often,
    example,
  ]);
  return {
    element,
    update(now) {
      say(often, count(now.count, "trial"));
      put(
        example,
        `task ${now.task + 1}, trial ${now.trial}, on ${now.device}: `,
        h("code", {}, now.schedule),
      );
    },
  };
}

function moveRow(move) {
  const state = badge();
  state.update(move.state);
  return {
    element: row(MOVES, [state.element, timeOf(move.at), h("span.told", {}, move.who), h("span.told", {}, move.why || "–")]),
    update() {},
  };
}

/** Best so far on a logarithmic scale: falling is better. */
function drawSpark(curve, seen) {
  const known = seen.bests.filter((ns) => ns !== null);
  const every = Math.max(1, Math.ceil(known.length / SPARK_POINTS));
  const shown = known.filter((_, i) => i % every === 0 || i === known.length - 1).map(Math.log);
  curve.update(shown, Math.min(...shown), Math.max(...shown));
}

function rate(job) {
  const time = seconds(job.active_seconds);
  return job.active_seconds > 0 && job.trials > 0
    ? `${time} (${(job.trials / job.active_seconds).toFixed(1)} trials a second)`
    : time;
}

function budget({ trials, trials_per_task: perTask, time_seconds: time }) {
  const told = [];
  if (trials !== null) told.push(count(trials, "trial"));
  if (perTask !== null) told.push(`${count(perTask, "trial")} a task`);
  if (time !== null) told.push(seconds(time));
  return told.join(", ") || "none";
}
