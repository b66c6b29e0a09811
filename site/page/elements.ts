/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Elements of the page, made by code.
 *
 * @module
 */

/** What stands in an element: others, or text. */
export type Content = Node | string | number | undefined | readonly Content[];

/** Attributes; true stands for one without a value, false and undefined for none. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and what is in it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : `${value}`);
  }
  put(made, content);
  return made;
}

/** Puts content behind what an element has. */
export function put(into: Node, content: Content): void {
  if (content === undefined) return;
  if (typeof content === "object" && !(content instanceof Node)) content.forEach((part) => put(into, part));
  else into.appendChild(content instanceof Node ? content : document.createTextNode(`${content}`));
}

/** A part of a screen, under its heading. */
export function part(title: string, ...content: readonly Content[]): HTMLElement {
  return element("section", { class: "part" }, element("h2", {}, title), ...content);
}
