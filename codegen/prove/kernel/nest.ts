/**
 * The proof that a loop nest may run unchecked: names are defined, types agree, every offset lies inside the tensor's
 * storage for all iterations, and each element of each output is written exactly once, by one iteration of one thread.
 *
 * @module
 */
import { constantOffset, sumOffsets } from "../../ir/affine.ts";
import { BYTES, isVector, LANES, LOADED, type LoopNest, scalarOf, type Statement } from "../../ir/ir.ts";
import { VerifyError } from "../error.ts";
import { proveAccess } from "./bounds.ts";
import { proveGrid, proveInvocations, proveStage } from "./grid.ts";
import { type Context, inner, type Known, type Meaning, type Proof, proveNew, type Store } from "./known.ts";
import { meaningOf } from "./meaning.ts";
import { proveValue } from "./types.ts";
import { proveWrites } from "./writes.ts";

type Of<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/**
 * @param signed whether an index may be negative before its constant is added: not where addresses are unsigned.
 * @throws {VerifyError} when anything about the nest is left unproven.
 */
export function proveNest(nest: LoopNest, signed = false): void {
  const { name, body, parallel, invocations, outputs, begins = {} } = nest, stores = new Map<string, Store[]>();
  const fail = (what: string) => new VerifyError(`${name}: ${what}`), proof: Proof = { nest, signed, fail, stores };
  const known: Known = {
    meanings: new Map<string, Meaning>([
      ["step", { kind: "row", of: "steps" }],
      ...Object.entries(begins).map(([of, variable]) => [variable, { kind: "begin", of }] as const),
    ]),
    types: new Map(),
    mutable: new Set(),
  };
  proveInvocations(proof);
  proveBody(body, known, { loops: 0, alone: parallel === undefined && invocations === undefined }, proof);
  for (const tensor of outputs) if (!stores.has(tensor)) throw fail(`${tensor} is never written`);
  for (const [tensor, places] of stores) proveWrites(nest, tensor, places);
}

function proveBody(body: readonly Statement[], known: Known, context: Context, proof: Proof): void {
  for (const s of body) proveStatement(s, known, context, proof);
}

function proveStatement(s: Statement, known: Known, context: Context, proof: Proof): void {
  const { fail } = proof;
  switch (s.kind) {
    case "loop":
      return proveLoop(s, known, context, proof);
    case "grid":
      return proveGrid(s, known, context, proof, (body, known, context) => proveBody(body, known, context, proof));
    case "combine":
      throw fail("sums are combined outside of a grid with members");
    case "block":
      return proveBody(
        s.body,
        inner(known),
        { ...context, alone: context.alone || s.last && context.loops === 0 },
        proof,
      );
    case "stage":
      return proveStage(s, known, context, proof);
    case "let":
    case "variable":
      return proveDefinition(s, known, proof);
    case "set": {
      if (!known.mutable.has(s.name)) throw fail(`${s.name} is set and is no accumulator`);
      const type = proveValue(s.value, known, proof), declared = known.types.get(s.name);
      if (type !== declared) throw fail(`${s.name} is ${declared}, set to ${type}`);
      return;
    }
    case "store":
      return proveStore(s, known, context, proof);
  }
}

function proveDefinition(s: Of<"let"> | Of<"variable">, known: Known, proof: Proof): void {
  proveNew(s.name, known, proof);
  const type = proveValue(s.value, known, proof);
  if (type !== s.type) throw proof.fail(`${s.name} is ${s.type}, its value ${type}`);
  known.types.set(s.name, type);
  if (s.kind === "variable") known.mutable.add(s.name);
  if (type === "i32" && s.kind === "let") known.meanings.set(s.name, meaningOf(s.value, proof.nest));
}

function proveLoop(
  { variable, from, to, step, parallel, body }: Of<"loop">,
  known: Known,
  { loops, alone, joint }: Context,
  proof: Proof,
): void {
  const { nest: { parallel: shared }, fail } = proof, count = Math.ceil((to - from) / step);
  proveNew(variable, known, proof);
  if (count < 1 || (to - from) % step !== 0) throw fail(`loop over ${variable} is not a whole number of steps`);
  if (parallel && (loops > 0 || from !== 0 || step !== shared?.step || to !== shared.iterations * step)) {
    throw fail(`loop over ${variable} is parallel, and is not what threads share`);
  }
  // threads have no accumulator in common
  const inside = inner(known, parallel ? new Set() : undefined);
  inside.meanings.set(variable, { kind: "loop", loop: { from, step, count }, ...parallel && { shared: true } });
  const context: Context = {
    loops: loops + 1,
    alone: alone || parallel,
    ...joint && { joint: new Set([...joint, variable]) },
  };
  proveBody(body, inside, context, proof);
}

function proveStore(
  { tensor, offset: raw, value }: Of<"store">,
  known: Known,
  { alone }: Context,
  proof: Proof,
): void {
  const { nest, fail, stores } = proof, type = proveValue(value, known, proof);
  const { dtype, rows } = nest.tensors[tensor] ?? {}, elements = isVector(type) ? LANES : 1;
  const offset = proveAccess(tensor, raw, elements, known.meanings, proof);
  if (!alone) throw fail(`${tensor} is written by every thread`);
  if (rows === "samples") throw fail(`${tensor} belongs to the run and is written`);
  if (LOADED[dtype] !== scalarOf(type) || (isVector(type) && BYTES[dtype] !== 4)) {
    throw fail(`${tensor} holds ${dtype}, and ${type} is stored`);
  }
  const places = stores.get(tensor) ?? [];
  stores.set(tensor, places);
  for (let lane = 0; lane < elements; lane++) {
    places.push({ offset: sumOffsets([offset, 1], [constantOffset(lane), 1]), meanings: known.meanings });
  }
}
