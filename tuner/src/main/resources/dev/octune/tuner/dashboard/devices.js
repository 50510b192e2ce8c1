// Devices: how they are, how busy, and why one gets no work.

import { Keyed, h, put, say } from "./dom.js";
import { count, gops, isNumber, nanos, percent, seconds, words } from "./format.js";
import { repeat } from "./events.js";
import { pathOf } from "./api.js";
import { badge, facts, notice, problemNotice, sparkline, timeOf } from "./parts.js";

const REFRESH_MILLIS = 2000;
/** Readings kept: utilisation is told over the last of them, the curve over all. */
const READINGS = 90;
const WINDOW_READINGS = 30;
const CAUSES = {
  wrong_answer: "It answered wrong where another device of its key answered right. Only a person releases it.",
  drift: "The base kernel's time has moved. It is released when a later calibration is as it was.",
  failing: "It fails again and again. It is released when a later calibration succeeds.",
};
const FACTS = [
  "Busy",
  "Results",
  "Leases held",
  "Device key",
  "Target",
  "Base kernel",
  "Host's load",
  "Factor to the key's times",
  "Roofs",
  "Sandbox of kernels",
  "Machine",
];

export function openDevices({ api, wake, announce, signal }) {
  const summary = h("p.quiet", { role: "status" }, "Loading…");
  const message = h("div");
  const list = h("ul.devices");
  const rows = new Keyed(list, deviceCard);
  let isLoaded = false;

  async function refresh() {
    try {
      const { devices } = await api.get("api/v1/devices", {}, signal);
      isLoaded = true;
      rows.show([...devices].sort(byTrouble), (device) => device.device);
      put(message, devices.length ? null : empty());
      say(summary, devices.length ? told(devices) : "");
    } catch (error) {
      if (typeof error.status === "number") put(message, problemNotice(error));
      else if (!isLoaded) say(summary, "The list comes once the service answers.");
    }
  }

  function empty() {
    return notice(
      "plain",
      "No device is attached.",
      h("p", {}, "Lend one, on the machine it stands at or beside:"),
      h("pre", {}, `octune worker --server ${location.origin} --token-file FILE`),
    );
  }

  function deviceCard(device) {
    const status = badge();
    const since = h("span.quiet");
    const reason = h("div");
    const about = facts(FACTS);
    const busy = h("span.sparked");
    const busyText = h("span");
    const curve = sparkline(160);
    const readings = [];
    busy.append(busyText, curve.element);
    about.update("Busy", busy);
    const release = h("button", { type: "button", onclick: () => trust(device.device) }, "Release from quarantine");
    const element = h(
      "li.panel",
      { "aria-label": `Device ${device.device}` },
      h("div.heading", {}, h("h2", {}, device.device), status.element, since),
      reason,
      about.element,
    );
    let cause = null;
    return {
      element,
      update(now) {
        status.update(now.status);
        put(since, "since ", timeOf(now.since));
        const held = now.quarantine;
        if ((held?.reason ?? null) !== cause) {
          cause = held?.reason ?? null;
          put(
            reason,
            held
              ? notice(
                  "bad",
                  `Quarantined: ${words(held.cause)}`,
                  h("p", {}, held.reason),
                  h("p", {}, CAUSES[held.cause] ?? "", " In quarantine since ", timeOf(held.since), "."),
                  release,
                )
              : null,
          );
        }
        readings.push({ at: performance.now() / 1e3, busy: now.busy_seconds });
        if (readings.length > READINGS) readings.shift();
        say(busyText, utilisation(readings, now.busy_seconds));
        curve.update(shares(readings), 0, 1);
        about.update("Results", count(now.results, "result"));
        about.update("Leases held", count(now.leases, "request"));
        about.update("Device key", now.device_key);
        about.update("Target", now.target);
        about.update("Base kernel", isNumber(now.base_ns) ? nanos(now.base_ns) : "not calibrated yet");
        about.update("Host's load", isNumber(now.load_1m) ? now.load_1m.toFixed(2) : "not told");
        about.update("Factor to the key's times", `${now.factor.toFixed(3)}×`);
        about.update("Roofs", roofs(now.roofs_gops));
        about.update("Sandbox of kernels", sandbox(now.sandbox));
        about.update("Machine", now.description);
      },
    };
  }

  async function trust(name) {
    put(message);
    try {
      await api.act("POST", pathOf("devices", name, "release"));
      announce(`${name} is released.`);
      wake.dispatchEvent(new Event("wake"));
    } catch (error) {
      put(message, problemNotice(error));
    }
  }

  repeat(refresh, REFRESH_MILLIS, signal, wake);
  return {
    title: "Devices",
    element: h("section", {}, h("div.heading", {}, h("h1", { tabindex: -1 }, "Devices")), summary, message, list),
  };
}

/** What needs somebody stands first. */
const ORDER = ["quarantined", "calibrating", "ready", "draining", "detached"];

function byTrouble(a, b) {
  return ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || (a.device < b.device ? -1 : 1);
}

function told(devices) {
  return ORDER.map((status) => [status, devices.filter((device) => device.status === status).length])
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${words(status)}`)
    .join(", ");
}

function utilisation(readings, busySeconds) {
  const window = readings.slice(-WINDOW_READINGS);
  const first = window[0];
  const last = window.at(-1);
  const all = `${seconds(busySeconds)} since the service started`;
  if (last.at - first.at < 1) return all;
  const share = clamp((last.busy - first.busy) / (last.at - first.at));
  return `${percent(share)} of the last ${seconds(last.at - first.at)}; ${all}`;
}

function shares(readings) {
  return readings.slice(1).map((reading, i) => {
    const before = readings[i];
    return clamp((reading.busy - before.busy) / (reading.at - before.at || 1));
  });
}

function clamp(share) {
  return Math.min(1, Math.max(0, share));
}

function roofs(byLeaf) {
  const told = Object.entries(byLeaf).sort(([, a], [, b]) => b - a);
  return told.length ? told.map(([leaf, value]) => `${leaf} ${gops(value)}`).join(", ") : "not told";
}

/** What protects the device's machine from kernels, and what does not; why is told by doctor there. */
function sandbox(byName) {
  const names = (inForce) =>
    Object.entries(byName)
      .filter(([, value]) => value === inForce)
      .map(([name]) => words(name))
      .join(", ");
  if (!Object.keys(byName).length) return "not told";
  const missing = names(false);
  return names(true) + (missing ? `; not in force: ${missing}` : "");
}
