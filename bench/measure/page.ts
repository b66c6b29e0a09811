/**
 * Parts of pages that are made from figures.
 *
 * @module
 */

/** With thousands apart; one decimal of small numbers. */
export const figure = (value: number, decimals = value < 20 ? 1 : 0): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** How often one is another: two decimals where it is less than once. */
export const ratio = (value: number): string => figure(value, value < 1 ? 2 : 1);

/** Of a share, without decimals. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** A day, in words. */
export function dateText(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

/** A paragraph as `deno fmt` leaves it. */
export function paragraph(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= 120) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n") + "\n";
}

/** What the two comments say between which a page is made. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/**
 * A page with another text between two marks.
 *
 * @throws {Error} when it does not have them.
 */
export function betweenMarks(page: string, marks: Marks, text: string): string {
  const first = `<!-- ${marks.begin} -->\n\n`, last = `\n<!-- ${marks.end} -->\n`;
  const begin = page.indexOf(first), end = page.indexOf(last);
  if (begin < 0 || end < begin) throw new Error(`it has no lines ${first.trim()} and ${last.trim()}`);
  return page.slice(0, begin + first.length) + text + page.slice(end);
}
