// How much of the differences in time goes with each knob alone.

import { parts } from "./format.js";

/** Fewer timed trials tell nothing. */
export const ENOUGH = 8;

/**
 * Knobs of records of one workload and target, the most telling first.
 *
 * Share: of the variance of log time, the part between the knob's values, corrected for chance
 * (ε² = 1 − (1 − η²)(n − 1)/(n − k) for n trials and k values, not below 0). 1: the knob alone
 * tells the time; 0: it tells nothing.
 *
 * @returns {{trials: number, knobs: {name, share, values: {value, timed, failed, best, median}[]}[]}}
 */
export function influence(records) {
  const trials = records
    .filter((record) => record.kind === "trial")
    .map((record) => ({ ns: record.median_ns, isTimed: record.status === "timed", ...parts(record.schedule) }));
  const timed = trials.filter((trial) => trial.isTimed);
  const names = new Set(trials.flatMap((trial) => [...trial.fields.keys()]));
  const knobs = [];
  for (const name of names) {
    const values = valuesOf(name, trials);
    if (values.length < 2) continue;
    knobs.push({ name, share: share(values.map((v) => v.times)), values: values.map(summary) });
  }
  knobs.sort((a, b) => (b.share ?? -1) - (a.share ?? -1) || (a.name < b.name ? -1 : 1));
  return { trials: timed.length, failed: trials.length - timed.length, knobs };
}

function valuesOf(name, trials) {
  const values = new Map();
  for (const trial of trials) {
    const value = trial.fields.get(name);
    if (value === undefined) continue;
    if (!values.has(value)) values.set(value, { value, times: [], failed: 0 });
    if (trial.isTimed) values.get(value).times.push(trial.ns);
    else values.get(value).failed++;
  }
  return [...values.values()].sort(byValue);
}

function byValue(a, b) {
  const difference = Number(a.value) - Number(b.value);
  return Number.isNaN(difference) ? a.value.localeCompare(b.value) : difference;
}

function summary({ value, times, failed }) {
  const sorted = [...times].sort((a, b) => a - b);
  return { value, timed: times.length, failed, best: sorted[0] ?? null, median: median(sorted) };
}

export function median(sorted) {
  if (!sorted.length) return null;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Null where there is too little to tell. */
function share(groups) {
  const logs = groups.filter((group) => group.length).map((group) => group.map(Math.log));
  const all = logs.flat();
  const n = all.length;
  const k = logs.length;
  if (n < ENOUGH || k < 2 || n <= k) return null;
  const mean = average(all);
  const total = sum(all.map((x) => (x - mean) ** 2));
  if (total === 0) return 0;
  const within = sum(logs.map((group) => sum(group.map((x) => (x - average(group)) ** 2))));
  return Math.max(0, 1 - ((within / total) * (n - 1)) / (n - k));
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}

function average(values) {
  return sum(values) / values.length;
}
