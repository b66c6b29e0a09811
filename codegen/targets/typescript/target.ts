/**
 * The TypeScript target: a file per kernel, and `step.ts`, which binds them to an arena and runs a whole step.
 *
 * @module
 */
import type { Plan, PlannedTensor, Step } from "../../plan/plan.ts";
import { groupsOf } from "../read_back.ts";
import type { CompiledKernel, Group, Target } from "../target.ts";
import { Writer } from "../../print/writer.ts";
import { candidates } from "./schedules.ts";
import { ARRAY, syntax } from "./syntax.ts";

/** TypeScript for any engine: scalar code on typed arrays. */
export const typescript: Target = {
  name: "typescript",
  syntax,
  backend: "threads",
  entry: "step.ts",
  script: true,
  mustHoist: false,
  fma: false,
  numbers: "f32 in, sums in f64",
  epsilon: { sum: 2 ** -52, store: 2 ** -23 },
  commentMark: "//",
  layout: "row_major",
  reuses: true,
  wholeAddresses: false,
  candidates,
  files: (plan, kernels, texts) => ({
    ...Object.fromEntries([...texts].map(([name, text]) => [`${name}.ts`, text])),
    "step.ts": stepFile(plan, kernels),
  }),
  groups: ({ "step.ts": text }) => ({ train: groups(text, "train"), evaluate: groups(text, "evaluate") }),
};

/** What the threads run between waits, and on which tensors, from the method's lines; views stand for what they show. */
function groups(text: string, step: string): Group[] {
  const views = text.matchAll(/^ *const (\w+) = new \w+\(memory, (?:(\d+), \d+|\.\.\.rows\.(\w+))\);$/gm);
  const storages = new Map([...views].map(([, name, offset, rows]) => [name, rows ?? Number(offset)]));
  // what is handed over behind the tensors is as it must be, or counts as one of them
  const call = /^(if \(thread === 0\) )?(\w+)\((.*?)(?:, step)?(?:, \2_from, \2_to)?\);$/;
  return groupsOf(text, { begin: `${step}(step) {`, end: "},", call }, storages);
}

/** Tensors' names as identifiers, each of its own, that no kernel has. */
function identifiers({ tensors }: Plan, kernels: ReadonlyMap<string, unknown>): (tensor: string) => string {
  const taken = new Set(kernels.keys()), known = new Map<string, string>();
  for (const tensor of Object.keys(tensors)) {
    const wish = tensor.replaceAll(".", "_");
    let name = kernels.has(wish) ? `${wish}_tensor` : wish;
    while (taken.has(name)) name += "_";
    taken.add(name);
    known.set(tensor, name);
  }
  return (tensor) => known.get(tensor)!;
}

function stepFile(plan: Plan, kernels: ReadonlyMap<string, CompiledKernel>): string {
  const writer = new Writer(), identifier = identifiers(plan, kernels);
  const barriers = plan.train.barriers.filter((b) => b).length + 1;
  writer.line(`// net       ${plan.name}, batch ${plan.batchSize}`);
  writer.line(
    `// step      train: ${plan.train.kernels.length} kernels, ${barriers} barriers · evaluate: ${plan.evaluate.kernels.length} kernels`,
  );
  writer.line(`// memory    ${plan.arenaBytes} bytes, see plan.txt`);
  writer.line(`// regenerate: deno task generate specs/${plan.name}.json`);
  for (const name of kernels.keys()) writer.line(`import { ${name} } from "./${name}.ts";`);
  writer.line();
  writer.line("/** Tensors behind the arena, whose rows the run supplies: byte offset and elements. */");
  const rows = Object.values(plan.tensors).filter(({ role }) => role === "run");
  writer.block("export interface Rows {", () => {
    for (const { name } of rows) writer.line(`readonly ${name}: readonly [number, number];`);
  }, "}");
  writer.line();
  writer.line("/** One of the threads that run a step together; `wait` returns when all have called it. */");
  writer.block("export interface Member {", () => {
    writer.line("readonly thread: number;");
    writer.line("readonly threads: number;");
    writer.line("wait(): void;");
  }, "}");
  writer.line();
  writer.line(
    "/** Steps by row number: `train` updates the parameters, `evaluate` only writes each sample's loss and hit. */",
  );
  writer.block("export interface Steps {", () => {
    writer.line("train(step: number): void;");
    writer.line("evaluate(step: number): void;");
  }, "}");
  writer.line();
  writer.line("/** Binds the kernels to an arena, for one thread. */");
  writer.block(
    "export function bind(memory: SharedArrayBuffer, rows: Rows, { thread, threads, wait }: Member): Steps {",
    () => {
      for (const tensor of Object.values(plan.tensors)) {
        writer.line(
          `const ${identifier(tensor.name)} = ${view(tensor, plan)};`,
        );
      }
      writer.line();
      writer.line("// this thread's part of a parallel loop");
      writer.line("const share = (iterations: number, step: number) =>");
      writer.line("  [thread, thread + 1].map((i) => Math.floor(iterations * i / threads) * step);");
      for (const { nest } of kernels.values()) {
        if (!nest.parallel) continue;
        const { iterations, step } = nest.parallel;
        writer.line(`const [${nest.name}_from, ${nest.name}_to] = share(${iterations}, ${step});`);
      }
      writer.line();
      writer.block("return {", () => {
        writer.block("train(step) {", () => body(plan.train, kernels, identifier, writer), "},");
        writer.block("evaluate(step) {", () => body(plan.evaluate, kernels, identifier, writer), "},");
      }, "};");
    },
    "}",
  );
  return writer.toString();
}

function view(tensor: PlannedTensor, plan: Plan): string {
  const array = ARRAY[tensor.dtype];
  if (tensor.role === "run") return `new ${array}(memory, ...rows.${tensor.name})`;
  const length = (tensor.alias ? plan.tensors[tensor.alias] : tensor).bytes / (tensor.dtype === "u8" ? 1 : 4);
  return `new ${array}(memory, ${tensor.offset}, ${length})`;
}

function body(
  { kernels: planned, barriers }: Step,
  kernels: ReadonlyMap<string, CompiledKernel>,
  identifier: (tensor: string) => string,
  writer: Writer,
): void {
  for (const [i, { kernel, bindings }] of planned.entries()) {
    const { nest } = kernels.get(kernel.name)!;
    const args = Object.keys(nest.tensors).map((symbol) => identifier(bindings[symbol]));
    if (Object.values(nest.tensors).some(({ rows }) => rows === "steps")) args.push("step");
    if (nest.parallel) args.push(`${kernel.name}_from`, `${kernel.name}_to`);
    if (barriers[i]) {
      writer.line();
      writer.line("wait();");
    }
    writer.line(`${nest.parallel ? "" : "if (thread === 0) "}${kernel.name}(${args.join(", ")});`);
  }
  // the next step must not begin before this one has ended everywhere
  writer.line();
  writer.line("wait();");
}
