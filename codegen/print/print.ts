/**
 * Stage 9: a loop nest to text, by a target's syntax. It decides nothing.
 *
 * @module
 */
import { type Grid, isVector, type LoopNest, type Statement, typeOf, type Value } from "../ir/ir.ts";
import type { Piece, Syntax } from "../targets/target.ts";
import type { Writer } from "./writer.ts";

/** Writes a nest as a function. */
export function printNest(nest: LoopNest, syntax: Syntax, writer: Writer): void {
  const vectors = () => {
    if (!syntax.vectors) throw new Error(`${nest.name} has vectors, and its target has none`);
    return syntax.vectors;
  };
  const value = (v: Value): Piece => {
    switch (v.kind) {
      case "constant":
        return syntax.constant(v.value, v.type);
      case "local":
        return syntax.local(v.name, v.type);
      case "offset":
        return syntax.offset(v.offset);
      case "ramp":
        return vectors().ramp(v.offset, v.step);
      case "splat":
        return vectors().splat(value(v.value), typeOf(v.value));
      case "total":
        return vectors().total(value(v.value));
      case "staged":
        if (!syntax.staged) throw new Error(`${nest.name} stages, and its target has no workgroups`);
        return syntax.staged(v.name, v.offset, v.type);
      case "element":
        return syntax.element(v.tensor, v.offset, v.type);
      case "apply":
        return (isVector(typeOf(v)) ? vectors() : syntax).operations[v.op](...v.operands.map(value));
    }
  };
  const end = nest.parallel ? nest.parallel.iterations * nest.parallel.step : 0;
  /** Whether this grid has staged before: some invocations may still read what another one is about to overwrite. */
  let staged = false;
  const print = (body: readonly Statement[], grid?: Grid, looped = false): void => {
    for (const [i, s] of body.entries()) {
      switch (s.kind) {
        case "loop": {
          const [open, close] = syntax.loop(s.variable, s.from, s.to, s.step, s.parallel);
          writer.block(open, () => print(s.body, undefined, true), close);
          break;
        }
        case "grid": {
          if (!syntax.grid) throw new Error(`${nest.name} has a grid, and its target has none`);
          const [open, close, ...first] = syntax.grid(s);
          staged = false;
          writer.block(open, () => {
            for (const line of first) writer.line(line);
            print(s.body, s);
          }, close);
          break;
        }
        case "stage": {
          // those that follow each other wait once
          if (body[i - 1]?.kind === "stage") break;
          if (!syntax.stage) throw new Error(`${nest.name} stages, and its target has no workgroups`);
          const end = body.findIndex(({ kind }, j) => j > i && kind !== "stage");
          const stages = body.slice(i, end < 0 ? undefined : end).filter((each) => each.kind === "stage");
          for (const line of syntax.stage(stages, looped || staged)) writer.line(line);
          staged = true;
          break;
        }
        case "combine": {
          if (!syntax.combine || !grid) throw new Error(`${nest.name} has members, and its target or grid has none`);
          const { lines, open, close } = syntax.combine(s.sums, grid);
          for (const line of lines) writer.line(line);
          return writer.block(open, () => print(body.slice(i + 1)), close);
        }
        case "block": {
          const [open, close] = syntax.block(s.last, end);
          writer.block(open, () => print(s.body, undefined, looped), close);
          break;
        }
        case "let":
          writer.line(syntax.let(s.name, s.type, value(s.value), s.value));
          break;
        case "variable":
          writer.line(syntax.variable(s.name, s.type, value(s.value)));
          break;
        case "set": {
          const sum = s.value.kind === "apply" && s.value.op === "add" ? s.value.operands : undefined;
          const own = sum && sum[0].kind === "local" && sum[0].name === s.name;
          const type = typeOf(s.value);
          writer.line(own ? syntax.accumulate(s.name, type, value(sum[1])) : syntax.set(s.name, type, value(s.value)));
          break;
        }
        case "store":
          writer.line(syntax.store(s.tensor, s.offset, typeOf(s.value), value(s.value)));
          break;
        case "comment":
          writer.line();
          writer.line(syntax.comment(s.text));
      }
    }
  };
  const [open, close, ...first] = syntax.kernel(nest);
  writer.block(open, () => {
    for (const line of first) writer.line(line);
    print(nest.body);
  }, close);
}
