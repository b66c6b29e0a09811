/**
 * A loop nest to text, by a target's syntax. It decides nothing.
 *
 * @module
 */
import { isVector, type LoopNest, type Statement, typeOf, type Value } from "../ir/ir.ts";
import type { Piece, Syntax } from "../targets/target.ts";
import type { Writer } from "./writer.ts";

/** Writes a nest as a function. */
export function printNest(nest: LoopNest, syntax: Syntax, writer: Writer): void {
  const [open, close, ...first] = syntax.kernel();
  writer.block(open, () => {
    for (const line of first) writer.line(line);
    printBody(nest.body, { nest, syntax, writer });
  }, close);
}

/** A nest that is being printed. */
interface Printing {
  readonly nest: LoopNest;
  readonly syntax: Syntax;
  readonly writer: Writer;
}

function printBody(body: readonly Statement[], printing: Printing): void {
  for (let i = 0; i < body.length;) {
    const s = body[i];
    i += s.kind === "grid" || s.kind === "stage" || s.kind === "combine"
      ? printGridStatements(body.slice(i), printing)
      : printStatement(s, printing);
  }
}

/** How many statements were printed. */
function printGridStatements(body: readonly Statement[], printing: Printing): number {
  const { writer } = printing;
  return gridsOf(printing).write(body, {
    line: (text) => writer.line(text),
    block(open, first, body, close) {
      writer.block(open, () => {
        for (const line of first) writer.line(line);
        printBody(body, printing);
      }, close);
    },
  });
}

function printStatement(
  s: Exclude<Statement, { kind: "grid" | "stage" | "combine" }>,
  printing: Printing,
): 1 {
  const { nest: { parallel }, syntax, writer } = printing;
  switch (s.kind) {
    case "loop": {
      const [open, close] = syntax.loop(s.variable, s.from, s.to, s.step, s.parallel);
      writer.block(open, () => printBody(s.body, printing), close);
      return 1;
    }
    case "block": {
      const [open, close] = syntax.block(s.last, parallel ? parallel.iterations * parallel.step : 0);
      writer.block(open, () => printBody(s.body, printing), close);
      return 1;
    }
    case "let":
      writer.line(syntax.let(s.name, s.type, spell(s.value, printing)));
      return 1;
    case "variable":
      writer.line(syntax.variable(s.name, s.type, spell(s.value, printing)));
      return 1;
    case "set": {
      const sum = s.value.kind === "apply" && s.value.op === "add" ? s.value.operands : undefined;
      const accumulates = sum && sum[0].kind === "local" && sum[0].name === s.name, type = typeOf(s.value);
      writer.line(
        accumulates
          ? syntax.accumulate(s.name, type, spell(sum[1], printing))
          : syntax.set(s.name, type, spell(s.value, printing)),
      );
      return 1;
    }
    case "store":
      writer.line(syntax.store(s.tensor, s.offset, typeOf(s.value), spell(s.value, printing)));
      return 1;
    case "comment":
      writer.line();
      writer.line(syntax.comment(s.text));
      return 1;
  }
}

function spell(v: Value, printing: Printing): Piece {
  const { syntax } = printing;
  switch (v.kind) {
    case "constant":
      return syntax.constant(v.value, v.type);
    case "local":
      return syntax.local(v.name, v.type);
    case "offset":
      return syntax.offset(v.offset);
    case "ramp":
      return vectorsOf(printing).ramp(v.offset, v.step);
    case "splat":
      if (v.value.kind === "element" && v.value.type === "f32" && syntax.vectors?.loadSplat) {
        return syntax.vectors.loadSplat(v.value.tensor, v.value.offset);
      }
      return vectorsOf(printing).splat(spell(v.value, printing), typeOf(v.value));
    case "total":
      return vectorsOf(printing).total(spell(v.value, printing));
    case "staged":
      return gridsOf(printing).staged(v.name, v.offset, v.type);
    case "element":
      return syntax.element(v.tensor, v.offset, v.type);
    case "apply": {
      const { operations } = isVector(typeOf(v)) ? vectorsOf(printing) : syntax;
      return operations[v.op](...v.operands.map((operand) => spell(operand, printing)));
    }
  }
}

function vectorsOf({ nest, syntax }: Printing): NonNullable<Syntax["vectors"]> {
  if (!syntax.vectors) throw new Error(`${nest.name} has vectors, and its target has none`);
  return syntax.vectors;
}

function gridsOf({ nest, syntax }: Printing): NonNullable<Syntax["grids"]> {
  if (!syntax.grids) throw new Error(`${nest.name} has a grid, and its target has none`);
  return syntax.grids;
}
