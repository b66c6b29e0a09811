/**
 * Runs command lines one after the other as on Windows, with the permissions of its process, and prints as JSON how each
 * has ended. It is bundled, with `windows_path.ts` in place of `node:path`:
 *
 *     deno run FLAGS windows.js DRIVE LINES
 *
 * DRIVE: the folder that C:\ is. LINES: a JSON list of lists of words. Every path that the system is asked for must be one
 * of Windows, from its drive on.
 *
 * @module
 */
import process from "node:process";
import type { Outcome } from "./command_lines.ts";
import * as path from "./windows_path.ts";

const [DRIVE, LINES] = Deno.args;

/** Where a path of Windows really is. */
function real(path: string | URL): string {
  const [, drive, rest] = /^([A-Z]):[\\/](.*)$/s.exec(String(path)) ?? [];
  if (rest === undefined) throw new TypeError(`this is no path of Windows: ${path}`);
  if (drive !== "C") throw new Deno.errors.NotFound();
  return `${DRIVE}/${rest.replaceAll("\\", "/")}`;
}

/** The path of Windows that is really here. */
const seen = (path: string) => `C:\\${path.slice(DRIVE.length + 1).replaceAll("/", "\\")}`;

/** Makes Deno ask for all files there. */
function moveToWindows(): void {
  const { stat, lstat, realPath, readDir, mkdir, open, readFile, writeTextFile, rename, remove } = Deno;
  Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "windows" } });
  Object.assign(Deno, {
    cwd: () => path.FOLDER,
    stat: async (path: string) => await stat(real(path)),
    lstat: async (path: string) => await lstat(real(path)),
    realPath: async (path: string) => seen(await realPath(real(path))),
    readDir: (path: string) => readDir(real(path)),
    mkdir: async (path: string, options: Deno.MkdirOptions) => await mkdir(real(path), options),
    open: async (path: string, options: Deno.OpenOptions) => await open(real(path), options),
    readFile: async (path: string) => await readFile(real(path)),
    writeTextFile: async (path: string, text: string) => await writeTextFile(real(path), text),
    rename: async (from: string, to: string) => await rename(real(from), real(to)),
    remove: async (path: string) => await remove(real(path)),
  });
  const { getBuiltinModule } = process;
  process.getBuiltinModule = ((name: string) => name === "node:path" ? path : getBuiltinModule(name)) as never;
}

/** Runs the command lines. */
async function outcomes(): Promise<Outcome[]> {
  const { main } = await import("../cli.ts");
  const decoder = new TextDecoder(), outcomes: Outcome[] = [];
  let stdout = "", stderr = "";
  Deno.stdout.writeSync = (bytes) => (stdout += decoder.decode(bytes), bytes.length);
  Deno.stderr.writeSync = (bytes) => (stderr += decoder.decode(bytes), bytes.length);
  for (const line of JSON.parse(LINES) as string[][]) {
    [stdout, stderr] = ["", ""];
    const code = await main(line);
    outcomes.push({ code, stdout, stderr });
  }
  return outcomes;
}

if (import.meta.main) {
  moveToWindows();
  console.log(JSON.stringify(await outcomes()));
  Deno.exit(0);
}
