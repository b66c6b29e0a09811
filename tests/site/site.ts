/** The site, built for tests, and what is done with it in Chromium. */
import { join } from "node:path";
import { buildSite } from "../../site/build.ts";
import { inChromium } from "../chromium.ts";

/** Where temporary folders are, and how those of these tests begin. */
const TEMPORARY = join(Deno.env.get("TMPDIR") ?? "/tmp"), OURS = "kernelwright-site-";
/** Milliseconds after which no test needs a site any more. */
const OLD = 3_600_000;

/** Does something with the site, which is built once for all files of a run. */
export async function withSite<Value>(body: (folder: string) => Promise<Value>): Promise<Value> {
  return await body(await builtSite());
}

/** The folder of this run's site. Those of runs long ago are removed. */
async function builtSite(): Promise<string> {
  // files of a run are tested in one process, some at the same time; another one may have had its number
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "lstart=", "-p", `${Deno.pid}`] }).output();
  const began = new TextDecoder().decode(stdout).trim().replaceAll(/\W+/g, "-");
  const folder = join(TEMPORARY, `${OURS}${Deno.pid}-${began}`), ready = join(folder, "ready");
  try {
    await Deno.mkdir(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    while (!await Deno.stat(ready).then(() => true, () => false)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const failed = await Deno.readTextFile(ready);
    if (failed) throw new Error(failed);
    return join(folder, "site");
  }
  let failed = "";
  try {
    for await (const { name } of Deno.readDir(TEMPORARY)) {
      const path = join(TEMPORARY, name);
      if (!name.startsWith(OURS) || path === folder) continue;
      const { mtime } = await Deno.stat(path);
      if (mtime && Date.now() - mtime.getTime() > OLD) await Deno.remove(path, { recursive: true });
    }
    await buildSite(join(folder, "site"), { quick: true });
  } catch (error) {
    failed = `the site could not be built: ${(error as Error).message}`;
    throw error;
  } finally {
    await Deno.writeTextFile(ready, failed);
  }
  return join(folder, "site");
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
