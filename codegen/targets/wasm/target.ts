/**
 * The WebAssembly targets: one module per net, in text. `wasm` keeps to fixed-width SIMD; `wasm_relaxed` fuses products
 * into sums, rounding once where the processor does.
 *
 * @module
 */
import type { Chain, Plan, Step } from "../../plan/plan.ts";
import { groupsOf } from "../read_back.ts";
import type { CompiledKernel, Group, PrintedChain, Target } from "../target.ts";
import { Writer } from "../../print/writer.ts";
import { calledIn, prelude } from "./prelude.ts";
import { inBytes } from "../../passes/bytes.ts";
import { expand, expandPowers } from "../../passes/expand.ts";
import { CHAIN_LOCALS, printChain, readChain, SCRATCH } from "./chains.ts";
import { estimate } from "./estimate.ts";
import { candidates } from "./schedules.ts";
import { syntax } from "./syntax.ts";

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65536;

function target(name: string, relaxed: boolean): Target {
  // whoever wants speed has relaxed SIMD and lets V8 pack
  const packing = relaxed ? 2 : 1;
  return {
    name,
    syntax: syntax(relaxed),
    backend: "threads",
    entry: "module.wat",
    mustHoist: true,
    fma: relaxed,
    sample: sample(relaxed ? [0x20, 0, 0x20, 0, 0x20, 0, 0xfd, 0x85, 0x02] : [0x20, 0, 0x20, 0, 0xfd, 0xe4, 0x01]),
    numbers: "f32",
    // several roundings of one element count as one: a quotient of polynomials, a root, a last sum
    epsilon: { sum: 2 ** -23, store: 2 ** -20 },
    commentMark: ";;",
    layout: "lanes",
    chains: true,
    reuses: true,
    wholeAddresses: true,
    expand: (kernel) => expandPowers(expand(kernel)),
    inUnits: inBytes,
    candidates: (kernel) => candidates(kernel, packing),
    estimate: (kernel, schedule) => estimate(kernel, schedule, packing),
    files: (plan, kernels, texts) => ({ "module.wat": moduleFile(plan, kernels, texts, relaxed) }),
    groups: ({ "module.wat": text }) => ({ train: groups(text, "train"), evaluate: groups(text, "evaluate") }),
  };
}

/** What the threads run between waits, from the function's lines. */
function groups(text: string, step: string): Group[] {
  const call = /^(\(if \(i32\.eqz \(global\.get \$thread\)\) \(then )?\(call \$(\w+)/;
  return groupsOf(text, { begin: `(func (export "${step}")`, end: ")", call, chain: readChain });
}

/** A module with one function of a vector: f32x4.relaxed_madd or f32x4.add of its argument. */
function sample(code: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [0, ...code, 0x0b];
  const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], type = [1, 6, 1, 0x60, 1, 0x7b, 1, 0x7b], functions = [3, 2, 1, 0];
  return new Uint8Array([...magic, ...type, ...functions, 10, body.length + 2, 1, body.length, ...body]);
}

/** Fixed-width SIMD. */
export const wasm: Target = target("wasm", false);
/** Relaxed SIMD: fused multiply-add. */
export const wasmRelaxed: Target = target("wasm_relaxed", true);

function moduleFile(
  plan: Plan,
  kernels: ReadonlyMap<string, CompiledKernel>,
  texts: ReadonlyMap<string, string>,
  relaxed: boolean,
): string {
  const writer = new Writer();
  const lines = (text: string) => text.trimEnd().split("\n").forEach((line) => writer.line(line));
  writer.line(`;; net       ${plan.name}, batch ${plan.batchSize}, ${relaxed ? "relaxed" : "fixed-width"} SIMD`);
  writer.line(
    `;; step      train: ${plan.train.kernels.length} kernels · evaluate: ${plan.evaluate.kernels.length} kernels`,
  );
  writer.line(`;; memory    ${plan.arenaBytes} bytes, see plan.txt`);
  writer.line(`;; regenerate: deno task generate specs/${plan.name}.json`);
  writer.block("(module", () => {
    writer.line(`(import "team" "memory" (memory ${Math.ceil(plan.arenaBytes / PAGE)} 65536 shared))`);
    writer.line(";; returns when all threads of the team have called it");
    writer.line('(import "team" "wait" (func $wait))');
    writer.line('(import "team" "thread" (global $thread i32))');
    writer.line('(import "team" "threads" (global $threads i32))');
    writer.line(";; addresses of the tensors whose rows the run supplies");
    for (const { name, role } of Object.values(plan.tensors)) {
      if (role === "run") writer.line(`(import "rows" "${name}" (global $${name} i32))`);
    }
    for (const line of plan.scratchBytes ? SCRATCH : []) writer.line(line);
    writer.line(";; iterations before those of a thread; in 64 bits, since the product may be larger than 32");
    writer.line("(func $share (param $iterations i32) (param $thread i32) (result i32)");
    writer.line(
      "  (i32.wrap_i64 (i64.div_u (i64.mul (i64.extend_i32_u (local.get $iterations)) " +
        "(i64.extend_i32_u (local.get $thread))) (i64.extend_i32_u (global.get $threads)))))",
    );
    for (const text of prelude([...kernels.values()].flatMap(({ nest }) => calledIn(nest.body)))) {
      writer.line();
      lines(text);
    }
    for (const text of texts.values()) {
      writer.line();
      lines(text);
    }
    for (const [name, step] of [["train", plan.train], ["evaluate", plan.evaluate]] as const) {
      writer.line();
      writer.block(`(func (export "${name}") (param $step i32)`, () => body(step, kernels, plan, writer), ")");
    }
  }, ")");
  return writer.toString();
}

/** Where this thread's part of a parallel loop begins, or, for the next thread, ends. */
function bound(iterations: number, step: number, next: boolean): string {
  const share = `(call $share (i32.const ${iterations}) ${
    next ? "(i32.add (global.get $thread) (i32.const 1))" : "(global.get $thread)"
  })`;
  return step === 1 ? share : `(i32.mul ${share} (i32.const ${step}))`;
}

function body(
  { kernels: planned, barriers, chains = [] }: Step,
  kernels: ReadonlyMap<string, CompiledKernel>,
  plan: Plan,
  writer: Writer,
): void {
  if (chains.length > 0) writer.line(CHAIN_LOCALS);
  for (const [i, { kernel: { name } }] of planned.entries()) {
    const { nest: { parallel } } = kernels.get(name)!, chain = chains.find(({ first }) => first === i);
    if (barriers[i]) writer.line("(call $wait)");
    if (chain) printChain(printedChain(chain, planned, kernels, plan), writer);
    if (chains.some(({ first, count }) => i >= first && i < first + count)) continue;
    if (parallel) {
      const { iterations, step } = parallel;
      writer.line(
        `(call $${name} (local.get $step) ${bound(iterations, step, false)} ${bound(iterations, step, true)})`,
      );
    } else writer.line(`(if (i32.eqz (global.get $thread)) (then (call $${name} (local.get $step))))`);
  }
  writer.line("(call $wait)");
}

function printedChain(
  { first, count, rows, block }: Chain,
  planned: Step["kernels"],
  kernels: ReadonlyMap<string, CompiledKernel>,
  { tensors }: Plan,
): PrintedChain {
  const members = planned.slice(first, first + count);
  return {
    kernels: members.map(({ kernel: { name } }) => name),
    blocks: rows / block,
    block,
    scratch: members.map(({ kernel: { name }, bindings }) =>
      Object.keys(kernels.get(name)!.nest.begins ?? {}).map((symbol) => {
        const { scratch, offset, bytes } = tensors[bindings[symbol]];
        return { offset, row: bytes / scratch! };
      })
    ),
  };
}
