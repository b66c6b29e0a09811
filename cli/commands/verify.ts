/**
 * Checks kernels and gradients.
 *
 * @module
 */
import {
  count,
  findTarget,
  InputError,
  kernelStages,
  type Optimization,
  processorTargets,
  runsHere,
  type Spec,
  type Tuning,
  verifyNet,
  type VerifyRow,
} from "../../mod.ts";
import { type Command, ERROR, type Line, OK } from "../command.ts";
import { parseOptimizations, seed, specNote, target, targetNames, without } from "../flags.ts";
import { GENERATED, tuningIn } from "../folders.ts";
import { loadSpecs } from "../nets.ts";
import { print } from "../output.ts";

/** The command. */
export const command: Command = {
  text: "check kernels against the interpreter, and gradients (default: of all in specs/)",
  words: "[SPEC...]",
  most: Infinity,
  notes: [specNote, "The exit code is 1 when a check fails."],
  flags: {
    target: { ...target, text: `${targetNames.join(", ")} (default: each but webgpu, one after the other)` },
    seed,
    without,
  },
  example: "deno task verify lenet5",
  run: verify,
};

async function verify({ words, flags: { target, seed = "0", without } }: Line): Promise<number> {
  const chosen = target === undefined ? processorTargets : [findTarget(target)];
  const tuning = await tuningIn(GENERATED);
  let failures = 0;
  for (const { spec, origin } of await loadSpecs(words)) {
    for (const each of chosen) {
      if (runsHere(each)) {
        failures += await verifyTarget(spec, each.name, {
          origin,
          seed: Number(seed),
          tuning,
          without: parseOptimizations(without),
        });
      } else if (target === undefined) print(`${spec.name}, target ${each.name}: this engine cannot run it\n`);
      else throw new InputError(`this engine cannot run target ${each.name}; use target auto`);
    }
  }
  return failures === 0 ? OK : ERROR;
}

/** Prints the table of a net and a target. Returns how many checks failed. */
async function verifyTarget(
  spec: Spec,
  target: string,
  { seed, ...options }: { origin: string; seed: number; tuning: Tuning; without: readonly Optimization[] },
): Promise<number> {
  const width = Math.max(...[...kernelStages(spec, { target, ...options }).keys()].map((name) => name.length));
  const line = (check: string, cases: string, error: string, tolerance: string, result: string) =>
    print(
      `  ${check.padEnd(width)}  ${cases.padStart(9)}  ${error.padStart(13)}  ${tolerance.padStart(9)}  ${result}\n`,
    );
  const power = (value: number) => value === 0 ? "0" : value.toExponential(2);
  print(`${spec.name}, target ${target}, seed ${seed}\n`);
  line("check", "cases", "largest error", "tolerance", "result");
  const onRow = ({ check, cases, of, error, tolerance, ok, note }: VerifyRow) => {
    const notes = [
      ok ? "ok" : "FAIL",
      ...of === undefined ? [] : [`of ${count(of)}`],
      ...note === undefined ? [] : [note],
    ];
    line(check, count(cases), power(error), power(tolerance), notes.join("  "));
  };
  const rows = await verifyNet(spec, { target, seed, ...options, onRow });
  const failed = rows.filter(({ ok }) => !ok).length;
  print(failed === 0 ? `  all ${rows.length} checks passed\n` : `  ${failed} of ${rows.length} checks FAILED\n`);
  return failed;
}
