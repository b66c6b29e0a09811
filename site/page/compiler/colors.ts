/**
 * Pieces of generated code that have a colour of their own: comments, words of the language, and numbers.
 *
 * @module
 */

/** A piece, and what it is. */
export interface Piece {
  readonly text: string;
  readonly kind?: "comment" | "word" | "number";
}

/** A language that targets print. */
export type Language = "typescript" | "wat" | "wgsl";

const WORDS: Readonly<Record<Language, string>> = {
  typescript: "export|function|const|let|for|if|else|return|import|from|while|type|number|void|new",
  wat: "module|func|param|result|local|loop|block|if|then|else|br_if|br|call|return|export|import|global|select",
  wgsl:
    "fn|var|let|const|for|if|else|return|struct|array|f32|u32|i32|vec4|workgroupBarrier|loop|break|continue|storage|read_write|read|workgroup|uniform",
};

const patterns = new Map<Language, RegExp>();

function patternOf(language: Language): RegExp {
  const known = patterns.get(language) ?? new RegExp(
    `(${language === "wat" ? ";;[^\\n]*" : "//[^\\n]*"})|\\b((?:${
      WORDS[language]
    })(?![\\w.$]))|(?<![\\w$.])(-?(?:0x[\\da-fA-F]+|\\d[\\d_]*(?:\\.\\d+)?(?:e[-+]?\\d+)?)[fui]?)(?![\\w$])`,
    "g",
  );
  patterns.set(language, known);
  return known;
}

/** A text in pieces; together they are the text. */
export function piecesOf(text: string, language: Language): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: found, 1: comment, 2: word, index } of text.matchAll(patternOf(language))) {
    if (index > end) pieces.push({ text: text.slice(end, index) });
    pieces.push({ text: found, kind: comment !== undefined ? "comment" : word !== undefined ? "word" : "number" });
    end = index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}
