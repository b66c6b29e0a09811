/// <reference lib="dom" />
/**
 * A spec in a link: packed, in letters that an address may have.
 *
 * @module
 */

/** Longest text of a spec that a link takes, in characters: longer addresses are cut on their way. */
const LONGEST = 100_000;

/** A link that holds no spec, and why. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

/** A text as it stands in an address. @throws {LinkError} when it is too long. */
export async function packed(text: string): Promise<string> {
  if (text.length > LONGEST) {
    throw new LinkError(`the spec has ${text.length} characters; a link takes up to ${LONGEST}: send its text`);
  }
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The text in an address. @throws {LinkError} in one line, when there is none. */
export async function unpacked(code: string): Promise<string> {
  const broken = "this link is damaged: no spec could be read from it";
  try {
    const letters = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      length += part.value.length;
      // a few letters may unpack to more than a page can hold
      if (length > 4 * LONGEST) {
        await reader.cancel();
        throw new LinkError("the spec in this link is too long to be one");
      }
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(parts).arrayBuffer());
    if (text.trim() === "") throw new LinkError(broken);
    return text;
  } catch (error) {
    if (error instanceof LinkError) throw error;
    throw new LinkError(broken);
  }
}
