/**
 * How much the compiler does, counted by the engine: how often each block of its code runs. A program of its own, since
 * the engine counts only in code that it has not compiled before. Arguments: nets as JSON; it prints {@linkcode BlockCounts}.
 *
 * @module
 */
import inspector from "node:inspector";

/** How many blocks of code ran. */
export interface BlockCounts {
  /** While nets were compiled for all targets. */
  readonly compiling: number;
  /** While the name of every file that was made was compared with every other: what is known to be quadratic. */
  readonly comparing: number;
  /** The files of this repository in which any ran while nets were compiled. */
  readonly files: readonly string[];
}

const session = new inspector.Session();
session.connect();
const post = (method: string, options = {}) =>
  new Promise<unknown>((resolve, reject) =>
    session.post(method, options, (error: Error | null, result: unknown) => error ? reject(error) : resolve(result))
  );
await post("Profiler.enable");
await post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

/** Blocks that ran since the last time, in code of this repository, and the files that they are in. */
async function taken(): Promise<{ blocks: number; files: string[] }> {
  const { result } = await post("Profiler.takePreciseCoverage") as {
    result: { url: string; functions: { ranges: { count: number }[] }[] }[];
  };
  const root = new URL("../", import.meta.url).href, files: string[] = [];
  let blocks = 0;
  for (const { url, functions } of result) {
    if (!url.startsWith(root) || url.includes("node_modules")) continue;
    const own = functions.flatMap(({ ranges }) => ranges).reduce((sum, { count }) => sum + count, 0);
    if (own > 0) files.push(url.slice(root.length));
    blocks += own;
  }
  return { blocks, files };
}

const { generatedFiles, parseSpec } = await import("../mod.ts"), { lettersAlike } = await import("./all_pairs.ts");
const names = Deno.args.map((text) => Object.keys(generatedFiles(parseSpec(text))));
const compiling = await taken();
for (const all of names) lettersAlike(all);
const { blocks: comparing } = await taken();
const counts: BlockCounts = { compiling: compiling.blocks, comparing, files: compiling.files };
console.log(JSON.stringify(counts));
