/**
 * The text that a bundle's script is made of: the net as data, and what opens it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Spec } from "../../codegen/graph/spec.ts";
import type { RunPlan } from "../../codegen/plan/plan.ts";
import type { BundleFiles } from "./folder.ts";
import { type BundledPlan, placeBehind } from "./load.ts";
import { ENDING } from "./sources.ts";

/** What of a bundle its script is made of. */
export interface EntryOptions {
  readonly spec: Spec;
  readonly predict: boolean;
  /** The rules, as an expression. */
  readonly rules: string;
  readonly probe: Uint8Array;
  /** Whether samples have something else beside them than the class of each. */
  readonly given: boolean;
  /** Names of targets, of the files with their modules, and their plans. */
  readonly targets: readonly (readonly [target: string, file: string, plan: RunPlan])[];
  /** Names of the files with the check, and with weights, where there are some. */
  readonly check: string;
  readonly weights?: string;
  readonly seed: number;
  /** Name of the file with what a GPU runs, where there is one, and whether a step has enough work for a GPU. */
  readonly gpu?: readonly [file: string, worth: boolean];
  /** Files that stand in the script; others lie beside it. */
  readonly inside: BundleFiles;
}

/** The text, in TypeScript; imports are paths from the project's folder. */
export function entryText(
  { spec, predict, rules, given, probe, targets, weights, check, seed, gpu, inside }: EntryOptions,
): string {
  const source = (file: string) => {
    const bytes = inside.get(file);
    // in just this form, by which bundlers know that it is a file of its own
    return bytes
      ? `() => decoded(${JSON.stringify(Buffer.from(bytes).toString("base64"))})`
      : `() => fetched(new URL(${JSON.stringify(`./${file}`)}, import.meta.url))`;
  };
  const [opens, from] = predict
    ? ["openPredictor", "predictor"]
    : gpu
    ? ["openGpuTrainer", "gpu_trainer"]
    : ["openTrainer", "trainer"];
  const json = (value: unknown) => JSON.stringify(value);
  // the schema's place is of use beside the spec's own file only
  const { $schema: _, ...whole } = spec as Spec & { readonly $schema?: string };
  // who only predicts reads no more of it
  const { training: _training, loss: _loss, ...layers } = whole, own = predict ? layers : whole;
  // most nets have one for both targets
  const plans = [...new Set(targets.map(([, , plan]) => json(bundledPlan(plan))))];
  const planName = (plan: RunPlan) => `plan${plans.indexOf(json(bundledPlan(plan)))}`;
  return [
    `import { decoded, fetched, json } from "./build/bundle/load${ENDING}";`,
    `import { ${opens} } from "./build/bundle/${from}${ENDING}";`,
    ...given ? [`import { readGiven } from "./runtime/net/given${ENDING}";`] : [],
    `const spec = ${json(own)};`,
    ...plans.map((plan, i) => `const plan${i} = ${plan};`),
    "const bundled = {",
    `  spec, rules: ${rules}, ${given ? "given: readGiven, " : ""}probe: Uint8Array.of(${probe.join()}),`,
    `  targets: [${targets.map(([target, file, plan]) => `[${json(target)}, ${source(file)}, ${planName(plan)}]`)}],`,
    ...weights === undefined ? [] : [`  weights: ${source(weights)},`],
    `  check: async () => json(await (${source(check)})()),`,
    ...gpu ? [`  gpu: [${source(gpu[0])}, ${gpu[1]}],`] : [],
    ...seed === 0 ? [] : [`  seed: ${seed},`],
    "};",
    `export const name = spec.name, shape = spec.input${"classes" in own ? ", classes = spec.classes" : ""};`,
    `export const open = (options) => ${opens}(bundled, options);`,
  ].join("\n");
}

/** A plan as a script has it: see `load.ts`, which turns it back. */
export function bundledPlan({ tensors, train, ...plan }: RunPlan): BundledPlan {
  let end = 0;
  const named = Object.entries(tensors).map(([name, { name: _, offset, bytes, ...tensor }]) => {
    const usual = placeBehind(end, tensor.shape), isRun = tensor.role === "run";
    end = offset + bytes;
    const own = { ...offset !== usual.offset && { offset }, ...!isRun && bytes !== usual.bytes && { bytes } };
    return [name, { ...tensor, ...own }];
  });
  return { ...plan, tensors: Object.fromEntries(named), kernels: train.kernels.length };
}
