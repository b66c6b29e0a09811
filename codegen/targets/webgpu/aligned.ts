/**
 * Which tensors a kernel can take as arrays of vectors.
 *
 * @module
 */
import { isVector, LANES, type LoopNest, type Offset, type Statement, typeOf, type Value } from "../../ir/ir.ts";

/** The tensors of a nest that are only accessed four neighbours at a time, from places that are multiples of four. */
export function alignedOnly(nest: LoopNest): Set<string> {
  const some = new Set<string>(), others = new Set<string>();
  const aligned = ({ constant, terms }: Offset, multiples: ReadonlySet<string>) =>
    constant % LANES === 0 &&
    terms.every(({ variable, coefficient }) => coefficient % LANES === 0 || multiples.has(variable));
  const access = (tensor: string, offset: Offset, vector: boolean, multiples: ReadonlySet<string>) =>
    (vector && aligned(offset, multiples) ? some : others).add(tensor);
  const value = (v: Value, multiples: ReadonlySet<string>): void => {
    if (v.kind === "element") access(v.tensor, v.offset, isVector(v.type), multiples);
    if (v.kind === "splat" || v.kind === "total") value(v.value, multiples);
    if (v.kind === "apply") { for (const operand of v.operands) value(operand, multiples); }
  };
  const visit = (body: readonly Statement[], outer: ReadonlySet<string>) => {
    const multiples = new Set(outer);
    for (const s of body) {
      if (s.kind === "comment" || s.kind === "combine") continue;
      if ("value" in s) value(s.value, multiples);
      if (s.kind === "stage") {
        const whole = s.box.slice(0, -1).every(({ stride }) => stride % LANES === 0);
        access(s.tensor, s.offset, isVector(s.type) && whole, multiples);
      }
      if (s.kind === "store") access(s.tensor, s.offset, isVector(typeOf(s.value)), multiples);
      if (s.kind === "let" && s.value.kind === "offset" && aligned(s.value.offset, multiples)) multiples.add(s.name);
      if (s.kind === "grid") {
        const vectorLoops = [...s.loops, ...s.places ?? []].filter(({ step }) => step % LANES === 0);
        visit(s.body, new Set([...multiples, ...vectorLoops.map(({ variable }) => variable)]));
      }
      if (s.kind === "loop") {
        const whole = s.from % LANES === 0 && s.step % LANES === 0;
        visit(s.body, whole ? new Set([...multiples, s.variable]) : multiples);
      }
      if (s.kind === "block") visit(s.body, multiples);
    }
  };
  visit(nest.body, new Set());
  return new Set([...some].filter((tensor) => !others.has(tensor)));
}
