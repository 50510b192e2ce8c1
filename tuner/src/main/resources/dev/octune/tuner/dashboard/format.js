// Numbers for people, each with its unit, and workloads in few characters.

const SPACE = "\u00a0"; // between a number and its unit no line breaks
export const NONE = "–";

/** A kernel's time. */
export function nanos(ns) {
  if (!isNumber(ns)) return NONE;
  if (ns < 1e3) return `${ns.toFixed(0)}${SPACE}ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)}${SPACE}µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(3)}${SPACE}ms`;
  return `${(ns / 1e9).toFixed(3)}${SPACE}s`;
}

export function gops(value) {
  return isNumber(value) ? `${value.toFixed(1)}${SPACE}GOPS` : NONE;
}

export function percent(share) {
  return isNumber(share) ? `${(100 * share).toFixed(0)}${SPACE}%` : NONE;
}

export function times(ratio) {
  return isNumber(ratio) ? `${ratio.toFixed(2)}×` : NONE;
}

export function count(value, unit = "", many = `${unit}s`) {
  if (!isNumber(value)) return NONE;
  const digits = value.toLocaleString("en").replaceAll(",", "\u202f");
  return unit ? `${digits}${SPACE}${value === 1 ? unit : many}` : digits;
}

/** A stretch of time of a job or device. */
export function seconds(value) {
  if (!isNumber(value)) return NONE;
  if (value < 60) return `${value.toFixed(1)}${SPACE}s`;
  const whole = Math.round(value);
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  return h ? `${h}${SPACE}h ${m}${SPACE}min` : `${m}${SPACE}min ${whole % 60}${SPACE}s`;
}

export function megaMacs(macs) {
  return isNumber(macs) ? `${(macs / 1e6).toFixed(macs < 1e7 ? 2 : 1)}${SPACE}M` : NONE;
}

/** An instant in the reader's own time; without the day where it is today. */
export function instant(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return String(text);
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? clock : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}

function two(value) {
  return String(value).padStart(2, "0");
}

export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** The same words as the service's states and statuses, to be read by people. */
export function words(name) {
  return String(name).replaceAll("_", " ");
}

/** Operator and fields of a canonical text: "name key=value …". */
export function parts(text) {
  const [name, ...rest] = String(text).trim().split(/\s+/);
  const fields = new Map();
  for (const part of rest) {
    const at = part.indexOf("=");
    if (at > 0) fields.set(part.slice(0, at), part.slice(at + 1));
  }
  return { name, fields };
}

/** A workload in few characters, as the tables of `octune tune` have it; else the text itself. */
export function shorthand(text) {
  const { name, fields } = parts(text);
  const f = (key) => fields.get(key) ?? "?";
  const stride = () => {
    const [y, x] = f("stride").split(",");
    if (y === "1" && x === "1") return "";
    return y === x ? `/${y}` : `/${y},${x}`;
  };
  const groups = fields.has("groups") ? ` g${f("groups")}` : "";
  const zero = fields.has("wzp") ? `−${f("wzp")}` : "";
  const ranges = ` ${f("act")}·${f("wgt")}${zero}`;
  switch (name) {
    case "conv2d_NCHWc_int8":
      return `conv ${f("ic")}×${f("ih")}×${f("iw")}→${f("oc")} ${f("kh")}×${f("kw")}${stride()}${groups}${ranges}`;
    case "depthwise_conv2d_NCHWc_int8":
      return `depthwise ${f("c")}×${f("ih")}×${f("iw")} ${f("kh")}×${f("kw")}${stride()}${ranges}`;
    case "dense_int8":
      return `dense ${f("m")}×${f("k")}→${f("n")}${ranges}`;
    case "batch_matmul_int8":
      return `matmul ${f("b")}·${f("m")}×${f("k")}×${f("n")}${ranges}`;
    default:
      return String(text);
  }
}
