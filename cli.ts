/**
 * The command line: train, evaluate, predict, import, export, build, report, generate, show, verify, tune, schema, doctor.
 *
 * @module
 */
// first of all; an engine that is too old cannot even read the rest, so it is loaded later
import "./runtime/platform/engine_version.ts";

/** Runs a command line. Returns the exit code. */
export async function main(line: readonly string[]): Promise<number> {
  const { run } = await import("./cli/run.ts");
  return await run(line);
}

if (import.meta.main) {
  const { program } = await import("./runtime/platform/program/here.ts");
  program.begin();
  program.exit(await main(program.args));
}
