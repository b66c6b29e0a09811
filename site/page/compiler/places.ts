/**
 * Where things are in a spec's text: from a path to characters, and from characters to a path. It reads a syntax tree of
 * JSON, which there is of text that is wrong, too.
 *
 * @module
 */
import type { SyntaxNode, Tree } from "@lezer/common";
import type { Mistake } from "../../workers/compiler_methods.ts";

/** Keys and numbers, from the outside in. */
export type Path = readonly (string | number)[];

/** Characters of a text, the last one not among them. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Whether a node is a value of JSON. */
const isValue = ({ name }: SyntaxNode) => /^(?:Object|Array|String|Number|True|False|Null)$/.test(name);

/** Children of a node. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** The value of a property, if it has one. */
export const valueOf = (property: SyntaxNode): SyntaxNode | undefined =>
  childrenOf(property).find((child) => isValue(child));

/** The key of a property. */
export function keyOf(property: SyntaxNode, text: string): string | undefined {
  const name = property.getChild("PropertyName");
  if (!name) return undefined;
  try {
    return JSON.parse(text.slice(name.from, name.to));
  } catch {
    return undefined;
  }
}

/** The properties of an object. */
export const propertiesOf = (object: SyntaxNode): SyntaxNode[] => object.getChildren("Property");

/** The value that the whole text is. */
export const rootOf = ({ topNode }: Tree): SyntaxNode | undefined =>
  childrenOf(topNode).find((child) => isValue(child));

/** Where a path leads: a value; of a key that nobody knows, the key; of one that is missing, what its owner is. */
export function rangeOf(tree: Tree, text: string, path: Path): Range {
  let node = rootOf(tree), range: Range = { from: 0, to: Math.min(1, text.length) };
  if (node) range = node.name === "Object" || node.name === "Array" ? opening(node) : whole(node);
  for (const [i, step] of path.entries()) {
    if (!node) break;
    const last = i === path.length - 1;
    if (typeof step === "number") node = node.name === "Array" ? childrenOf(node).filter(isValue)[step] : undefined;
    else {
      const property: SyntaxNode | undefined = node.name === "Object"
        ? propertiesOf(node).find((property) => keyOf(property, text) === step)
        : undefined;
      const name = property?.getChild("PropertyName");
      if (name) range = whole(name);
      // what is missing is missing in what its owner is
      else if (i > 0) range = shown(node);
      node = property && valueOf(property);
    }
    if (node && !last) range = opening(node);
    else if (node && /^(?:Object|Array)$/.test(node.name)) range = shown(node);
    // a key with its value
    else if (node) range = { from: typeof step === "string" ? range.from : node.from, to: node.to };
  }
  return range;
}

const whole = ({ from, to }: SyntaxNode): Range => ({ from, to });
const opening = ({ from }: SyntaxNode): Range => ({ from, to: from + 1 });

/** What of a value is marked: of one with others in it, what tells which it is. */
function shown(node: SyntaxNode): Range {
  if (node.name !== "Object") return whole(node);
  const type = propertiesOf(node)[0];
  return type ? whole(type) : opening(node);
}

/** Where a mistake is: of what nobody could read, the first place where it is no JSON, or the key that stands twice. */
export function placeOf(tree: Tree, text: string, { path, unreadable, message }: Mistake): Range {
  if (!unreadable) return rangeOf(tree, text, path);
  return keyTwice(tree, text) ?? firstError(tree, text) ?? toldPlace(text, message) ??
    { from: 0, to: Math.min(1, text.length) };
}

/** The first key that its object has already. */
function keyTwice(tree: Tree, text: string): Range | undefined {
  let found: Range | undefined;
  tree.iterate({
    enter({ node }) {
      if (found || node.name !== "Object") return !found;
      const keys = new Set<string>();
      for (const property of propertiesOf(node)) {
        const key = keyOf(property, text);
        if (key !== undefined && keys.has(key)) return void (found ??= whole(property.getChild("PropertyName")!));
        if (key !== undefined) keys.add(key);
      }
    },
  });
  return found;
}

/** The first place that is no JSON; of what is missing, the character before it. */
function firstError(tree: Tree, text: string): Range | undefined {
  let found: Range | undefined;
  tree.iterate({
    enter({ type, from, to }) {
      if (found || !type.isError) return !found;
      if (to > from) found = { from, to: Math.min(to, endOfLine(text, from)) };
      else {
        // what is missing follows what stands before it
        const before = text.slice(0, from).trimEnd().length;
        found = { from: Math.max(0, before - 1), to: Math.max(before, Math.min(1, text.length)) };
      }
    },
  });
  return found;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : Math.max(end, from + 1);
}

/** The place that an engine tells of text that is no JSON. */
function toldPlace(text: string, message: string): Range | undefined {
  const [, told] = /position (\d+)/.exec(message) ?? [];
  if (told === undefined) return undefined;
  const from = Math.min(Number(told), Math.max(0, text.length - 1));
  return { from, to: Math.min(from + 1, text.length) };
}

/** The line and the column of a character, from 1. */
export function lineOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at), line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n") };
}

/** The path of the value that a node is, or is in. */
export function pathOf(node: SyntaxNode, text: string): Path {
  const path: (string | number)[] = [];
  for (let inner = node, outer = node.parent; outer; inner = outer, outer = outer.parent) {
    if (outer.name === "Array") {
      const before = childrenOf(outer).filter((child) => isValue(child) && child.from < inner.from);
      if (isValue(inner) || inner.type.isError) path.unshift(before.length);
    } else if (inner.name === "Property" && outer.name === "Object") {
      const key = keyOf(inner, text);
      if (key !== undefined) path.unshift(key);
    }
  }
  return path;
}
