// The best-so-far curve of one task.

import uPlot from "./vendor/uPlot.esm.js";
import { h, put, say } from "./dom.js";
import { count, gops, nanos } from "./format.js";
import { gopsOf, nanosOf } from "./history.js";

const HEIGHT = 300; // pixels
const NICE = [1, 2, 5];

/** Chart, legend and a line that reads the chart out; {element, show(task, curve), close()}. */
export class CurveChart {
  element;
  #plot = null;
  #frame;
  #legend;
  #reading;
  #task = null;
  #curve = null;
  #unit = "time";
  #observer;
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #recolour = () => this.#rebuild();

  constructor() {
    this.#frame = h("div.plot", {
      tabindex: 0,
      role: "img",
      onkeydown: (event) => this.#walk(event),
    });
    this.#legend = h("ul.legend", { "aria-label": "Lines of the chart" });
    this.#reading = h("p.reading", { "aria-live": "off" });
    this.element = h(
      "div",
      {},
      h(
        "fieldset.choice",
        {},
        h("legend", {}, "Show"),
        this.#choice("time", "time of a call (lower is better)", true),
        this.#choice("gops", "GOPS (higher is better)", false),
      ),
      this.#frame,
      this.#reading,
      this.#legend,
    );
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.#frame);
    this.#scheme.addEventListener("change", this.#recolour);
    addEventListener("octune:colours", this.#recolour);
  }

  close() {
    this.#observer.disconnect();
    this.#scheme.removeEventListener("change", this.#recolour);
    removeEventListener("octune:colours", this.#recolour);
    this.#plot?.destroy();
    this.#plot = null;
  }

  show(task, curve) {
    const isOther = this.#task?.task !== task.task || lines(this.#task) !== lines(task);
    this.#task = task;
    this.#curve = curve;
    if (isOther || !this.#plot) this.#rebuild();
    else this.#plot.setData(this.#data());
    this.#label();
  }

  #choice(value, text, checked) {
    return h(
      "label",
      {},
      h("input", {
        type: "radio",
        name: "unit",
        value,
        checked,
        onchange: () => {
          this.#unit = value;
          this.#rebuild();
        },
      }),
      text,
    );
  }

  get #isTime() {
    return this.#unit === "time";
  }

  /** A figure in the unit shown: microseconds or GOPS. */
  #value(ns) {
    if (ns === null || ns === undefined) return null;
    return this.#isTime ? ns / 1e3 : gopsOf(this.#task.macs, ns);
  }

  #roof() {
    const roof = this.#task.roof_gops;
    if (!roof) return null;
    return this.#isTime ? nanosOf(this.#task.macs, roof) / 1e3 : roof;
  }

  #data() {
    const { trials, medians, bests } = this.#curve;
    const xs = trials.length ? trials : [0];
    const level = (value) => xs.map(() => value);
    return [
      xs,
      trials.length ? medians.map((ns) => this.#value(ns)) : [null],
      level(this.#roof()),
      level(this.#value(this.#task.default?.median_ns)),
      trials.length ? bests.map((ns) => this.#value(ns)) : [null],
    ];
  }

  #rebuild() {
    if (!this.#task) return;
    this.#plot?.destroy();
    const colour = colours(this.#frame);
    const isTime = this.#isTime;
    const axis = {
      stroke: colour.muted,
      grid: { stroke: colour.line, width: 1 },
      ticks: { stroke: colour.line, width: 1 },
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
    };
    this.#plot = new uPlot(
      {
        width: Math.max(this.#frame.clientWidth, 200),
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        scales: {
          x: { time: false, range: (_, min, max) => [Math.max(0, min - 1), Math.max(max, min + 9) + 0.5] },
          y: { distr: isTime ? 3 : 1, range: isTime ? timeRange : gopsRange },
        },
        axes: [
          { ...axis, label: "trials of this task", incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5] },
          {
            ...axis,
            size: 64,
            label: isTime ? "time of a call, µs" : "GOPS",
            ...(isTime ? { splits: logSplits, filter: (_, splits) => splits } : {}),
            values: (_, splits) => splits.map((value) => (value === null ? "" : String(Number(value.toPrecision(4))))),
          },
        ],
        series: [
          {},
          {
            stroke: colour.trial,
            paths: () => null,
            points: { show: true, size: 4, width: 1, stroke: colour.trial, fill: colour.trial },
          },
          { stroke: colour.roof, width: 2, dash: [8, 5], points: { show: false } },
          { stroke: colour.default, width: 2, dash: [2, 4], points: { show: false } },
          {
            stroke: colour.best,
            width: 2.5,
            paths: uPlot.paths.stepped({ align: 1 }),
            points: { show: false },
          },
        ],
        hooks: {
          draw: [(plot) => this.#drawFailures(plot, colour.bad)],
          setCursor: [(plot) => this.#read(plot.cursor.idx)],
        },
      },
      this.#data(),
      this.#frame,
    );
    this.#label();
  }

  #resize() {
    const width = this.#frame.clientWidth;
    if (this.#plot && width > 0 && Math.abs(width - this.#plot.width) > 1) {
      this.#plot.setSize({ width, height: HEIGHT });
    }
  }

  /** Failed trials have no time: they stand as ticks on the lower edge. */
  #drawFailures(plot, colour) {
    const { trials, medians } = this.#curve;
    const { left, top, width, height } = plot.bbox;
    const tick = 8 * devicePixelRatio;
    plot.ctx.save();
    plot.ctx.fillStyle = colour;
    for (let i = 0; i < trials.length; i++) {
      if (medians[i] !== null) continue;
      const x = plot.valToPos(trials[i], "x", true);
      if (x < left || x > left + width) continue;
      plot.ctx.fillRect(x - devicePixelRatio, top + height - tick, 2 * devicePixelRatio, tick);
    }
    plot.ctx.restore();
  }

  /** Arrow keys walk from trial to trial. */
  #walk(event) {
    const last = this.#curve ? this.#curve.trials.length - 1 : -1;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || last < 0) return;
    event.preventDefault();
    const from = this.#plot.cursor.idx ?? (step > 0 ? -1 : last + 1);
    const index = Math.min(last, Math.max(0, from + step));
    this.#plot.setCursor({ left: this.#plot.valToPos(this.#curve.trials[index], "x"), top: 0 });
    this.#reading.setAttribute("aria-live", "polite");
    this.#read(index);
  }

  #read(index) {
    const { trials, medians, bests } = this.#curve ?? {};
    if (index === null || index === undefined || !trials?.length || index >= trials.length) {
      say(this.#reading, "Point at the chart, or walk it with the arrow keys, to read single trials.");
      return;
    }
    const own = medians[index] === null ? "failed" : this.#both(medians[index]);
    const best = bests[index] === null ? "nothing yet" : this.#both(bests[index]);
    say(this.#reading, `Trial ${trials[index]}: ${own}. Best until then: ${best}.`);
  }

  #both(ns) {
    return `${nanos(ns)} (${gops(gopsOf(this.#task.macs, ns))})`;
  }

  #label() {
    const { trials, bests, failed } = this.#curve;
    const best = bests.at(-1) ?? null;
    const roof = this.#task.roof_gops;
    const told = best === null ? "no trial has a time yet" : `best so far ${this.#both(best)}`;
    this.#frame.setAttribute(
      "aria-label",
      `Best-so-far curve: ${told} after ${count(trials.length, "trial")}, ${failed} of them failed` +
        `${roof ? `; roof ${gops(roof)}` : ""}. Arrow keys read single trials.`,
    );
    if (this.#plot?.cursor.idx === null || this.#plot?.cursor.idx === undefined) this.#read(null);
    const item = (line, text) => h("li", {}, h(`span.key.${line}`, { "aria-hidden": "true" }), text);
    put(
      this.#legend,
      item("best", best === null ? "best so far" : `best so far: ${this.#both(best)}`),
      item("trial", "each trial"),
      roof ? item("roof", `roof: ${gops(roof)} (${nanos(nanosOf(this.#task.macs, roof))})`) : null,
      this.#task.default
        ? item("default", `default schedule, confirmed: ${this.#both(this.#task.default.median_ns)}`)
        : null,
      failed ? item("failed", `failed trials: ${failed}`) : null,
    );
  }
}

function lines(task) {
  return `${task?.roof_gops} ${task?.default?.median_ns}`;
}

function timeRange(_, min, max) {
  return min > 0 && Number.isFinite(max) ? [min * 0.9, max * 1.15] : [1, 10];
}

function gopsRange(_, min, max) {
  return [0, Number.isFinite(max) && max > 0 ? max * 1.08 : 1];
}

/** Ticks of a logarithmic axis: 1, 2, 5 of each decade; even steps where that would be too few. */
function logSplits(_plot, _axis, min, max) {
  const splits = [];
  for (let decade = 10 ** Math.floor(Math.log10(min)); decade <= max; decade *= 10) {
    for (const digit of NICE) {
      if (decade * digit >= min && decade * digit <= max) splits.push(decade * digit);
    }
  }
  if (splits.length >= 3) return splits;
  const rough = (max - min) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([...NICE, 10].find((digit) => digit * power >= rough) ?? 10);
  const even = [];
  for (let at = Math.ceil(min / step) * step; at <= max; at += step) even.push(at);
  return even;
}

/** The style sheet's colours as the canvas needs them, light or dark resolved. */
function colours(element) {
  const probe = h("span", { hidden: true });
  element.append(probe);
  const of = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    muted: of("muted"),
    line: of("line"),
    trial: of("trial"),
    roof: of("roof"),
    default: of("default"),
    best: of("accent"),
    bad: of("bad"),
  };
  probe.remove();
  return found;
}
