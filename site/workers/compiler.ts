/// <reference lib="dom" />
/**
 * A worker that runs the package: it reads specs, compiles them, trains them and times their kernels.
 *
 * @module
 */
import {
  compile,
  InputError,
  JsonError,
  kernelsBeside,
  kernelStages,
  netLayers,
  networkDrawing,
  parseJson,
  parseSpec,
  type Spec,
  SpecError,
  trainingStep,
} from "../../mod.ts";
import { serve } from "./calls.ts";
import type { Checked, CompileChoice, CompilerMethods, KernelCode, NetSummary } from "./compiler_methods.ts";
import { takesDigits } from "./digits.ts";
import { mayRun } from "./here.ts";

/** What messages call the spec: there is one on the page. */
const ORIGIN = "spec";
/** Widths of drawings, in CSS pixels. */
const WIDE = 440, NARROW = 340;

/** The last text that was read, and what it says: what is compiled of one is kept as long as that. */
let last: { readonly text: string; readonly spec: Spec } | undefined;

/** @throws {InputError} when a text is no spec. */
function specOf(text: string): Spec {
  if (last?.text !== text) last = { text, spec: parseSpec(parseJson(text), ORIGIN) };
  return last.spec;
}

/** A message without what it calls the spec. */
const own = (message: string) => message.startsWith(`${ORIGIN}: `) ? message.slice(ORIGIN.length + 2) : message;

function check(text: string): Checked {
  try {
    const spec = specOf(text);
    return { net: summary(spec) };
  } catch (error) {
    if (error instanceof SpecError) return { mistakes: error.mistakes };
    if (error instanceof JsonError) return { mistakes: [{ message: error.message, path: [], unreadable: true }] };
    if (error instanceof InputError) return { mistakes: [{ message: own(error.message), path: [] }] };
    throw error;
  }
}

function summary(spec: Spec): NetSummary {
  const layers = netLayers(spec, ORIGIN), output = layers.at(-1)!.shape;
  const { name, input, batchSize, training: { epochs } } = spec;
  const draw = (width: number) => networkDrawing(layers, `Graph of ${name}`, width);
  return {
    ...{ name, input, batchSize, layers, output, epochs },
    drawings: { wide: draw(WIDE), narrow: draw(NARROW) },
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    takesDigits: takesDigits(spec, output),
  };
}

/** Options of the package. */
const optionsOf = ({ target, without = [] }: CompileChoice) => ({ target, without, origin: ORIGIN });

/** A target's kernels at all stages. */
function codeOf(text: string, target: string, names: readonly string[]): KernelCode[] {
  const spec = specOf(text), stages = kernelStages(spec, { target, origin: ORIGIN });
  const step = trainingStep(spec, { target, origin: ORIGIN });
  return names.map((name) => {
    const { kernel, schedule, nest, source } = stages.get(name)!;
    const { flops, read, written } = step.kernels.find((other) => other.name === name)!;
    return { name, kernel, schedule, nest, source, flops, read, written };
  });
}

/** What trains is loaded when somebody trains. */
const training = () => import("./compiler_training.ts");

serve<CompilerMethods>({
  check,
  compile(text, choice) {
    const begin = performance.now(), spec = specOf(text), options = optionsOf(choice);
    const { graphText, planText } = compile(spec, options), step = trainingStep(spec, options);
    return { ...step, runsHere: mayRun(step.target), graphText, planText, milliseconds: performance.now() - begin };
  },
  code(text, { target, name }, other) {
    const names = target === other ? [name] : kernelsBeside(specOf(text), name, { target, other, origin: ORIGIN });
    return { target: other, kernels: codeOf(text, other, names) };
  },
  train: async (text, choice, tell) => await (await training()).trainNet(specOf(text), choice, tell),
  stop: async () => (await training()).stopTraining(),
  timeKernels: async (text, choice, tell) =>
    await (await import("./kernel_times.ts")).timeNet(specOf(text), choice, tell),
});
