/** The site, built for tests, and what is done with it in Chromium. */
import { buildSite } from "../../site/build.ts";
import { inChromium } from "../chromium.ts";

/** Builds the site into a folder for the tests of a file, removed behind them. */
export async function withSite<Value>(body: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await Deno.makeTempDir({ prefix: "site" });
  try {
    await buildSite(folder, { quick: true });
    return await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * What a function of a module of `tests/site/` returns that is called with the site: a `Scenario` of `drive.ts`.
 *
 * @param args as JSON can have them.
 */
export function driven<Result>(
  folder: string,
  [module, name]: readonly [module: string, name: string],
  ...args: readonly unknown[]
): Promise<Result> {
  const words = [folder, `./${module}`, name, JSON.stringify(args)];
  return inChromium<Result>("tests/site/drive.ts", words, ["--allow-net=127.0.0.1"]);
}
