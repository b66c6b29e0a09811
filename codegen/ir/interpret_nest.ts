/**
 * What loop nests mean: one is walked, statement by statement, in f64.
 *
 * @module
 */
import { MEANING, type Storages } from "./interpret.ts";
import { type Grid, isVector, LANES, type LoopNest, type Offset, type Op, type Statement, type Value } from "./ir.ts";

const APPLY = Object.fromEntries(
  Object.entries(MEANING).map(([op, text]) => [op, new Function("a", "b", "c", `return ${text};`)]),
) as Record<Op, (a: number, b: number, c: number) => number>;

/** A nest while it runs. A value is its lanes: one, or four. */
interface Run {
  readonly name: string;
  readonly storages: Storages;
  readonly locals: Map<string, readonly number[]>;
  /** What was staged, by name. */
  readonly boxes: Map<string, readonly number[]>;
}

/**
 * Runs a loop nest, all of its iterations in order, as one thread would.
 *
 * @param step the row of the tables of run-time numbers.
 */
export function interpretNest({ name, body, begins = {} }: LoopNest, storages: Storages, step = 0): void {
  const given = [["step", [step]], ...Object.values(begins).map((begin) => [begin, [0]] as const)] as const;
  runBody(body, { name, storages, locals: new Map(given), boxes: new Map() });
}

function runBody(body: readonly Statement[], run: Run): void {
  for (const s of body) runStatement(s, run);
}

function runStatement(s: Statement, run: Run): void {
  switch (s.kind) {
    case "loop":
      for (let i = s.from; i < s.to; i += s.step) {
        run.locals.set(s.variable, [i]);
        runBody(s.body, run);
      }
      return;
    case "block":
      return runBody(s.body, run);
    case "grid":
      return runGrid(s, run);
    case "combine":
      throw new Error(`${run.name}: sums are combined outside of a grid`);
    case "stage": {
      // each invocation copies all of it for itself, instead of a part for all: they agree on where it lies
      const places = s.box.reduce(
        (all, { extent, stride }) => all.flatMap((at) => Array.from({ length: extent }, (_, i) => at + i * stride)),
        [offsetValue(s.offset, run)],
      );
      run.boxes.set(s.name, places.map((place) => run.storages[s.tensor][checked(s.tensor, place, run)]));
      return;
    }
    case "store": {
      const at = offsetValue(s.offset, run);
      for (const [lane, value] of evaluate(s.value, run).entries()) {
        run.storages[s.tensor][checked(s.tensor, at + lane, run)] = value;
      }
      return;
    }
    case "let":
    case "variable":
    case "set":
      run.locals.set(s.name, evaluate(s.value, run));
  }
}

/** Each point in turn: all of its members up to `combine`, and then one of them with the sums. */
function runGrid({ loops, places = [], members = [], body }: Grid, run: Run): void {
  const at = body.findIndex(({ kind }) => kind === "combine"), combine = body[at];
  const before = at < 0 ? body : body.slice(0, at), after = at < 0 ? [] : body.slice(at + 1);
  runEach([...loops, ...places], run, () => {
    const totals = new Map<string, readonly number[]>();
    runEach(members, run, () => {
      runBody(before, run);
      if (combine?.kind !== "combine") return;
      for (const { name } of combine.sums) {
        const sum = totals.get(name);
        totals.set(name, run.locals.get(name)!.map((value, lane) => value + (sum?.[lane] ?? 0)));
      }
    });
    for (const [name, total] of totals) run.locals.set(name, total);
    runBody(after, run);
  });
}

function runEach(
  [loop, ...inner]: readonly { variable: string; to: number; step?: number }[],
  run: Run,
  body: () => void,
): void {
  if (!loop) return body();
  for (let i = 0; i < loop.to; i += loop.step ?? 1) {
    run.locals.set(loop.variable, [i]);
    runEach(inner, run, body);
  }
}

function evaluate(value: Value, run: Run): readonly number[] {
  switch (value.kind) {
    case "constant":
      return [value.value];
    case "local":
      return run.locals.get(value.name)!;
    case "offset":
      return [offsetValue(value.offset, run)];
    case "ramp":
      return lanesFrom(0).map((lane) => offsetValue(value.offset, run) + lane * value.step);
    case "splat":
      return Array(LANES).fill(evaluate(value.value, run)[0]);
    case "total": {
      const [a, b, c, d] = evaluate(value.value, run);
      return [(a + b) + (c + d)];
    }
    case "staged": {
      const at = offsetValue(value.offset, run), box = run.boxes.get(value.name)!;
      return (isVector(value.type) ? lanesFrom(at) : [at]).map((place) => {
        if (box[place] === undefined) throw new RangeError(`${run.name}: ${value.name}[${place}] of ${box.length}`);
        return box[place];
      });
    }
    case "element": {
      const at = offsetValue(value.offset, run), places = isVector(value.type) ? lanesFrom(at) : [at];
      return places.map((place) => run.storages[value.tensor][checked(value.tensor, place, run)]);
    }
    case "apply": {
      const operands = value.operands.map((operand) => evaluate(operand, run));
      return operands[0].map((_, lane) => {
        const [a, b, c] = operands.map((operand) => operand[lane]);
        return Number(APPLY[value.op](a, b, c));
      });
    }
  }
}

function offsetValue({ constant, terms }: Offset, { locals }: Run): number {
  return terms.reduce((sum, { variable, coefficient }) => sum + locals.get(variable)![0] * coefficient, constant);
}

function lanesFrom(first: number): number[] {
  return Array.from({ length: LANES }, (_, lane) => first + lane);
}

/** @throws {RangeError} when a place lies outside of a tensor's storage. */
function checked(tensor: string, at: number, { name, storages }: Run): number {
  if (!(at >= 0 && at < storages[tensor].length)) {
    throw new RangeError(`${name}: ${tensor}[${at}] of ${storages[tensor].length}`);
  }
  return at;
}
