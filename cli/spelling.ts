/**
 * What was meant by a word that is not known.
 *
 * @module
 */

/** `"given" (did you mean "word"?); choose from words`. */
export function choice(given: string, words: readonly string[]): string {
  return `"${given}"${meant(given, words)}; choose from ${words.join(", ")}`;
}

/** ` (did you mean "word"?)` if one of the words is like the one given. */
export function meant(given: string, words: readonly string[]): string {
  const near =
    words.map((word) => ({ word, edits: edits(given.toLowerCase(), word.toLowerCase()) })).sort((a, b) =>
      a.edits - b.edits
    )[0];
  return near && near.edits <= Math.min(3, given.length / 2.5) ? ` (did you mean "${near.word}"?)` : "";
}

/** How many letters must be put in, left out or replaced to make one word of another. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
