/** Engines other than Deno: where they are. */
import { join } from "node:path";
import { PROJECT } from "./command_line.ts";

export type EngineName = "node24" | "node26" | "bun";

const PROGRAMS: Readonly<Record<EngineName, string>> = {
  node24: "bin/node",
  node26: "bin/node",
  bun: "bin/bun.exe",
};

/** The path of an engine: of the environment, or in runs/engines. Undefined where there is none, which is printed. */
export function engine(name: EngineName): string | undefined {
  const installed = join(PROJECT, "runs", "engines", "node_modules", name, PROGRAMS[name]);
  const path = Deno.env.get(`KERNELWRIGHT_${name.toUpperCase()}`) ?? installed;
  try {
    if (Deno.statSync(path).isFile) return path;
  } catch {
    // there is none
  }
  console.log(`no ${name} here: tests that need it are skipped`);
  return undefined;
}
