/**
 * Writes kernels and plans of nets.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { compareGenerated, generatedFiles, InputError, repairGenerated, type Spec } from "../../mod.ts";
import { type Command, ERROR, type Line, OK } from "../command.ts";
import { check, inTask, out, specNote } from "../flags.ts";
import { GENERATED, tuningIn } from "../folders.ts";
import { checkNameFree, loadSpecs } from "../nets.ts";
import { complain, print } from "../output.ts";
import { plural, shortPath } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "write kernels and plans of nets (default: those in generated/)",
  words: "[SPEC...]",
  most: Infinity,
  notes: [specNote, ...inTask("The task may write to generated/ and runs/ only.")],
  flags: { check, out },
  example: "deno task generate mnist_cnn",
  writes: true,
  run: generate,
};

async function generate({ words, flags }: Line): Promise<number> {
  const root = flags.out === undefined ? GENERATED : resolve(flags.out), tuning = await tuningIn(root);
  const nets = new Map<string, { spec: Spec; origin: string; files: Readonly<Record<string, string>> }>();
  for (const net of await loadSpecs(words)) {
    const { name } = net.spec, other = nets.get(name)?.origin;
    if (other) throw new InputError(`${other} and ${net.origin}: both nets are named "${name}"; rename one`);
    const files = generatedFiles(net.spec, { origin: net.origin, tuning });
    if (flags.out === undefined) await checkNameFree(net.spec, net.origin, files, { tuning });
    nets.set(name, { ...net, files });
  }
  let wrong = 0;
  for (const { spec, files } of nets.values()) {
    const differences = await compareGenerated(root, files);
    wrong += differences.length;
    for (const difference of differences) {
      const path = shortPath(join(root, difference.path));
      if (flags.check !== undefined) print(`${difference.state.padEnd(11)} ${path}\n`);
      else {
        await repairGenerated(root, files, difference);
        print(`${difference.state === "superfluous" ? "removed" : "wrote"} ${path}\n`);
      }
    }
    if (differences.length === 0) print(`${spec.name}: ${plural(Object.keys(files).length, "file")} up to date\n`);
  }
  if (flags.check === undefined || wrong === 0) return OK;
  complain(`${plural(wrong, "generated file")} not as the compiler would write; run "deno task generate"`);
  return ERROR;
}
