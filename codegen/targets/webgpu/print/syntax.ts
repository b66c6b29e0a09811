/**
 * How WGSL spells a loop nest: tensors are storage buffers, or fields of one, and each point of a grid is an invocation.
 *
 * WGSL's maths may be finite: it has no infinity to write down, and what becomes of NaN is the driver's.
 *
 * @module
 */
import { type LoopNest, scalarOf } from "../../../ir/ir.ts";
import type { Address, BoundTensors, Syntax } from "../../target.ts";
import { alignedOnly } from "../aligned.ts";
import { partsOf, togetherOf } from "../together.ts";
import { isPacked, load, loadByte, store } from "./access.ts";
import { gridSyntax } from "./grid.ts";
import { arrays, head } from "./head.ts";
import { OPERATIONS, VECTOR_OPERATIONS } from "./operations.ts";
import { ATOM, atom, constant, identifier, inside, offsetPiece, offsetText, SUM, TYPE } from "./words.ts";

/** The table that `print.ts` walks with, for one nest. */
export function syntax(nest: LoopNest, _places: Readonly<Record<string, Address>> = {}, bound?: BoundTensors): Syntax {
  const wide = alignedOnly(nest), symbols = Object.keys(nest.tensors);
  const parts = partsOf(symbols, bound?.bindings ?? {}, bound ? togetherOf(bound.plan) : {}), names = arrays(parts);
  const element: Syntax["element"] = (tensor, offset, type) =>
    isPacked(nest.tensors[tensor])
      ? loadByte(names(tensor), offset)
      : load(names(tensor), wide.has(tensor), offset, type);
  return {
    constant,
    local: (name) => atom(identifier(name)),
    offset: offsetPiece,
    element,
    operations: OPERATIONS,
    vectors: {
      operations: VECTOR_OPERATIONS,
      ramp: (offset, step) => ({
        text: `${offsetText(offset)} + vec4<i32>(${[0, 1, 2, 3].map((lane) => lane * step).join(", ")})`,
        level: SUM,
      }),
      splat: ({ text }, type) => atom(`${TYPE[`${scalarOf(type)}x4`]}(${text})`),
      total(value) {
        const v = inside(value, ATOM);
        return atom(`((${v}.x + ${v}.y) + (${v}.z + ${v}.w))`);
      },
    },
    grids: gridSyntax(element),
    loop(variable, from, to, step) {
      const name = identifier(variable);
      return [`for (var ${name} = ${from}; ${name} < ${to}; ${name} += ${step}) {`, "}"];
    },
    block: () => ["{", "}"],
    let: (name, type, { text }) => `let ${identifier(name)}: ${TYPE[type]} = ${text};`,
    variable: (name, type, { text }) => `var ${identifier(name)}: ${TYPE[type]} = ${text};`,
    set: (name, _type, { text }) => `${identifier(name)} = ${text};`,
    accumulate: (name, _type, { text }) => `${identifier(name)} += ${text};`,
    store: (tensor, offset, type, value) => store(names(tensor), wide.has(tensor), offset, type, value),
    comment: (text) => `// ${text}`,
    kernel: () => head(nest, wide, parts),
  };
}
