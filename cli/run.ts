/**
 * A command line is run.
 *
 * @module
 */
import { InputError, VERSION } from "../mod.ts";
import { program } from "../runtime/platform/program/here.ts";
import { ERROR, OK, USAGE, UsageError } from "./command.ts";
import { commands } from "./commands/mod.ts";
import { commandHelp, help } from "./help.ts";
import { parseLine } from "./line.ts";
import { begin, complain, lost, print } from "./output.ts";
import { choice } from "./spelling.ts";

/** Runs a command line. Returns the exit code. */
export async function run([name, ...args]: readonly string[]): Promise<number> {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  begin();
  try {
    if (name === undefined) {
      print(help(commands), program.stderr);
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
      print(`see ${command ? `deno task ${name}` : "deno run cli.ts"} --help\n`, program.stderr);
      return USAGE;
    }
    if (!(error instanceof InputError) && program.variable("KERNELWRIGHT_DEBUG") !== undefined) {
      print(`${stack}\n`, program.stderr);
    }
    return ERROR;
  }
}
