/**
 * Engines other than this one, and programs from npm, for tests that try what is built in them. `deno task engines`
 * installs them into runs/engines.
 *
 * @module
 */
import { join } from "node:path";
import { PROJECT } from "./command_line.ts";

export type EngineName = "node24" | "node26" | "bun";

/** A package from npm: its name, the exact version that is installed, and a program in it. */
interface NpmPackage {
  readonly package: string;
  readonly version: string;
  /** The program's path in the package. */
  readonly program: string;
}

/** The engines by the names of their folders in `node_modules`. */
export const ENGINES: Readonly<Record<EngineName, NpmPackage>> = {
  node24: { package: "node", version: "24.21.0", program: "bin/node" },
  node26: { package: "node", version: "26.10.0", program: "bin/node" },
  // the name of the file is the same on every system
  bun: { package: "bun", version: "1.4.5", program: "bin/bun.exe" },
};

/** Programs for Node: they check packages, and bundle what imports them. */
export const TOOLS = {
  attw: { package: "@arethetypeswrong/cli", version: "0.18.5", program: "dist/index.js" },
  publint: { package: "publint", version: "0.3.25", program: "src/cli.js" },
  tsc: { package: "typescript", version: "7.0.2", program: "bin/tsc" },
  vite: { package: "vite", version: "8.4.0", program: "bin/vite.js" },
} as const satisfies Record<string, NpmPackage>;

export type ToolName = keyof typeof TOOLS;

/** The folder that `deno task engines` installs into. */
export const INSTALLED = join(PROJECT, "runs", "engines");

/** What was missing and is told of. */
const told = new Set<string>();

/**
 * Says once that something is missing, and what is skipped for it.
 *
 * @throws {Error} where it is needed.
 */
export function missing(what: string, remedy: string): undefined {
  // CI sets it; elsewhere tests are skipped
  if (Deno.env.get("KERNELWRIGHT_NEED_ENGINES") === "1") {
    throw new Error(`no ${what}, which KERNELWRIGHT_NEED_ENGINES asks for: ${remedy}`);
  }
  if (!told.has(what)) console.log(`no ${what} here (${remedy}): tests that need it are skipped`);
  told.add(what);
}

/**
 * The path of an engine, if there is one: what KERNELWRIGHT_NODE24, KERNELWRIGHT_NODE26 or KERNELWRIGHT_BUN says, or else
 * what is installed.
 */
export function findEngine(name: EngineName): string | undefined {
  const { program } = ENGINES[name];
  const path = Deno.env.get(`KERNELWRIGHT_${name.toUpperCase()}`) ?? join(INSTALLED, "node_modules", name, program);
  return isFile(path) ? path : undefined;
}

/** The path of Chromium, if there is one on the search path. */
export function findChromium(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const paths = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) => folders.map((f) => join(f, name)));
  return paths.find(isFile);
}

/** The same of an engine for tests: where there is none, it is printed. @throws {Error} where tests need all. */
export function engine(name: EngineName): string | undefined {
  return findEngine(name) ?? missing(NAMES[name], "deno task engines installs it");
}

/** What people call them. */
export const NAMES: Readonly<Record<EngineName, string>> = { node24: "Node 24", node26: "Node 26", bun: "Bun" };

/**
 * The path of a program for Node: in what is installed, or beside the engine that KERNELWRIGHT_NODE26 names. Undefined
 * where there is none, which is printed.
 *
 * @throws {Error} where there is none and tests need all.
 */
export function tool(name: ToolName): string | undefined {
  const { package: folder, program } = TOOLS[name], node = Deno.env.get("KERNELWRIGHT_NODE26");
  const folders = [join(INSTALLED, "node_modules"), ...node === undefined ? [] : [join(node, "..", "..", "..")]];
  const path = folders.map((parent) => join(parent, folder, program)).find(isFile);
  return path ?? missing(name, "deno task engines installs it");
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
