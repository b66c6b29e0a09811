/**
 * `commands.md`: every task of deno.json, and what its `--help` says.
 *
 * @module
 */
import { join } from "node:path";
import { deno, PROJECT } from "./deno.ts";
import { block, code, page, table } from "./markdown.ts";

/** A task as deno.json has it, and its help if it has one. */
interface Task {
  readonly name: string;
  readonly description: string;
  readonly help?: string;
}

const INTRODUCTION = `\
A task starts Deno with just the permissions that it needs: \`deno task NAME\`. Where Deno is not installed,
\`npx --yes deno@2.9.6 task NAME\` does the same. Paths count from the project's folder. The program names its commands as
they work where it was started. \`deno task\` prints this list, and \`deno run cli.ts --help\` that of the commands.

The package has the same commands: \`npx kernelwright NAME\` in Node, \`bunx --bun kernelwright NAME\` in Bun,
\`deno run -ERSW jsr:@kernelwright/kernelwright/cli NAME\` in Deno. It writes to \`runs/\` and \`generated/\` in the
current folder, and names the nets that come along. In Node and Bun the engine's bounds checks stay on and cost nothing,
so there is no \`train:checked\`; in Node 26 the program tells V8 to pack vectors, which is full speed. \`doctor\` says what
is in force, and what would be faster.`;

const EXIT_CODES = [
  ["0", "all is as it should be"],
  ["1", "an error, which one line on standard error tells, or a check that failed"],
  ["2", "a wrong command line"],
  ["3", "training has diverged: the loss or a weight is infinite or NaN"],
  ["130, 143", "stopped by Ctrl-C (SIGINT), or by SIGTERM"],
  ["141", "nobody reads standard output any more"],
] as const;

/** The page. */
export async function commandsPage(): Promise<string> {
  const tasks = await allTasks();
  const rows = tasks.map(({ name, description, help = "" }) => [
    code(`deno task ${name}${wordsOf(help)}`),
    description,
    flagsOf(help).map(code).join(" "),
  ]);
  const helps = tasks.filter(({ name, help }) => help !== undefined && name !== "train:checked");
  return page(
    "# Commands",
    INTRODUCTION,
    table(["command", "what it does", "flags"], rows),
    table(["exit code", "what it says"], EXIT_CODES),
    ...helps.flatMap(({ name, help }) => [`## ${name}`, block(help!)]),
  );
}

/** All tasks, in the order of deno.json. */
async function allTasks(): Promise<Task[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(PROJECT, "deno.json"))) as {
    tasks: Record<string, { description: string; command: string }>;
  };
  return await Promise.all(
    Object.entries(tasks).map(async ([name, { description, command }]) => ({
      name,
      description,
      help: await helpOf(command),
    })),
  );
}

/** What a task's program says of itself: commands and benchmarks do, tests and other tools of Deno do not. */
async function helpOf(command: string): Promise<string | undefined> {
  const program = command.match(/ ((?:cli|(?:bench|docs)\/\w+)\.ts(?: [a-z]+)?)$/)?.[1];
  if (program === undefined || !command.startsWith("deno run ")) return undefined;
  const help = await deno(["run", "--no-prompt", "--allow-read", ...program.split(" "), "--help"]);
  // the same on every machine, and however Deno was started
  return help.replace(/, here \d+/, "").replaceAll(/npx --yes deno@\S+ /g, "deno ");
}

/** The arguments in the line `Usage: deno task NAME [SPEC] [flags]`; those of a benchmark are flags but for the first. */
function wordsOf(help: string): string {
  const words = help.match(/^usage: deno task \S+ ?(.*)$/im)?.[1] ?? "";
  const plain = words.replaceAll(/\[--[^\]]*\]/g, "").replace("[flags]", "").replaceAll(/ +/g, " ").trim();
  return plain === "" ? "" : ` ${plain}`;
}

/** The flags that a help explains, but for `--help`, and those that a usage line names. */
function flagsOf(help: string): string[] {
  const explained = [...help.matchAll(/^ +(--[a-z-]+)/gm)].map(([, flag]) => flag);
  const named = [...help.matchAll(/\[(--[a-z-]+)/g)].map(([, flag]) => flag);
  return [...new Set([...named, ...explained])].filter((flag) => flag !== "--help");
}
