// Elements are made here and nowhere else. Text becomes text nodes, never markup: what strangers
// name their jobs, models and devices is shown as they wrote it.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element.
 * @param {string} tag name, with classes behind dots: "p.quiet"
 * @param {object} [attributes] "on…" adds a listener; null and false leave an attribute out
 * @param {...(Node|string|number|null|Array)} children
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  return fill(element, classes, attributes, children);
}

/** The same for a drawing. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), [], attributes, children);
}

function fill(element, classes, attributes, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else set(element, key, value);
  }
  element.append(...nodes(children));
  return element;
}

/** Sets an attribute where it differs; null and false remove it. */
export function set(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Sets the text of an element where it differs, so that a selection in it survives. */
export function say(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Puts other children into an element. */
export function put(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/**
 * Children of a list or table body that follow a list of values. A value seen before keeps its
 * element, and with it focus, selection and what is folded open.
 */
export class Keyed {
  #parent;
  #make;
  #rows = new Map();

  /** @param make value → {element, update(value)} */
  constructor(parent, make) {
    this.#parent = parent;
    this.#make = make;
  }

  show(values, keyOf) {
    const gone = new Set(this.#rows.keys());
    let at = this.#parent.firstChild;
    for (const value of values) {
      const key = keyOf(value);
      let row = this.#rows.get(key);
      if (!row) {
        row = this.#make(value);
        this.#rows.set(key, row);
      }
      gone.delete(key);
      row.update(value);
      if (row.element === at) at = at.nextSibling;
      else this.#parent.insertBefore(row.element, at);
    }
    for (const key of gone) {
      this.#rows.get(key).element.remove();
      this.#rows.delete(key);
    }
  }
}
