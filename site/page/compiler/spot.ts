/**
 * Where in a spec somebody writes: what is open there, and what is expected. The text may be unfinished.
 *
 * @module
 */

/** An object or a list that is open at a place. */
export interface Open {
  readonly kind: "object" | "list";
  /** Of an object: its keys, those behind the place too, and their values where these are texts. */
  readonly keys: ReadonlyMap<string, string | undefined>;
  /** Of an object, the key before the place; of a list, the number of the entry. */
  readonly step: string | number | undefined;
}

/** A place in a text. */
export interface Spot {
  /** From the outside in. */
  readonly open: readonly Open[];
  /** What can stand here: a key of the innermost object, or a value. */
  readonly expects: "key" | "value";
  /** The word at the place, quotes and all; it may be empty. */
  readonly from: number;
  readonly to: number;
  readonly word: string;
}

/** The same while it is read. */
interface Reading {
  readonly kind: "object" | "list";
  readonly keys: Map<string, string | undefined>;
  step: string | number | undefined;
  /** In an object: what comes next is the value of `step`. */
  value: boolean;
}

const TOKENS = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;

/** What stands at a place. */
export function spotAt(text: string, at: number): Spot {
  const open: Reading[] = [];
  let spot: Spot | undefined;
  const note = (from: number, to: number): Spot => ({
    open: open.map((each) => ({ kind: each.kind, keys: each.keys, step: each.step })),
    expects: open.at(-1)?.kind === "object" && !open.at(-1)!.value ? "key" : "value",
    ...{ from, to, word: text.slice(from, to) },
  });
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const end = index + token.length, isWord = !/^[{}[\],:]$/.test(token);
    if (!spot && (isWord ? end >= at : end > at)) {
      spot = isWord && index <= at ? note(index, end) : note(at, at);
      // what is being written is no key yet
      if (isWord && index <= at && spot.expects === "key") {
        if (!/^\s*:/.test(text.slice(end))) continue;
      }
    }
    read(open, token);
  }
  return spot ?? note(at, at);
}

/** Goes on over a token. */
function read(open: Reading[], token: string): void {
  const inner = open.at(-1);
  switch (token) {
    case "{":
    case "[":
      open.push({
        kind: token === "{" ? "object" : "list",
        keys: new Map(),
        step: token === "[" ? 0 : undefined,
        value: false,
      });
      return;
    case "}":
    case "]":
      open.pop();
      return;
    case ",":
      if (inner?.kind === "list") inner.step = (inner.step as number) + 1;
      else if (inner) [inner.step, inner.value] = [undefined, false];
      return;
    case ":":
      if (inner) inner.value = true;
      return;
  }
  if (inner?.kind !== "object") return;
  const word = wordOf(token);
  if (inner.value) inner.keys.set(`${inner.step}`, token.startsWith('"') ? word : undefined);
  else if (word !== undefined) {
    inner.step = word;
    inner.keys.set(word, undefined);
  }
}

/** What a text in quotes says. */
function wordOf(token: string): string | undefined {
  if (!token.startsWith('"')) return undefined;
  try {
    return JSON.parse(token);
  } catch {
    return token.replaceAll('"', "");
  }
}
