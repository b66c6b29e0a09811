/**
 * Pieces of code that are short enough to be read.
 *
 * @module
 */

/** Lines that are shown of a longer piece. */
const MOST = 12;

/** How a loop begins and ends, in the languages that are generated: WebAssembly's text first. */
const LOOPS: readonly { readonly begins: RegExp; ends(line: string, first: string, name: string): boolean }[] = [
  {
    begins: /\(loop \$(\w+)/,
    ends: (line, _, name) => line.includes(`(br_if $${name} `) || line.includes(`(br $${name})`),
  },
  {
    begins: /^\s*for \((?:let|var) (\w+)/,
    ends: (line, first) => line === `${first.match(/^\s*/)![0]}}`,
  },
];

/** The first loop that has none in it, or nothing. */
export function innermostLoop(source: string): string[] | undefined {
  const lines = source.split("\n");
  for (const { begins, ends } of LOOPS) {
    for (const [i, line] of lines.entries()) {
      const name = begins.exec(line)?.[1];
      if (name === undefined) continue;
      const length = lines.slice(i + 1).findIndex((each) => ends(each, line, name));
      const loop = lines.slice(i, i + length + 2);
      if (length >= 0 && !loop.slice(1).some((each) => begins.test(each))) return loop;
    }
  }
}

/**
 * The lines that use a local, but for its declaration, with a comment for what is left out between them. What is left over
 * of a loop begins with the same line again, and is left out.
 */
export function linesWith(local: string, source: string, mark: string): string[] {
  const lines = source.split("\n").map((line) => line.trim());
  const all = [...lines.entries()].filter(([, line]) =>
    !line.includes("(local $") && line.split(/[\s()[\];,]+/).includes(local)
  );
  const again = all.findIndex(([, line], k) => k > 0 && line === all[0][1]);
  const used = again < 0 ? all : all.slice(0, again);
  return used.flatMap(([i, line], k) => [...k > 0 && used[k - 1][0] < i - 1 ? [`${mark} …`] : [], line]);
}

/** Lines moved to the left; of many only the first and the last, with a comment in their place. */
export function shortened(lines: readonly string[], mark: string): string {
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.match(/^\s*/)![0].length));
  const moved = lines.map((line) => line.slice(indent));
  const inner = /^\s*/.exec(moved[1] ?? "")![0];
  const short = moved.length <= MOST
    ? moved
    : [...moved.slice(0, MOST - 2), `${inner}${mark} … ${moved.length - MOST + 1} more lines`, moved.at(-1)!];
  return short.join("\n");
}
