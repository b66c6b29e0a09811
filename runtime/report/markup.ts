/**
 * HTML whose values cannot become markup.
 *
 * @module
 */
import { printable } from "../../codegen/error.ts";

/** Text that is HTML already. */
export class Markup {
  readonly text: string;

  /** Of HTML that can be trusted. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in HTML: lists one after the other, nothing for undefined and false. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML with values in it, as text: in elements and in quoted attributes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < values.length ? write(values[i]) : "")).join(""));
}

function write(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(write).join("");
  return printable(String(content)).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}
