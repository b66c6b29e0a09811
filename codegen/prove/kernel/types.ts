/**
 * That values have the types that are asked of them, and that what they load lies inside.
 *
 * @module
 */
import { BYTES, isVector, LANES, LOADED, OPS, scalarOf, type Type, typeOf, type Value } from "../../ir/ir.ts";
import { expand, isAligned, proveAccess, rangeOf } from "./bounds.ts";
import type { Known, Proof } from "./known.ts";

type Of<Kind extends Value["kind"]> = Extract<Value, { kind: Kind }>;

/** The type of a value, whose operands fit and whose accesses lie inside. */
export function proveValue(value: Value, known: Known, proof: Proof): Type {
  const { fail } = proof;
  switch (value.kind) {
    case "offset":
    case "ramp":
      expand(value.offset, known.meanings, proof);
      break;
    case "local": {
      const type = known.types.get(value.name);
      if (type === undefined) throw fail(`${value.name} is not defined`);
      if (type !== value.type) throw fail(`${value.name} is ${type}, used as ${value.type}`);
      break;
    }
    case "element":
      proveElement(value, known, proof);
      break;
    case "staged":
      proveStaged(value, known, proof);
      break;
    case "splat": {
      const type = proveValue(value.value, known, proof);
      if (isVector(type)) throw fail(`${type} is put in every lane`);
      break;
    }
    case "total": {
      const type = proveValue(value.value, known, proof);
      if (type !== "f32x4") throw fail(`the lanes of ${type} are added`);
      break;
    }
    case "apply":
      proveOperation(value, known, proof);
  }
  return typeOf(value);
}

function proveElement({ tensor, offset, type }: Of<"element">, { meanings }: Known, proof: Proof): void {
  proveAccess(tensor, offset, isVector(type) ? LANES : 1, meanings, proof);
  const { dtype } = proof.nest.tensors[tensor];
  if (LOADED[dtype] !== scalarOf(type) || (isVector(type) && BYTES[dtype] !== 4)) {
    throw proof.fail(`${tensor} is loaded as ${type}`);
  }
}

function proveStaged({ name, offset: raw, type }: Of<"staged">, { meanings }: Known, proof: Proof): void {
  const { fail } = proof, box = meanings.get(name), offset = expand(raw, meanings, proof);
  if (box?.kind !== "box") throw fail(`${name} is not staged`);
  if (box.type !== type && box.type !== scalarOf(type)) throw fail(`${name} is ${box.type}, used as ${type}`);
  const [low, high] = rangeOf(name, offset, meanings, proof), last = high + (isVector(type) ? LANES : 1) - 1;
  if (low < 0 || last >= box.elements) {
    throw fail(`an access to ${name} reaches from ${low} to ${last}, and it has ${box.elements} elements`);
  }
  if (isVector(box.type) && !isAligned(offset, meanings)) {
    throw fail(`four neighbours of ${name} are not taken from a multiple of four`);
  }
}

function proveOperation({ op, operands: given }: Of<"apply">, known: Known, proof: Proof): void {
  const { operands } = OPS[op];
  if (operands.length !== given.length) throw proof.fail(`${op} has ${given.length} operands`);
  const found = given.map((operand) => proveValue(operand, known, proof)), wide = found.some(isVector);
  for (const [i, type] of found.entries()) {
    const expected = wide ? `${operands[i]}x4` : operands[i];
    if (type !== expected) throw proof.fail(`operand ${i} of ${op} is ${type}, not ${expected}`);
  }
}

/** The locals in a value. */
export function namesIn(value: Value): string[] {
  switch (value.kind) {
    case "local":
      return [value.name];
    case "offset":
    case "ramp":
    case "element":
    case "staged":
      return value.offset.terms.map(({ variable }) => variable);
    case "splat":
    case "total":
      return namesIn(value.value);
    case "apply":
      return value.operands.flatMap(namesIn);
    case "constant":
      return [];
  }
}
