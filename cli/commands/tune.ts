/**
 * Finds faster schedules.
 *
 * @module
 */
import { join, resolve } from "node:path";
import {
  findTarget,
  InputError,
  kernelStages,
  type Refusal,
  runsHere,
  saveTuning,
  targets,
  tune,
  type TunedRow,
} from "../../mod.ts";
import { type Command, ERROR, type Line, OK } from "../command.ts";
import { out, specNote, target, targetNames } from "../flags.ts";
import { GENERATED, TUNING, tuningIn } from "../folders.ts";
import { specs } from "../nets.ts";
import { complain, print } from "../output.ts";
import { choice } from "../spelling.ts";
import { plural, shortPath } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "find faster schedules for nets on this machine (default: for all in specs/)",
  words: "[SPEC...]",
  most: Infinity,
  notes: [
    specNote,
    "Candidates are checked, then timed; winners go to tuning.json in the folder of generated nets, which train,",
    "evaluate, generate, show, verify, bench, bench:step and timeline read.",
    "The task may write to generated/ and runs/ only.",
  ],
  flags: {
    target: { ...target, text: `${targetNames.join(", ")} (default: each in WebAssembly)` },
    kernel: { value: "K", text: "only this kernel (default: those with 2 % of a step's time or more)" },
    budget: { value: "N", text: "seconds for each net and target (default: 120)", range: [1, 86_400] },
    out,
  },
  example: "deno task tune mnist_cnn --target wasm --budget 300",
  writes: true,
  run: tuneNets,
};

async function tuneNets({ words, flags: { target, kernel, budget = "120", out } }: Line): Promise<number> {
  const chosen = target === undefined ? targets.filter(({ sample }) => sample) : [findTarget(target)];
  const root = out === undefined ? GENERATED : resolve(out), path = join(root, TUNING);
  let changes = 0, wrong = 0;
  for (const { spec, origin } of await specs(words)) {
    for (const { name } of chosen) {
      const names = [...kernelStages(spec, { target: name, origin }).keys()];
      if (kernel !== undefined && !names.includes(kernel)) {
        throw new InputError(`net ${spec.name} has no kernel ${choice(kernel, names)}`);
      }
      if (target === undefined && !runsHere(findTarget(name))) {
        print(`${spec.name}, target ${name}: this engine cannot run it\n`);
        continue;
      }
      const width = Math.max(...names.map((name) => name.length));
      print(`${spec.name}, target ${name}${kernel === undefined ? "; first, every kernel is timed once" : ""}\n`);
      print(`  ${"kernel".padEnd(width)}   share  before us   after us  tried  schedule\n`);
      const known = await tune(spec, {
        target: name,
        kernel,
        budget: Number(budget),
        tuning: await tuningIn(root),
        // kernel by kernel: what was found before somebody stops it stays
        onKernel: async (row, tuning) => {
          print(tunedLine(row, width));
          for (const { schedule, reason } of row.refused) print(`    not taken: ${schedule}: ${reason}\n`);
          wrong += row.refused.filter(({ wrong }: Refusal) => wrong).length;
          if (!row.changed) return;
          await saveTuning(path, tuning);
          changes++;
        },
      });
      // what no longer fits goes, even where no kernel got another schedule
      await saveTuning(path, known);
    }
  }
  print(
    changes === 0
      ? "nothing is faster by 3 % or more\n"
      : `wrote ${plural(changes, "schedule")} to ${shortPath(path)}; run "deno task generate${
        out === undefined ? "" : ` --out ${out}`
      }" for the code\n`,
  );
  if (wrong === 0) return OK;
  complain(`${plural(wrong, "candidate")} computed something else than the interpreter; see above`);
  return ERROR;
}

/** A kernel of the table that tuning prints. */
function tunedLine({ kernel, share, before, after, tried, schedule }: TunedRow, width: number): string {
  const microseconds = (seconds: number) => (1e6 * seconds).toFixed(1).padStart(9);
  const part = share === undefined ? "" : `${(100 * share).toFixed(1)} %`;
  return `  ${kernel.padEnd(width)}  ${part.padStart(6)}  ${microseconds(before)}  ${microseconds(after)}  ${
    String(tried).padStart(5)
  }  ${schedule}\n`;
}
