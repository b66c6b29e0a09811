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
  type Spec,
  targets,
  tune,
  type TunedRow,
  type TuneOptions,
} from "../../mod.ts";
import { type Command, ERROR, type Line, OK } from "../command.ts";
import { inTask, out, specNote, target, targetNames } from "../flags.ts";
import { GENERATED, TUNING, tuningIn } from "../folders.ts";
import { loadSpecs } from "../nets.ts";
import { complain, print } from "../output.ts";
import { choice } from "../spelling.ts";
import { plural, shortPath } from "../text.ts";

/** The command. */
export const command: Command = {
  text: "find faster schedules for nets on this machine (default: for those in generated/)",
  words: "[SPEC...]",
  most: Infinity,
  notes: [
    specNote,
    "Candidates are checked, then timed; winners go to tuning.json in the folder of generated nets, which train,",
    "evaluate, generate, show, verify, bench, bench:step and timeline read.",
    ...inTask("The task may write to generated/ and runs/ only."),
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
  const root = out === undefined ? GENERATED : resolve(out);
  let changes = 0, wrong = 0;
  for (const net of await loadSpecs(words)) {
    for (const { name } of chosen) {
      const names = [...kernelStages(net.spec, { target: name, origin: net.origin }).keys()];
      if (kernel !== undefined && !names.includes(kernel)) {
        throw new InputError(`net ${net.spec.name} has no kernel ${choice(kernel, names)}`);
      }
      if (target === undefined && !runsHere(findTarget(name))) {
        print(`${net.spec.name}, target ${name}: this engine cannot run it\n`);
        continue;
      }
      const found = await tuneTarget(net.spec, name, names, root, { kernel, budget: Number(budget) });
      changes += found.changes;
      wrong += found.wrong;
    }
  }
  print(
    changes === 0
      ? "nothing is faster by 3 % or more\n"
      : `wrote ${plural(changes, "schedule")} to ${shortPath(join(root, TUNING))}; run "deno task generate${
        out === undefined ? "" : ` --out ${out}`
      }" for the code\n`,
  );
  if (wrong === 0) return OK;
  complain(`${plural(wrong, "candidate")} computed something else than the interpreter; see above`);
  return ERROR;
}

/**
 * Tunes a net for a target, and prints its table.
 *
 * @param names of the net's kernels.
 * @param root folder of the schedules.
 * @returns how many schedules are new, and how many candidates were wrong.
 */
async function tuneTarget(
  spec: Spec,
  target: string,
  names: readonly string[],
  root: string,
  options: Pick<TuneOptions, "kernel" | "budget">,
): Promise<{ changes: number; wrong: number }> {
  const path = join(root, TUNING), width = Math.max(...names.map((name) => name.length));
  let changes = 0, wrong = 0;
  print(`${spec.name}, target ${target}${options.kernel === undefined ? "; first, every kernel is timed once" : ""}\n`);
  print(`  ${"kernel".padEnd(width)}   share  before us   after us  tried  schedule\n`);
  const known = await tune(spec, {
    ...options,
    target,
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
  return { changes, wrong };
}

/** A kernel of the table that tuning prints. */
function tunedLine({ kernel, share, before, after, tried, schedule }: TunedRow, width: number): string {
  const microseconds = (seconds: number) => (1e6 * seconds).toFixed(1).padStart(9);
  const part = share === undefined ? "" : `${(100 * share).toFixed(1)} %`;
  return `  ${kernel.padEnd(width)}  ${part.padStart(6)}  ${microseconds(before)}  ${microseconds(after)}  ${
    String(tried).padStart(5)
  }  ${schedule}\n`;
}
