/**
 * Prints the graph and the plan of a net, or one of its kernels.
 *
 * @module
 */
import { compile, findTarget, InputError, kernelStages } from "../../mod.ts";
import { type Command, type Line, OK, UsageError } from "../command.ts";
import { parseOptimizations, specNote, target, without } from "../flags.ts";
import { GENERATED, tuningIn } from "../folders.ts";
import { loadSpecs } from "../nets.ts";
import { write } from "../output.ts";
import { choice } from "../spelling.ts";

const stages = ["kernel", "schedule", "nest", "source", "binary"] as const;

/** The command. */
export const command: Command = {
  text: "print the graph and the plan of a net, or one of its kernels",
  words: "SPEC [KERNEL]",
  least: 1,
  most: 2,
  notes: [
    specNote,
    "Without KERNEL layers are printed, with what they read, give and learn, and then the plan, which names the kernels;",
    "their names differ between targets.",
    "Stage binary is what was found of each access of memory in the bytes that run.",
  ],
  flags: { target, without, stage: { value: "S", text: `${stages.join(", ")} (default: source)`, choices: stages } },
  example: "deno task show mnist_cnn linear1_forward_chunks --stage nest",
  run: show,
};

async function show({ words: [net, kernel], flags: { target, stage, without: left } }: Line): Promise<number> {
  if (kernel === undefined && stage !== undefined) throw new UsageError("--stage is of use only with a KERNEL");
  const [{ spec, origin }] = await loadSpecs([net]);
  const tuning = await tuningIn(GENERATED), without = parseOptimizations(left);
  if (kernel === undefined) {
    const { graphText, planText } = compile(spec, { target, origin, tuning, without });
    write(`target ${findTarget(target ?? "auto").name}\n${graphText}\n${planText}`);
    return OK;
  }
  const kernels = kernelStages(spec, { target, origin, tuning, without });
  const texts = kernels.get(kernel);
  if (!texts) throw new InputError(`net ${spec.name} has no kernel ${choice(kernel, [...kernels.keys()])}`);
  write(texts[(stage ?? "source") as typeof stages[number]]);
  return OK;
}
