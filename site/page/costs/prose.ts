/// <reference lib="dom" />
/**
 * Sentences in Markdown: code, and links, of which the page shows the words.
 *
 * @module
 */
import { type Content, element } from "../elements.ts";

/** What stands in an element for a text. */
export function prose(text: string): Content[] {
  return text.split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/).map((part) => {
    const [, code, link] = /^(?:`(.+)`|\[(.+)\]\(.+\))$/.exec(part) ?? [];
    return code || link ? element("code", {}, code ?? link) : part;
  });
}
