/**
 * How much the compiler does, counted by the engine: how often each block of its code runs. A program of its own, since
 * the engine counts only in code that it has not compiled before. Arguments: nets as JSON; it prints one number.
 *
 * @module
 */
import inspector from "node:inspector";

const session = new inspector.Session();
session.connect();
const post = (method: string, options = {}) =>
  new Promise<unknown>((resolve, reject) =>
    session.post(method, options, (error: Error | null, result: unknown) => error ? reject(error) : resolve(result))
  );
await post("Profiler.enable");
await post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

const { generatedFiles, parseSpec } = await import("../mod.ts");
for (const text of Deno.args) generatedFiles(parseSpec(text));

const { result } = await post("Profiler.takePreciseCoverage") as {
  result: { url: string; functions: { ranges: { count: number }[] }[] }[];
};
const own = result.filter(({ url }) =>
  url.startsWith(new URL("../", import.meta.url).href) && !url.includes("node_modules")
);
console.log(
  own.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges)).reduce((n, { count }) => n + count, 0),
);
