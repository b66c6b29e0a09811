/**
 * The command line: train, evaluate, predict, import, export, build, report, generate, show, verify, tune, schema, doctor.
 *
 * @module
 */
// first of all
import "./runtime/platform/deno_version.ts";
import { InputError, VERSION } from "./mod.ts";
import { ERROR, OK, USAGE, UsageError } from "./cli/command.ts";
import { commands } from "./cli/commands/mod.ts";
import { commandHelp, help } from "./cli/help.ts";
import { parseLine } from "./cli/line.ts";
import { begin, complain, lost, print } from "./cli/output.ts";
import { choice } from "./cli/spelling.ts";

/** Runs a command line. Returns the exit code. */
export async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  begin();
  try {
    if (name === undefined) {
      print(help(commands), Deno.stderr);
      return USAGE;
    }
    if (command) {
      if (args.includes("--help") || args.includes("-h")) print(commandHelp(name, command));
      else {
        begin(command.writes);
        const code = await command.run(parseLine(command, args));
        return code === OK ? lost() ?? OK : code;
      }
    } else if (name === "--help" || name === "-h") print(help(commands));
    else if (name === "--version") print(`kernelwright ${VERSION}\n`);
    else throw new UsageError(`there is no command ${choice(name, Object.keys(commands))}`);
    return OK;
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    complain(error instanceof InputError ? message : message.split("\n")[0]);
    if (error instanceof UsageError) {
      print(`see ${command ? `deno task ${name}` : "deno run cli.ts"} --help\n`, Deno.stderr);
      return USAGE;
    }
    if (!(error instanceof InputError) && debugging()) print(`${stack}\n`, Deno.stderr);
    return ERROR;
  }
}

/** Whether the stack of an unexpected error is wanted. */
function debugging(): boolean {
  const variable = "KERNELWRIGHT_DEBUG";
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted" && Deno.env.has(variable);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
