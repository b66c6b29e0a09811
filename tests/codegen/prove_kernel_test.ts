import assert from "node:assert/strict";
import { join } from "node:path";
import { compileKernel, kernelsOf, MERGING, plan } from "../../codegen/compile.ts";
import {
  type Kernel,
  type LoopNest,
  type Offset,
  type Statement,
  type TensorType,
  typeOf,
  type Value,
} from "../../codegen/ir/ir.ts";
import type { Registry } from "../../codegen/language/registry.ts";
import { lower } from "../../codegen/lower/lower.ts";
import type { Schedule } from "../../codegen/schedule/schedule.ts";
import { withBegins } from "../../codegen/passes/begins.ts";
import { simplify } from "../../codegen/passes/simplify.ts";
import { parseSpec } from "../../codegen/graph/spec.ts";
import { VerifyError } from "../../codegen/prove/error.ts";
import { proveKernel } from "../../codegen/prove/kernel/kernel.ts";
import type { Meaning } from "../../codegen/prove/kernel/known.ts";
import { proveNest } from "../../codegen/prove/kernel/nest.ts";
import { proveWrites } from "../../codegen/prove/kernel/writes.ts";
import { kernels } from "../../kernels/mod.ts";
import { findTarget, processorTargets as targets } from "../../mod.ts";
import { schedulers } from "../../kernels/schedules/schedulers.ts";
import { randomSpec } from "../random_spec.ts";
import { width } from "../width.ts";

const REGISTRY: Registry = { ...kernels, schedulers };

const SPEC = parseSpec({
  name: "net",
  input: [1, 4, 5],
  batchSize: 3,
  layers: [
    { type: "conv2d", outChannels: 2, kernel: 3, padding: 1 },
    { type: "maxPool2d", kernel: 2 },
    { type: "flatten" },
    { type: "linear", outFeatures: 3 },
  ],
  loss: { type: "softmaxCrossEntropy" },
  training: { epochs: 1, optimizer: { type: "sgd", learningRate: 0.1, l2: 0.01 } },
}, REGISTRY);
const KERNELS = new Map(
  kernelsOf(plan(SPEC, REGISTRY, { without: MERGING }).plan).map((kernel) => [kernel.name, kernel]),
);

/** A layer with points enough for workgroups. */
const WIDE = kernelsOf(
  plan(
    parseSpec({
      ...SPEC,
      input: [16],
      batchSize: 16,
      layers: [{ type: "linear", outFeatures: 8 }],
    }, REGISTRY),
    REGISTRY,
    { without: MERGING },
  ).plan,
)[2];

const LINEAR = "linear1_forward", GATHER = "batch_gather", LABELS = "batch_gather_label";
const LOSS = "loss_forward", UPDATE = "linear1_update_weight", LANES = "linear1_backward_weight";
const GRID = "linear1_backward_input",
  MEMBERS = `${LINEAR} shared`,
  STAGED = `${LINEAR} staged`,
  BOTH = `${LINEAR} staged and shared`;
/** Two rows of the batch at a time, shared by threads, and the third alone. */
const SCHEDULES: Readonly<Record<string, Schedule>> = {
  [LINEAR]: { tile: { n: 2 }, parallel: "n" },
  [LANES]: { vectorize: "i" },
  [GRID]: { tile: { i: 2 }, grid: ["n", "i"] },
  [MEMBERS]: { grid: ["n", "o"], split: { i: 4 } },
  [STAGED]: { grid: ["n", "o"], workgroup: { n: 8, o: 8 }, stage: { i: 8 }, vectorize: "i" },
  [BOTH]: { grid: ["n", "o"], workgroup: { n: 8, o: 4 }, split: { i: 2 }, stage: { i: 16 } },
};

// deno-lint-ignore no-explicit-any -- copies of read-only structures, to be damaged
type Loose = any;

const term = (variable: string, coefficient = 1) => ({ variable, coefficient });
const local = (name: string, type = "f32") => ({ kind: "local", name, type });

/** All statements of a nest, outer ones first. */
function statements({ body }: { body: Loose[] }): Loose[] {
  return body.flatMap((s) => [s, ...s.body ? statements(s) : []]);
}

/** The statements of a kind that define, set, store in or loop over a name. */
function all(nest: Loose, kind: string, name: string): Loose[] {
  const found = statements(nest).filter((s) => s.kind === kind && [s.name, s.variable, s.tensor].includes(name));
  assert(found.length > 0, `${nest.name} has no ${kind} ${name}`);
  return found;
}

const first = (nest: Loose, kind: string, name: string): Loose => all(nest, kind, name)[0];

/** Takes a statement out of its body. */
function remove(nest: Loose, statement: Loose): Loose {
  const { body } = [nest, ...statements(nest)].find(({ body }) => body?.includes(statement));
  return body.splice(body.indexOf(statement), 1)[0];
}

/** One thing wrong, and what must be said of it. */
type Damage = readonly [what: string, kernel: string, damage: (damaged: Loose) => void, message: string];

/**
 * linear1_forward with its schedule, w and x 3 x 8, y 3 x 3:
 *   parallel for n = 0 to 2 step 2: for o: y0, y1 = 0; for i: let x0, w_oi, set y0, let x1, set y1; let b_o, store y, y
 *   last: for o: y_sum = 0; for i: let x_ni, w_oi, set y_sum; let b_o, store y
 */
const NEST_DAMAGES: readonly Damage[] = [
  [
    "a tensor that begins where none of its accesses does",
    LINEAR,
    (nest) => nest.begins = { y: "y_begin" },
    "y is accessed from elsewhere on",
  ],
  [
    "a row of scratch memory that is not the thread's",
    LINEAR,
    (nest) => Object.assign(nest, withBegins(nest, ["y"])),
    "y is in scratch memory, and another row than the thread's own is accessed",
  ],
  [
    "a grid that ends within a step",
    GRID,
    (nest) => nest.body[0].loops[1].to = 7,
    "grid along i is not a whole number of steps",
  ],
  [
    "a grid with an invocation too few",
    GRID,
    (nest) => nest.invocations--,
    "a grid needs more than 11 invocations",
  ],
  [
    "a grid that is run twice",
    GRID,
    (nest) => {
      const loop = { kind: "loop", variable: "twice", from: 0, to: 2, step: 1, parallel: false };
      nest.body = [{ ...loop, body: nest.body }];
    },
    "a grid is inside of a loop",
  ],
  [
    "a grid that leaves out points",
    GRID,
    (nest) => nest.body[0].loops[0].to = 2,
    "16 of 24 elements of dx are written",
  ],
  [
    "a variable of a grid that there is already",
    GRID,
    (nest) => nest.body[0].loops[1].variable = "step",
    "step is defined twice",
  ],
  [
    "stores that all invocations do",
    GRID,
    (nest) => nest.body = nest.body[0].body,
    "n is not defined",
  ],
  [
    "a grid that begins within another one",
    GRID,
    (nest) => nest.body.push({ ...structuredClone(nest.body[0]), first: 5 }),
    "a grid begins at invocation 5, which another one has",
  ],
  [
    "members of two workgroups",
    MEMBERS,
    (nest) => {
      nest.body[0].first = 1;
      nest.invocations *= 2;
    },
    "4 members from invocation 1 are of no one workgroup",
  ],
  [
    "members that are no power of two",
    MEMBERS,
    (nest) => nest.body[0].members[0].to = 3,
    "3 members from invocation 0 are of no one workgroup",
  ],
  [
    "members without a common sum",
    MEMBERS,
    (nest) => remove(nest, statements(nest).find(({ kind }) => kind === "combine")),
    "members have nothing in common",
  ],
  [
    "a second common sum",
    MEMBERS,
    (nest) => nest.body[0].body.push(statements(nest).find(({ kind }) => kind === "combine")),
    "sums are combined outside of a grid with members",
  ],
  [
    "a common sum of integers",
    MEMBERS,
    (nest) => statements(nest).find(({ kind }) => kind === "combine").sums[0].type = "i32",
    "y_sum is f32, combined as i32",
  ],
  [
    "a common sum of what each member was given",
    MEMBERS,
    (nest) => {
      const { body } = nest.body[0], at = body.findIndex(({ kind }: Loose) => kind === "combine");
      const value = { kind: "constant", value: 1, type: "f32" };
      body.splice(at, 0, { kind: "let", name: "given", type: "f32", value });
      body[at + 1].sums.push({ name: "given", type: "f32" });
    },
    "given is combined and is no accumulator",
  ],
  [
    "a member that is a variable already",
    MEMBERS,
    (nest) => nest.body[0].members[0].variable = "o",
    "o is defined twice",
  ],
  [
    "a store by each member",
    MEMBERS,
    (nest) => {
      const { body } = nest.body[0], at = body.findIndex(({ kind }: Loose) => kind === "combine");
      body.splice(at, 0, { ...first(nest, "store", "y"), value: { kind: "constant", value: 1, type: "f32" } });
    },
    "y is written by every thread",
  ],
  [
    "a workgroup that is too small",
    STAGED,
    (nest) => nest.body[0].places[0].to = 4,
    "32 invocations from 0 on are no workgroup",
  ],
  [
    "a workgroup in the middle of another one",
    STAGED,
    (nest) => {
      nest.body[0].first = 32;
      nest.invocations += 64;
    },
    "64 invocations from 32 on are no workgroup",
  ],
  [
    "a box that is not there",
    STAGED,
    (nest) => remove(nest, first(nest, "stage", "x_staged")),
    "x_staged is not staged",
  ],
  [
    "a box that is used as something else",
    STAGED,
    (nest) => first(nest, "let", "x_ni").value.type = "u32x4",
    "x_staged is f32x4, used as u32x4",
  ],
  [
    "an access behind a box",
    STAGED,
    (nest) => first(nest, "let", "x_ni").value.offset.constant = 4,
    "an access to x_staged reaches from 4 to 67, and it has 64 elements",
  ],
  [
    "four neighbours of a box of vectors from the second on",
    STAGED,
    (nest) => first(nest, "let", "x_ni").value.offset = { constant: 1, terms: [] },
    "four neighbours of x_staged are not taken from a multiple of four",
  ],
  [
    "a box outside of a grid",
    STAGED,
    (nest) => nest.body.unshift(first(nest, "stage", "x_staged")),
    "x_staged is staged where not all of a workgroup come by",
  ],
  [
    "a box behind a combine, where one member of each team goes on",
    BOTH,
    (nest) => nest.body[0].body.push(first(nest, "stage", "x_staged")),
    "x_staged is staged where not all of a workgroup come by",
  ],
  [
    "a box behind a combine that was staged before it",
    BOTH,
    (nest) => {
      const { value } = first(nest, "let", "x_ni");
      nest.body[0].body.push({
        kind: "let",
        name: "late",
        type: "f32",
        value: { ...value, offset: { constant: 0, terms: [] } },
      });
    },
    "x_staged is not staged",
  ],
  [
    "a box twice",
    STAGED,
    (nest) => {
      const loop = first(nest, "loop", "i_from");
      loop.body.push(first(nest, "stage", "x_staged"));
    },
    "x_staged is defined twice",
  ],
  [
    "a box that lies elsewhere for each invocation",
    STAGED,
    (nest) => first(nest, "stage", "x_staged").offset.terms.push(term("n_place", 16)),
    "where x_staged lies depends on n_place, which a workgroup has no one of",
  ],
  [
    "a box without elements",
    STAGED,
    (nest) => first(nest, "stage", "x_staged").box[0].extent = 0,
    "x_staged is 0 long",
  ],
  [
    "a box over the end of its tensor",
    STAGED,
    (nest) => first(nest, "stage", "x_staged").box[0].extent = 9,
    "an access to x reaches from 0 to 271, and it has 256 elements",
  ],
  [
    "a box of integers of a tensor of none",
    STAGED,
    (nest) => first(nest, "stage", "x_staged").type = "i32x4",
    "x is staged as i32x4",
  ],
  [
    "a box of vectors that are no neighbours",
    STAGED,
    (nest) => first(nest, "stage", "x_staged").box.reverse(),
    "x is staged as f32x4",
  ],
  [
    "a box of what is written",
    STAGED,
    (nest) => {
      const box = [{ extent: 4, stride: 1 }];
      Object.assign(first(nest, "stage", "x_staged"), { tensor: "y", offset: { constant: 0, terms: [] }, box });
    },
    "y is staged and written",
  ],
  [
    "a vector that reaches over the last element",
    LANES,
    (nest) => first(nest, "let", "x_ni").value.offset.constant++,
    "an access to x reaches from 1 to 24, and it has 24 elements",
  ],
  [
    "vectors that overlap",
    LANES,
    (nest) => first(nest, "let", "dw_at_o").value.offset.terms[0].coefficient = 6,
    "element 6 of dw is written twice",
  ],
  [
    "a vector put in every lane",
    LANES,
    (nest) => first(nest, "let", "dy_no_all").value.value = local("x_ni", "f32x4"),
    "f32x4 is put in every lane",
  ],
  [
    "lanes of a scalar",
    LANES,
    (nest) => first(nest, "let", "dy_no_all").value.kind = "total",
    "the lanes of f32 are added",
  ],
  [
    "a scalar beside a vector",
    LANES,
    (nest) => first(nest, "set", "dw_sum").value.operands[1].operands[1] = local("dy_no"),
    "operand 1 of mul is f32, not f32x4",
  ],
  [
    "a load one before the first element",
    LINEAR,
    (nest) => first(nest, "let", "x0").value.offset.constant--,
    "an access to x reaches from -1 to 6, and it has 24 elements",
  ],
  [
    "a load one after the last element",
    LINEAR,
    (nest) => first(nest, "let", "x_ni").value.offset.constant++,
    "an access to x reaches from 17 to 24, and it has 24 elements",
  ],
  [
    "a base below 0 that a constant brings back",
    LINEAR,
    (nest) => {
      for (const base of all(nest, "let", "x_at_n")) base.value.offset.constant--;
      for (const load of [...all(nest, "let", "x0"), ...all(nest, "let", "x1")]) load.value.offset.constant++;
    },
    "an index of x is -1 before its constant is added",
  ],
  [
    "a store one before the first element",
    LINEAR,
    (nest) => first(nest, "store", "y").offset.constant--,
    "an access to y reaches from -1 to 1, and it has 9 elements",
  ],
  [
    "a store one after the last element",
    LINEAR,
    (nest) => all(nest, "store", "y")[2].offset.constant++,
    "an access to y reaches from 7 to 9, and it has 9 elements",
  ],
  [
    "a loop one step too long",
    LINEAR,
    (nest) => all(nest, "loop", "i")[1].to++,
    "an access to x reaches from 16 to 24, and it has 24 elements",
  ],
  [
    "a wrong stride",
    LINEAR,
    (nest) => all(nest, "let", "w_at_o")[1].value.offset.terms[0].coefficient++,
    "an access to w reaches from 0 to 25, and it has 24 elements",
  ],
  [
    "a store into the halo before the first column",
    GATHER,
    (nest) => first(nest, "store", "x").offset.constant--,
    "the halo of x is written",
  ],
  [
    "a store into the halo after the last column",
    GATHER,
    (nest) => first(nest, "store", "x").offset.constant++,
    "the halo of x is written",
  ],
  [
    "an element written by two stores",
    LINEAR,
    (nest) => all(nest, "store", "y")[1].offset.constant--,
    "element 2 of y is written twice",
  ],
  [
    "an element written by two iterations",
    GATHER,
    (nest) => first(nest, "let", "x_at_n_h").value.offset.terms[1].coefficient = 4,
    "element 12 of x is written twice",
  ],
  [
    "an element written in every iteration of a reduction",
    LINEAR,
    (nest) => first(nest, "loop", "i").body.push({ ...remove(nest, first(nest, "store", "y")), value: local("y0") }),
    "y is written once for every i",
  ],
  [
    "a store that its loop does not move",
    GATHER,
    (nest) => first(nest, "store", "x").offset.terms.pop(),
    "x is written once for every w",
  ],
  [
    "elements that are not written",
    LINEAR,
    (nest) => remove(nest, all(nest, "store", "y")[1]),
    "6 of 9 elements of y are written",
  ],
  [
    "an output that is not written at all",
    "pool1_forward",
    (nest) => remove(nest, first(nest, "store", "code")),
    "code is never written",
  ],
  [
    "a loop one step too short",
    LINEAR,
    (nest) => all(nest, "loop", "o")[1].to--,
    "8 of 9 elements of y are written",
  ],
  [
    "an undefined local",
    LINEAR,
    (nest) => first(nest, "store", "y").value = local("b_p"),
    "b_p is not defined",
  ],
  [
    "a local used before it is defined",
    LINEAR,
    (nest) => first(nest, "loop", "o").body.push(remove(nest, first(nest, "let", "b_o"))),
    "b_o is not defined",
  ],
  [
    "an undefined variable in an offset",
    LINEAR,
    (nest) => remove(nest, first(nest, "let", "x_at_n")),
    "x_at_n is not defined",
  ],
  [
    "an undefined tensor",
    LINEAR,
    (nest) => first(nest, "let", "b_o").value.tensor = "c",
    "tensor c is not defined",
  ],
  [
    "a name given twice",
    LINEAR,
    (nest) => first(nest, "let", "x1").name = "x0",
    "x0 is defined twice",
  ],
  [
    "a loop variable inside a loop of the same name",
    LINEAR,
    (nest) => first(nest, "loop", "i").variable = "o",
    "o is defined twice",
  ],
  [
    "a local of the wrong type",
    LINEAR,
    (nest) => first(nest, "let", "b_o").type = "i32",
    "b_o is i32, its value f32",
  ],
  [
    "a local used as another type",
    LINEAR,
    (nest) => first(nest, "store", "y").value = local("b_o", "i32"),
    "b_o is f32, used as i32",
  ],
  [
    "an element loaded as another type",
    LINEAR,
    (nest) => first(nest, "let", "b_o").value.type = "i32",
    "b is loaded as i32",
  ],
  [
    "an operand of the wrong type",
    GATHER,
    (nest) => first(nest, "store", "x").value.operands[0] = local("data_chw", "i32"),
    "operand 0 of div is i32, not f32",
  ],
  [
    "an operand too few",
    LINEAR,
    (nest) => first(nest, "store", "y").value.operands.pop(),
    "add has 1 operands",
  ],
  [
    "a store of another type",
    LINEAR,
    (nest) => first(nest, "store", "y").value = { kind: "offset", offset: { constant: 0, terms: [] } },
    "y holds f32, and i32 is stored",
  ],
  [
    "an accumulator set to another type",
    LINEAR,
    (nest) => first(nest, "set", "y0").value = { kind: "offset", offset: { constant: 0, terms: [term("i")] } },
    "y0 is f32, set to i32",
  ],
  [
    "a loaded index without a bound",
    GATHER,
    (nest) => delete nest.tensors.order.below,
    "nothing is known of order_stepn, which is in an index of data",
  ],
  [
    "a loaded index with a bound that is no row number",
    GATHER,
    (nest) => nest.tensors.order.below = 3,
    "data is not accessed by one row number",
  ],
  [
    "a table of samples at a loop variable",
    GATHER,
    (nest) => first(nest, "let", "data_at_order_stepn").value.offset.terms = [term("n", 20)],
    "data is not accessed by one row number",
  ],
  [
    "a table of samples at the step",
    GATHER,
    (nest) => first(nest, "let", "data_at_order_stepn").value.offset.terms = [term("step", 20)],
    "nothing is known of step, which is in an index of data",
  ],
  [
    "a table of samples at twice the row",
    GATHER,
    (nest) => first(nest, "let", "data_at_order_stepn").value.offset.terms = [term("order_stepn", 40)],
    "nothing is known of order_stepn, which is in an index of data",
  ],
  [
    "a table of steps without the step",
    UPDATE,
    (nest) => first(nest, "let", "params_at_step").value.offset = { constant: 0, terms: [] },
    "params is not accessed by one row number",
  ],
  [
    "a table of steps one column too far",
    UPDATE,
    (nest) => first(nest, "let", "l2").value.offset.constant++,
    "an access to params reaches from 3 to 3, and it has 3 elements",
  ],
  [
    "a table of the run is written",
    LABELS,
    (nest) =>
      Object.assign(first(nest, "store", "label"), {
        tensor: "labels",
        offset: { constant: 0, terms: [term("order_stepn")] },
      }),
    "labels belongs to the run and is written",
  ],
  [
    "a store at a loaded index",
    LOSS,
    (nest) => first(nest, "store", "hit").offset.terms = [term("step", 3), term("label_n")],
    "hit is written at an index that was loaded",
  ],
  [
    "a row of every step is written without the step",
    LOSS,
    (nest) => first(nest, "store", "hit").offset.terms = [term("n")],
    "hit is not accessed by one row number",
  ],
  [
    "an element of the row of the step before is written",
    LOSS,
    (nest) => first(nest, "store", "hit").offset.constant--,
    "an access to hit reaches from -1 to 1, and it has 3 elements",
  ],
  [
    "a row of every step is written but for one element",
    LOSS,
    (nest) => first(nest, "loop", "n").to--,
    "2 of 3 elements of loss are written",
  ],
  [
    "set of a let",
    LINEAR,
    (nest) => first(nest, "set", "y0").name = "w_oi",
    "w_oi is set and is no accumulator",
  ],
  [
    "set of an accumulator that threads would have in common",
    LINEAR,
    (nest) => nest.body.unshift(remove(nest, first(nest, "variable", "y0"))),
    "y0 is set and is no accumulator",
  ],
  [
    "a loop of no whole number of steps",
    LINEAR,
    (nest) => first(nest, "loop", "n").to = 3,
    "loop over n is not a whole number of steps",
  ],
  [
    "a loop of no steps",
    LINEAR,
    (nest) => first(nest, "loop", "i").to = 0,
    "loop over i is not a whole number of steps",
  ],
  [
    "a loop of steps of 0",
    LINEAR,
    (nest) => first(nest, "loop", "i").step = 0,
    "loop over i is not a whole number of steps",
  ],
  [
    "rest iterations that every thread runs",
    LINEAR,
    (nest) => nest.body.at(-1).last = false,
    "y is written by every thread",
  ],
  [
    "a shared loop that every thread runs whole",
    LINEAR,
    (nest) => first(nest, "loop", "n").parallel = false,
    "y is written by every thread",
  ],
  [
    "a shared loop in a nest for one thread",
    LINEAR,
    (nest) => delete nest.parallel,
    "loop over n is parallel, and is not what threads share",
  ],
  [
    "a shared loop of other iterations than threads are told",
    LINEAR,
    (nest) => nest.parallel.iterations++,
    "loop over n is parallel, and is not what threads share",
  ],
  [
    "a shared loop inside of another",
    LINEAR,
    (nest) => first(nest, "loop", "o").parallel = true,
    "loop over o is parallel, and is not what threads share",
  ],
];

const constant = (value: number) => ({ kind: "affine", constant: value, terms: [] });
const assignment = (kernel: Loose) => kernel.parts[0].assignments[0];

/** The loads of a tensor in a kernel's first assignment. */
function loads(kernel: Loose, tensor: string): Loose[] {
  const visit = (node: Loose): Loose[] => [
    ...node.kind === "load" && node.tensor === tensor ? [node] : [],
    ...[...node.operands ?? [], ...node.body ? [node.body] : []].flatMap(visit),
  ];
  return visit(assignment(kernel).value);
}

/** linear1_forward and linear1_update_weight as formulas. */
const KERNEL_DAMAGES: readonly Damage[] = [
  [
    "a place in a larger window than the tensor's values allow",
    "pool1_forward",
    (kernel) => kernel.tensors.code.below--,
    "a value that may not be below 3 is written to code in code[n,c,p,q] = argmax over u,v of x[n,c,2p+u,2q+v]",
  ],
  [
    "an index that goes one too far",
    LINEAR,
    (kernel) => loads(kernel, "x")[0].index[1].constant++,
    "index 1 of x runs from 1 to 8 of 8 in y[n,o] = b[o] + (sum over i of x[n,i+1] * w[o,i])",
  ],
  [
    "an index that begins one too early",
    LINEAR,
    (kernel) => loads(kernel, "b")[0].index[0].constant--,
    "index 0 of b runs from -1 to 1 of 3 in y[n,o] = b[o-1] + (sum over i of x[n,i] * w[o,i])",
  ],
  [
    "an index that runs backwards out of the tensor",
    LINEAR,
    (kernel) => loads(kernel, "x")[0].index[1].terms[0].coefficient = -1,
    "index 1 of x runs from -7 to 0 of 8 in y[n,o] = b[o] + (sum over i of x[n,-i] * w[o,i])",
  ],
  [
    "a written index that goes one too far",
    LINEAR,
    (kernel) => assignment(kernel).index[1].constant++,
    "index 1 of y runs from 1 to 3 of 3 in y[n,o+1] = b[o] + (sum over i of x[n,i] * w[o,i])",
  ],
  [
    "an index too few",
    LINEAR,
    (kernel) => loads(kernel, "x")[0].index.pop(),
    "x has 2 dimensions, not 1 in y[n,o] = b[o] + (sum over i of x[n] * w[o,i])",
  ],
  [
    "an axis of a reduction outside of it",
    LINEAR,
    (kernel) => loads(kernel, "b")[0].index[0] = loads(kernel, "x")[0].index[1],
    "axis i is not open in y[n,o] = b[i] + (sum over i of x[n,i] * w[o,i])",
  ],
  [
    "a reduction inside of another over an axis of the same name, whose body has both",
    LINEAR,
    (kernel) => {
      const sum = assignment(kernel).value.operands[1], [load] = loads(kernel, "w");
      const own = load.index[1].terms[0].axis = { ...sum.axes[0] };
      sum.body = { ...sum, axes: [own] };
    },
    "two axes are called i in y[n,o] = b[o] + (sum over i of sum over i of x[n,i] * w[o,i])",
  ],
  [
    "a reduction over an axis called as one of the output",
    LINEAR,
    (kernel) => assignment(kernel).value.operands[1].axes[0].name = "o",
    "two axes are called o in y[n,o] = b[o] + (sum over o of x[n,o] * w[o,o])",
  ],
  [
    "an operand too few",
    LINEAR,
    (kernel) => assignment(kernel).value.operands[1].body.operands.pop(),
    "mul has 1 operands in y",
  ],
  [
    "in place, read in another column",
    UPDATE,
    (kernel) => loads(kernel, "w")[0].index[1] = constant(0),
    "w is read at another place than it is written in w[o,i] = w[o,0] - learning_rate * (if abs(dw[o,i] + l2 * w[o,i]) < 8.881784e-16 then 0 else dw[o,i] + l2 * w[o,i])",
  ],
  [
    "in place, read while a reduction runs",
    LINEAR,
    (kernel) => {
      const [load] = loads(kernel, "x");
      [load.tensor, load.index] = ["y", assignment(kernel).index];
    },
    "y is read at another place than it is written in y[n,o] = b[o] + (sum over i of y[n,o] * w[o,i])",
  ],
  [
    "in place, read by another part than the one that writes",
    UPDATE,
    (kernel) => {
      const [part] = kernel.parts, [{ index, value }] = part.assignments;
      kernel.parts.push({ axes: part.axes, assignments: [{ tensor: "dw", index, value }] });
    },
    "dw is read at another place than it is written in w[o,i] = w[o,i] - learning_rate * (if abs(dw[o,i] + l2 * w[o,i]) < 8.881784e-16 then 0 else dw[o,i] + l2 * w[o,i])",
  ],
];

/** The first line of what a proof says, or nothing. */
function refusal(prove: () => void): string | undefined {
  try {
    prove();
  } catch (error) {
    assert(error instanceof VerifyError, `not a VerifyError: ${error}`);
    assert.equal(error.name, "VerifyError");
    return error.message;
  }
}

/** Damages a copy of what is accepted; returns how many damages there were. */
function checkDamages<Whole>(rows: readonly Damage[], whole: (name: string) => Whole, prove: (whole: Whole) => void) {
  for (const [what, name, damage, message] of rows) {
    const good = whole(name), damaged = structuredClone(good);
    assert.equal(refusal(() => prove(good)), undefined);
    damage(damaged);
    assert.notDeepEqual(damaged, good, `${what}: nothing was damaged`);
    assert.equal(refusal(() => prove(damaged)), `${name}: ${message}`, what);
  }
  return rows.length;
}

const kernelOf = (name: string): Kernel => KERNELS.get(name)!;
const nestOf = (name: string): LoopNest => ({
  ...simplify(
    lower(
      [STAGED, BOTH].includes(name) ? WIDE : kernelOf(name.split(" ")[0]),
      SCHEDULES[name] ?? {},
      findTarget("webgpu").spread,
    ),
  ),
  name,
});

Deno.test("damaged nests are refused", () => {
  assert.equal(checkDamages(NEST_DAMAGES, nestOf, proveNest), 89);
});

Deno.test("damaged kernels are refused", () => {
  assert.equal(checkDamages(KERNEL_DAMAGES, kernelOf, proveKernel), 13);
});

Deno.test("what is not damaged is accepted: all kernels of the net", () => {
  assert.equal(KERNELS.size, 17);
  for (const kernel of KERNELS.values()) {
    proveKernel(kernel);
    proveNest(nestOf(kernel.name));
  }
});

// ---- lanes of integers

Deno.test("lanes of four-byte integers are accepted, those of bytes are refused", () => {
  const spec = { ...SPEC, batchSize: 8 };
  const planned = kernelsOf(plan(spec, REGISTRY, { without: MERGING, layout: "lanes" }).plan);
  const nests = ["pool1_forward", "pool1_backward_input"].map((name) =>
    simplify(lower(planned.find((kernel) => kernel.name === name)!, { vectorize: "n" }))
  );
  const rows: readonly [LoopNest, string][] = [
    [nests[0], "pool1_forward: code holds u8, and i32x4 is stored"],
    [nests[1], "pool1_backward_input: code is loaded as i32x4"],
  ];
  for (const [nest, message] of rows) {
    assert.equal(nest.tensors.code.dtype, "i32");
    assert.equal(refusal(() => proveNest(nest)), undefined);
    const damaged = structuredClone(nest) as Loose;
    damaged.tensors.code.dtype = "u8";
    assert.equal(refusal(() => proveNest(damaged)), message);
  }
  // neither bytes, nor what is not side by side
  const refused = [[GATHER, "w", "data"], ["pool1_forward", "n", "x"]];
  const kernels = new Map(kernelsOf(plan(spec, REGISTRY, { without: MERGING }).plan).map((k) => [k.name, k]));
  for (const [name, vectorize, tensor] of refused) {
    assert.throws(() => lower(kernels.get(name)!, { vectorize }), {
      name: "ScheduleError",
      message: `${name}: ${tensor} cannot be accessed in lanes along ${vectorize}`,
    });
  }
});

// ---- what allows running without bounds checks: every access of generated kernels, shifted over the edge

/** Nests as targets get them, of nets with all kinds of layers. */
function generatedNests(): LoopNest[] {
  const nests: LoopNest[] = [];
  for (const target of targets) {
    for (const seed of NEST_SEEDS) {
      const { plan: planned } = plan(parseSpec(randomSpec(seed), REGISTRY), REGISTRY, { layout: target.layout });
      for (const kernel of kernelsOf(planned)) {
        nests.push(compileKernel(kernel, [...target.candidates(kernel)][0], target).nest);
      }
    }
  }
  return nests;
}

const NEST_SEEDS = [2, 3, ...width([], [5, 8, 13, 21, 34, 55, 89])];

interface Access {
  readonly tensor: string;
  readonly offset: { constant: number };
  readonly vector: boolean;
  readonly store: boolean;
  /** First and last element, over all iterations. */
  readonly low: number;
  readonly high: number;
}

/** All accesses of a nest, and how far they reach: by following ranges, nothing shared with the proof. */
function accessesOf(nest: LoopNest): Access[] {
  type Ranges = ReadonlyMap<string, readonly [number, number]>;
  const found: Access[] = [];
  const range = ({ constant, terms }: Offset, ranges: Ranges): [number, number] => {
    let [low, high] = [constant, constant];
    for (const { variable, coefficient } of terms) {
      const [from, to] = ranges.get(variable)!;
      low += coefficient * (coefficient > 0 ? from : to);
      high += coefficient * (coefficient > 0 ? to : from);
    }
    return [low, high];
  };
  const add = (tensor: string, offset: Offset, vector: boolean, store: boolean, ranges: Ranges) => {
    const [low, high] = range(offset, ranges);
    found.push({ tensor, offset, vector, store, low, high: high + (vector ? 3 : 0) });
  };
  const visit = (value: Value, ranges: Ranges): void => {
    if (value.kind === "element") add(value.tensor, value.offset, value.type.endsWith("x4"), false, ranges);
    if (value.kind === "splat" || value.kind === "total") visit(value.value, ranges);
    if (value.kind === "apply") value.operands.forEach((operand) => visit(operand, ranges));
  };
  const walk = (body: readonly Statement[], outer: Ranges) => {
    const ranges = new Map(outer);
    for (const s of body) {
      if (s.kind === "comment" || s.kind === "grid" || s.kind === "combine" || s.kind === "stage") continue;
      if (s.kind === "loop") {
        walk(s.body, new Map([...ranges, [s.variable, [s.from, s.to - s.step]]]));
      } else if (s.kind === "block") walk(s.body, ranges);
      else {
        visit(s.value, ranges);
        if (s.kind === "store") add(s.tensor, s.offset, typeOf(s.value).endsWith("x4"), true, ranges);
        if (s.kind === "let" && s.type === "i32") {
          const limit = s.value.kind === "element" ? nest.tensors[s.value.tensor].below : undefined;
          // of a row number only the first counts: an access must stay within its row
          const known = s.value.kind === "offset"
            ? range(s.value.offset, ranges)
            : [0, Number(limit) - 1 || 0] as const;
          ranges.set(s.name, known);
        }
      }
    }
  };
  walk(nest.body, new Map([["step", [0, 0]]]));
  return found;
}

const elementsOf = ({ shape, halo }: TensorType) =>
  shape.reduce((n, extent, d) => extent === Infinity ? n : n * (extent + halo[d][0] + halo[d][1]), 1);

Deno.test("every access of generated kernels, moved over the edge by an element or by a vector, is refused", () => {
  const refused = { vector: 0, scalar: 0, store: 0 };
  let inside = 0;
  for (const nest of generatedNests()) {
    assert.equal(refusal(() => proveNest(nest)), undefined);
    for (const [i, { tensor, vector, store, low, high }] of accessesOf(nest).entries()) {
      const elements = elementsOf(nest.tensors[tensor]), past = elements - high, before = -low - 1;
      assert(low >= 0 && past > 0, `${nest.name}: ${tensor} from ${low} to ${high} of ${elements}`);
      const message = (shift: number) => {
        const damaged = structuredClone(nest);
        (accessesOf(damaged)[i].offset as Loose).constant += shift;
        return refusal(() => proveNest(damaged));
      };
      for (const shift of [past, before, ...vector ? [past + 3, before - 3] : []]) {
        assert.equal(
          message(shift),
          `${nest.name}: an access to ${tensor} reaches from ${low + shift} to ${
            high + shift
          }, and it has ${elements} elements`,
        );
        refused[store ? "store" : vector ? "vector" : "scalar"]++;
      }
      // just inside is not refused: the edge is where it should be
      if (!store && i % 8 === 0 && past > 1) {
        assert.equal(message(past - 1), undefined, `${nest.name}: ${tensor}`);
        inside++;
      }
    }
  }
  for (const [kind, count] of Object.entries(refused)) assert(count > width(125, 500), `${kind}: ${count}`);
  assert(inside > width(25, 100), `${inside} inside`);
});

Deno.test("every loop of generated kernels with a step more is refused, but for sums that stay inside", () => {
  let refused = 0, parallel = 0, inside = 0;
  for (const nest of generatedNests()) {
    const count = statements(nest as Loose).filter(({ kind }) => kind === "loop").length;
    for (let i = 0; i < count; i++) {
      const damaged = structuredClone(nest) as Loose, loop = statements(damaged).filter((s) => s.kind === "loop")[i];
      loop.to += loop.step;
      if (loop.parallel) {
        damaged.parallel.iterations++;
        parallel++;
      }
      if (refusal(() => proveNest(damaged)) !== undefined) {
        refused++;
        continue;
      }
      // more terms than there are, but none from outside: where other rows of the tile's rest lie behind
      const what = `${nest.name}: ${loop.variable} to ${loop.to}`;
      assert(statements(loop).every(({ kind }) => kind !== "store"), what);
      for (const { tensor, low, high } of accessesOf(damaged)) {
        assert(low >= 0 && high < elementsOf(nest.tensors[tensor]), `${what}: ${tensor}`);
      }
      inside++;
    }
  }
  assert(refused > width(200, 800) && parallel > width(60, 250), `${refused} refused, ${parallel} parallel`);
  // tiles that leave a rest have loops over the same terms in it
  assert(inside < refused / 25, `${inside} inside of ${refused}`);
});

Deno.test("every refusal that the proof of kernels can make is made here", async () => {
  const folder = join(import.meta.dirname!, "..", "..", "codegen", "prove", "kernel"), found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const source = await Deno.readTextFile(join(folder, name));
    found.push(...[...source.matchAll(/(?:fail|VerifyError)\(\s*([`"])(.+?)\1/g)].map(([, , template]) => template));
  }
  const messages = [...NEST_DAMAGES, ...KERNEL_DAMAGES].map(([, name, , message]) => `${name}: ${message}`);
  // how a refusal begins and ends
  const templates = found.filter((template) => !template.includes("${what}"));
  assert(templates.length >= 52, `only ${templates.length} refusals found`);
  for (const template of templates) {
    const pattern = new RegExp(
      template.split(/\$\{[^}]+\}/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+"),
    );
    assert(messages.some((message) => pattern.test(message)), `no damage is refused with "${template}"`);
  }
});

Deno.test("negative control: a damage that is none is not refused, and is found out", () => {
  const harmless: Damage = [
    "a comment",
    LINEAR,
    (nest) => nest.body.push({ kind: "comment", text: "harmless" }),
    "anything",
  ];
  assert.throws(() => checkDamages([harmless], nestOf, proveNest), /a comment/);
  assert.throws(() => checkDamages([["nothing", LINEAR, () => {}, ""]], nestOf, proveNest), /nothing was damaged/);
});

Deno.test("writes of tiles at random, some of them moved, left out or repeated, are accepted only if each is made once", () => {
  let seed = 1;
  const below = (count: number) => (seed = seed * 48271 % 2147483647) % count;
  const seen = { accepted: 0, refused: 0 };
  for (let round = 0; round < 400; round++) {
    const [tall, wide, down, across] = [1 + below(4), 1 + below(6), 1 + below(4), 1 + below(4)];
    const columns = wide * across, elements = tall * down * columns;
    const loop = (step: number, count: number): Meaning => ({ kind: "loop", loop: { from: 0, step, count } });
    const meanings = new Map([["p", loop(tall, down)], ["q", loop(wide, across)]]);
    const terms = [{ variable: "p", coefficient: columns }, { variable: "q", coefficient: 1 }];
    let places = Array.from({ length: tall * wide }, (_, i) => Math.floor(i / wide) * columns + i % wide);
    const damage = below(4), at = below(places.length);
    if (damage === 1) places[at] = places[below(places.length)];
    if (damage === 2) places = places.toSpliced(at, 1);
    if (damage === 3) places.push(places[at]);
    const times = new Uint8Array(elements);
    for (const place of places) {
      for (let p = 0; p < down; p++) for (let q = 0; q < across; q++) times[place + p * tall * columns + q * wide]++;
    }
    const shape = [elements / columns, columns], type: TensorType = { dtype: "f32", shape, halo: [[0, 0], [0, 0]] };
    const nest: LoopNest = { name: "tiles", tensors: { y: type }, outputs: ["y"], body: [] };
    const stores = places.map((constant) => ({ offset: { constant, terms }, meanings }));
    const prove = () => proveWrites(nest, "y", stores);
    if (times.every((count) => count === 1)) {
      prove();
      seen.accepted++;
    } else {
      assert.throws(prove, VerifyError);
      seen.refused++;
    }
  }
  assert(seen.accepted > 100 && seen.refused > 100, JSON.stringify(seen));
});
