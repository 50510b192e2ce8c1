// What the trials of a job told, task by task.

/** Different failures kept; a job with more has one cause in many words. */
const MAX_FAILURES = 200;

/** One task's trials, in the order they ended. */
export class Curve {
  /** Trial numbers of the task. */
  trials = [];
  /** Time of each; null where it failed. */
  medians = [];
  /** Best so far; null before the first. */
  bests = [];
  /** Trials that made the best better: {trial, ns, schedule, device}. */
  steps = [];
  failed = 0;
}

/** A job's trials. A trial that comes twice counts once. */
export class History {
  curves = new Map();
  /** By cause: {status, reason, count, task, trial, schedule, device}, the latest example. */
  failures = new Map();
  failed = 0;
  trials = 0;

  curve(task) {
    let curve = this.curves.get(task);
    if (!curve) {
      curve = new Curve();
      this.curves.set(task, curve);
    }
    return curve;
  }

  /** Takes the data of an event `trial`. */
  add(trial) {
    const curve = this.curve(trial.task);
    if (trial.trials <= (curve.trials.at(-1) ?? 0)) return;
    const before = curve.bests.at(-1) ?? null;
    this.trials++;
    curve.trials.push(trial.trials);
    curve.medians.push(trial.median_ns);
    curve.bests.push(trial.best_ns);
    if (trial.status !== "timed") {
      curve.failed++;
      this.#fail(trial);
    } else if (trial.best_ns !== null && (before === null || trial.best_ns < before)) {
      curve.steps.push({
        trial: trial.trials,
        ns: trial.best_ns,
        schedule: trial.schedule,
        device: trial.device,
      });
    }
  }

  #fail(trial) {
    this.failed++;
    const key = `${trial.status}\n${trial.reason ?? ""}`;
    const known = this.failures.get(key);
    if (!known && this.failures.size >= MAX_FAILURES) return;
    this.failures.set(key, {
      key,
      status: trial.status,
      reason: trial.reason ?? "",
      count: (known?.count ?? 0) + 1,
      task: trial.task,
      trial: trial.trials,
      schedule: trial.schedule,
      device: trial.device,
    });
  }
}

/** GOPS of a time, two operations a multiply-add. */
export function gopsOf(macs, ns) {
  return ns > 0 ? (2 * macs) / ns : null;
}

/** The time that some GOPS take. */
export function nanosOf(macs, gops) {
  return gops > 0 ? (2 * macs) / gops : null;
}
