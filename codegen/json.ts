/**
 * The one reader of JSON: of specs, reports, tuned schedules, names of weights, headers of files, results.
 *
 * @module
 */

/** What an editor may put before a text in UTF-8. */
const MARK = "\ufeff";
/** What UTF-16 begins with, where it is taken for UTF-8. */
const UTF16 = "\ufffd\ufffd";

/** What is wrong with a text: its message is a part of a line, without the text's name. */
export class JsonError extends SyntaxError {
  /** The key that an object has twice. */
  readonly key?: string;

  /** `key`: see {@linkcode JsonError.key}. */
  constructor(message: string, key?: string) {
    super(message);
    if (key !== undefined) this.key = key;
  }
}

/**
 * The value of a text in JSON. A byte order mark before it is no part of it.
 *
 * @throws {JsonError} when it is not JSON, or an object in it has a key twice, of which `JSON.parse` keeps the last.
 */
export function parseJson(text: string): unknown {
  if (text.startsWith(UTF16)) throw new JsonError("it is in UTF-16; save it in UTF-8");
  const json = text.startsWith(MARK) ? text.slice(MARK.length) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new JsonError(`not JSON: ${(error as Error).message}`);
  }
  const twice = keyTwice(json);
  if (!twice) return value;
  const key = json.slice(twice.begin, twice.end), short = key.length > 60 ? `${key.slice(0, 57)}...` : key;
  const line = json.slice(0, twice.begin).split("\n").length;
  throw new JsonError(`${short} stands twice in the same object, again in line ${line}; leave one`, JSON.parse(key));
}

/** Whether it is an object that is no list and no function; those without a prototype are some, too. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where the first key stands that its object has already. `text`: valid JSON. */
function keyTwice(text: string): { begin: number; end: number } | undefined {
  /** The keys of each object that is open; nothing for a list. */
  const open: (Set<string> | undefined)[] = [];
  let begin = 0, end = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        begin = at;
        at = endOfString(text, at);
        end = at + 1;
        break;
      case "{":
        open.push(new Set());
        break;
      case "[":
        open.push(undefined);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ":": {
        // the string before it is a key; one character may be written in several ways
        const written = text.slice(begin, end), key = JSON.parse(written) as string, keys = open.at(-1)!;
        if (keys.has(key)) return { begin, end };
        keys.add(key);
      }
    }
  }
}

/** The place of the quote that ends the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1);; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end;
  }
}
