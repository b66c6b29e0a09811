/**
 * What sections of the page of a report are made of.
 *
 * @module
 */
import { type Content, Markup, markup } from "./markup.ts";

/** Widths that charts are drawn for, in CSS pixels: half a page, and a phone. */
const HALF = 460, PHONE = 340;

/** A part of the page, with a heading. */
export function section(title: string, ...contents: readonly Content[]): Markup {
  return markup`<section>
<h2>${title}</h2>
${contents}
</section>`;
}

/** Side by side where there is room. */
export function pair(contents: readonly Content[], kind = ""): Markup {
  return markup`<div class="pair ${kind}">
${contents}
</div>`;
}

/** A chart at both widths, of which the page shows one. */
export function chart(title: string, draw: (width: number) => string, note?: Content): Markup {
  const [half, phone] = [HALF, PHONE].map((width) => new Markup(draw(width)));
  return markup`<figure>
<figcaption>${title}</figcaption>
<div class="half">${half}</div><div class="phone">${phone}</div>
${note && markup`<p class="note">${note}</p>`}
</figure>
`;
}

/** Rows under a header; columns of markup are aligned as text. */
export function table(header: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  // the columns of text, not of numbers
  const kind = (column: number) => rows[0]?.[column] instanceof Markup && "text";
  const head = header.map((name, i) => markup`<th scope="col" class="${kind(i)}">${name}</th>`);
  const body = rows.map((row) =>
    markup`<tr>${row.map((value, i) => markup`<td class="${kind(i)}">${value}</td>`)}</tr>\n`
  );
  return scroll(markup`<table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table>`, "table");
}

/** What may be wider than a phone, by itself: the page never is. */
export function scroll(content: Markup, name: string): Markup {
  return markup`<div class="scroll" tabindex="0" role="group" aria-label="${name}">${content}</div>`;
}

/** What is shown when asked for. */
export function details(content: Markup): Markup {
  return markup`<details><summary>All figures</summary>${content}</details>`;
}
