/**
 * Stage 8: the proof that a kernel may run unchecked.
 *
 * Of a kernel: every index lies inside its tensor (or is marked as padded), and what it overwrites it reads only at the
 * very place it overwrites. Of its loop nest: names are defined, types agree, every offset lies inside the tensor's
 * storage for all iterations, and each element of each output is written exactly once, by one iteration of one thread.
 *
 * @module
 */
import { bounds, combine, constantOffset } from "../ir/affine.ts";
import { children, expressions, freeAxes } from "../ir/expr.ts";
import {
  BYTES,
  type Expr,
  gridInvocations,
  gridPoints,
  isVector,
  type Kernel,
  LANES,
  LOADED,
  type LoopNest,
  membersOf,
  type Offset,
  OPS,
  scalarOf,
  stagedElements,
  type Statement,
  strides,
  type TensorType,
  type Type,
  typeOf,
  type Value,
  WORKGROUP,
} from "../ir/ir.ts";
import { assignmentText } from "../ir/text.ts";

/** A kernel or nest that could not be proven. It is a fault of the compiler or of a layer's file, not of a spec. */
export class VerifyError extends Error {
  /** Always "VerifyError". */
  override name = "VerifyError";
}

/** @throws {VerifyError} when a kernel reads or writes outside its tensors, or reads what another point overwrites. */
export function verifyKernel({ name, parts, tensors }: Kernel): void {
  const assigned = new Set(parts.flatMap(({ assignments }) => assignments.map(({ tensor }) => tensor)));
  for (const { axes, assignments } of parts) {
    for (const assignment of assignments) {
      const fail = (what: string) => new VerifyError(`${name}: ${what} in ${assignmentText(assignment)}`);
      const visit = (expr: Expr, open: ReadonlySet<unknown>, reduced: boolean) => {
        if (expr.kind === "load") {
          const { shape } = tensors[expr.tensor];
          if (expr.index.length !== shape.length) {
            throw fail(`${expr.tensor} has ${shape.length} dimensions, not ${expr.index.length}`);
          }
          for (const [d, index] of expr.index.entries()) {
            if (index.kind === "load" || shape[d] === Infinity) continue;
            for (const { axis } of index.terms) if (!open.has(axis)) throw fail(`axis ${axis.name} is not open`);
            const [low, high] = bounds(index);
            if (!expr.padded && (low < 0 || high >= shape[d])) {
              throw fail(`index ${d} of ${expr.tensor} runs from ${low} to ${high} of ${shape[d]}`);
            }
          }
          if (assigned.has(expr.tensor)) {
            const same = assignments.some(({ tensor, index }) =>
              tensor === expr.tensor && JSON.stringify(index) === JSON.stringify(expr.index)
            );
            if (!same || reduced) throw fail(`${expr.tensor} is read at another place than it is written`);
          }
        }
        const inside = expr.kind === "reduce" ? new Set([...open, ...expr.axes]) : open;
        for (const child of children(expr)) visit(child, inside, reduced || expr.kind === "reduce");
      };
      visit(assignment.value, new Set(axes), false);
      const { shape, below } = tensors[assignment.tensor];
      if (below !== undefined && !isBelow(assignment.value, below, tensors)) {
        throw fail(`a value that may not be below ${below} is written to ${assignment.tensor}`);
      }
      for (const [d, index] of assignment.index.entries()) {
        if (shape[d] === Infinity) continue;
        const [low, high] = bounds(index);
        if (low < 0 || high >= shape[d]) {
          throw fail(`index ${d} of ${assignment.tensor} runs from ${low} to ${high} of ${shape[d]}`);
        }
      }
      for (const expr of expressions(assignment.value)) {
        // all later stages tell axes apart by their names
        const names = [...freeAxes(expr)].map((axis) => axis.name);
        const twice = names.find((name, i) => names.indexOf(name) !== i);
        if (twice !== undefined) throw fail(`two axes are called ${twice}`);
        if (expr.kind === "op" && expr.operands.length !== OPS[expr.op].operands.length) {
          // such a formula cannot be printed
          throw new VerifyError(`${name}: ${expr.op} has ${expr.operands.length} operands in ${assignment.tensor}`);
        }
      }
    }
  }
}

/** Whether an integer is surely below a limit: a place among so many, or loaded from where all are. */
function isBelow(value: Expr, limit: number | "samples", tensors: Kernel["tensors"]): boolean {
  if (value.kind === "load") return tensors[value.tensor].below === limit;
  return value.kind === "reduce" && value.reduction === "argmax" && typeof limit === "number" &&
    value.axes.reduce((places, { extent }) => places * extent, 1) <= limit;
}

/** A range of integers, and how often a run-time row number is in it. */
interface Loop {
  readonly from: number;
  readonly step: number;
  readonly count: number;
}
type Meaning =
  | { readonly kind: "loop"; readonly loop: Loop }
  | { readonly kind: "derived"; readonly offset: Offset }
  | { readonly kind: "below"; readonly limit: number }
  | { readonly kind: "row"; readonly of: "samples" | "steps" }
  /** So many elements of a tensor in the workgroup's memory. */
  | { readonly kind: "box"; readonly elements: number; readonly type: Type }
  | { readonly kind: "unknown" };

/** Where a statement stands. */
interface Context {
  /** Loops around it. */
  readonly loops: number;
  /** Whether one thread or invocation runs it, or each its own iterations. */
  readonly alone: boolean;
  /** Where all invocations of a workgroup come by: the variables that they have in common. */
  readonly joint?: ReadonlySet<string>;
}

type Meanings = ReadonlyMap<string, Meaning>;

/** What is known of the names in a body: those around it, and its own as they come. */
class Known {
  constructor(
    readonly meanings: Map<string, Meaning> = new Map(),
    readonly types: Map<string, Type> = new Map(),
    /** Accumulators that it may set. */
    readonly mutable: Set<string> = new Set(),
  ) {}

  /** For a body inside of this one. */
  inner(mutable: ReadonlySet<string> = this.mutable): Known {
    return new Known(new Map(this.meanings), new Map(this.types), new Set(mutable));
  }

  has(name: string): boolean {
    return this.types.has(name) || this.meanings.has(name);
  }
}

type Of<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/**
 * @param signed whether an index may be negative before its constant is added: not where addresses are unsigned.
 * @throws {VerifyError} when anything about the nest is left unproven.
 */
export function verifyNest(nest: LoopNest, signed = false): void {
  new Proof(nest, signed).run();
}

class Proof {
  readonly #nest: LoopNest;
  readonly #signed: boolean;
  readonly #stores = new Map<string, { offset: Offset; meanings: Meanings }[]>();
  /** Invocations that grids have so far. */
  #taken = 0;

  constructor(nest: LoopNest, signed: boolean) {
    this.#nest = nest;
    this.#signed = signed;
  }

  run(): void {
    const { body, parallel, invocations, outputs } = this.#nest;
    const alone = parallel === undefined && invocations === undefined;
    this.#body(body, new Known(new Map([["step", { kind: "row", of: "steps" }]])), { loops: 0, alone });
    for (const tensor of outputs) if (!this.#stores.has(tensor)) throw this.#fail(`${tensor} is never written`);
    for (const [tensor, places] of this.#stores) proveWrites(this.#nest, tensor, places);
  }

  #fail(what: string): VerifyError {
    return new VerifyError(`${this.#nest.name}: ${what}`);
  }

  /** An index in terms of loops and loaded integers. */
  #expand(offset: Offset, meanings: Meanings): Offset {
    return combine(
      [constantOffset(offset.constant), 1],
      ...offset.terms.map(({ variable, coefficient }) => {
        const meaning = meanings.get(variable);
        if (!meaning) throw this.#fail(`${variable} is not defined`);
        const own = { constant: 0, terms: [{ variable, coefficient: 1 }] };
        return [meaning.kind === "derived" ? this.#expand(meaning.offset, meanings) : own, coefficient] as const;
      }),
    );
  }

  /** Smallest and largest value of an index. */
  #range(of: string, { constant, terms }: Offset, meanings: Meanings): [number, number] {
    let low = constant, high = constant;
    for (const { variable, coefficient } of terms) {
      const meaning = meanings.get(variable)!;
      const range = meaning.kind === "loop"
        ? [meaning.loop.from, meaning.loop.from + (meaning.loop.count - 1) * meaning.loop.step]
        : meaning.kind === "below"
        ? [0, meaning.limit - 1]
        : undefined;
      if (!range) throw this.#fail(`nothing is known of ${variable}, which is in an index of ${of}`);
      low += Math.min(coefficient * range[0], coefficient * range[1]);
      high += Math.max(coefficient * range[0], coefficient * range[1]);
    }
    return [low, high];
  }

  /** An access to so many elements from an index on, in terms of loops and loaded integers, proven to lie inside. */
  #prove(tensor: string, raw: Offset, meanings: Meanings, elements: number): Offset {
    const type = this.#nest.tensors[tensor];
    if (!type) throw this.#fail(`tensor ${tensor} is not defined`);
    const offset = this.#expand(raw, meanings), row = rowLength(type);
    const isRow = ({ variable, coefficient }: Offset["terms"][number]) => {
      const meaning = meanings.get(variable)!;
      return meaning.kind === "row" && meaning.of === type.rows && coefficient === row;
    };
    const within = { ...offset, terms: offset.terms.filter((term) => !isRow(term)) };
    const [low, first] = this.#range(tensor, within, meanings), high = first + elements - 1;
    const rows = offset.terms.length - within.terms.length;
    if (type.rows !== undefined && rows !== 1) throw this.#fail(`${tensor} is not accessed by one row number`);
    if (low < 0 || high >= row) {
      throw this.#fail(`an access to ${tensor} reaches from ${low} to ${high}, and it has ${row} elements`);
    }
    // addresses are unsigned: only a constant may be added to them, and none that brings them back from below 0
    if (!this.#signed && low < raw.constant) {
      throw this.#fail(`an index of ${tensor} is ${low - raw.constant} before its constant is added`);
    }
    return offset;
  }

  /** The type of a value, whose operands fit and whose accesses lie inside. */
  #check(value: Value, known: Known): Type {
    const { meanings, types } = known;
    switch (value.kind) {
      case "constant":
        break;
      case "offset":
      case "ramp":
        this.#expand(value.offset, meanings);
        break;
      case "local": {
        const type = types.get(value.name);
        if (type === undefined) throw this.#fail(`${value.name} is not defined`);
        if (type !== value.type) throw this.#fail(`${value.name} is ${type}, used as ${value.type}`);
        break;
      }
      case "element":
        this.#prove(value.tensor, value.offset, meanings, isVector(value.type) ? LANES : 1);
        if (
          LOADED[this.#nest.tensors[value.tensor].dtype] !== scalarOf(value.type) ||
          (isVector(value.type) && BYTES[this.#nest.tensors[value.tensor].dtype] !== 4)
        ) {
          throw this.#fail(`${value.tensor} is loaded as ${value.type}`);
        }
        break;
      case "staged": {
        const box = meanings.get(value.name),
          offset = this.#expand(value.offset, meanings),
          wide = isVector(value.type);
        if (box?.kind !== "box") throw this.#fail(`${value.name} is not staged`);
        if (box.type !== value.type && box.type !== scalarOf(value.type)) {
          throw this.#fail(`${value.name} is ${box.type}, used as ${value.type}`);
        }
        const [low, high] = this.#range(value.name, offset, meanings), last = high + (wide ? LANES : 1) - 1;
        if (low < 0 || last >= box.elements) {
          throw this.#fail(
            `an access to ${value.name} reaches from ${low} to ${last}, and it has ${box.elements} elements`,
          );
        }
        if (isVector(box.type) && !isAligned(offset, meanings)) {
          throw this.#fail(`four neighbours of ${value.name} are not taken from a multiple of four`);
        }
        break;
      }
      case "splat": {
        const type = this.#check(value.value, known);
        if (isVector(type)) throw this.#fail(`${type} is put in every lane`);
        break;
      }
      case "total": {
        const type = this.#check(value.value, known);
        if (type !== "f32x4") throw this.#fail(`the lanes of ${type} are added`);
        break;
      }
      case "apply": {
        const { operands } = OPS[value.op];
        if (operands.length !== value.operands.length) {
          throw this.#fail(`${value.op} has ${value.operands.length} operands`);
        }
        const found = value.operands.map((operand) => this.#check(operand, known));
        const wide = found.some(isVector);
        for (const [i, type] of found.entries()) {
          const expected = wide ? `${operands[i]}x4` : operands[i];
          if (type !== expected) throw this.#fail(`operand ${i} of ${value.op} is ${type}, not ${expected}`);
        }
      }
    }
    return typeOf(value);
  }

  #body(body: readonly Statement[], known: Known, context: Context): void {
    for (const s of body) this.#statement(s, known, context);
  }

  #statement(s: Statement, known: Known, context: Context): void {
    switch (s.kind) {
      case "loop":
        return this.#loop(s, known, context);
      case "grid":
        return this.#grid(s, known, context);
      case "combine":
        throw this.#fail("sums are combined outside of a grid with members");
      case "block":
        return this.#body(s.body, known.inner(), {
          ...context,
          alone: context.alone || s.last && context.loops === 0,
        });
      case "stage":
        return this.#stage(s, known, context);
      case "let":
      case "variable":
        return this.#define(s, known);
      case "set": {
        if (!known.mutable.has(s.name)) throw this.#fail(`${s.name} is set and is no accumulator`);
        const type = this.#check(s.value, known), own = known.types.get(s.name);
        if (type !== own) throw this.#fail(`${s.name} is ${own}, set to ${type}`);
        return;
      }
      case "store":
        return this.#store(s, known, context);
    }
  }

  #undefined(name: string, known: Known): void {
    if (known.has(name)) throw this.#fail(`${name} is defined twice`);
  }

  #define(s: Of<"let"> | Of<"variable">, known: Known): void {
    this.#undefined(s.name, known);
    const type = this.#check(s.value, known);
    if (type !== s.type) throw this.#fail(`${s.name} is ${s.type}, its value ${type}`);
    known.types.set(s.name, type);
    if (s.kind === "variable") known.mutable.add(s.name);
    if (type === "i32" && s.kind === "let") known.meanings.set(s.name, this.#meaningOf(s.value));
  }

  #meaningOf(value: Value): Meaning {
    if (value.kind === "offset") return { kind: "derived", offset: value.offset };
    const below = value.kind === "element" ? this.#nest.tensors[value.tensor].below : undefined;
    if (below === "samples") return { kind: "row", of: "samples" };
    return below === undefined ? { kind: "unknown" } : { kind: "below", limit: below };
  }

  #loop({ variable, from, to, step, parallel, body }: Of<"loop">, known: Known, context: Context): void {
    const { loops, alone, joint } = context, count = Math.ceil((to - from) / step), shared = this.#nest.parallel;
    this.#undefined(variable, known);
    if (count < 1 || (to - from) % step !== 0) {
      throw this.#fail(`loop over ${variable} is not a whole number of steps`);
    }
    if (parallel && (loops > 0 || from !== 0 || step !== shared?.step || to !== shared.iterations * step)) {
      throw this.#fail(`loop over ${variable} is parallel, and is not what threads share`);
    }
    // threads have no accumulator in common
    const inside = known.inner(parallel ? new Set() : undefined);
    inside.meanings.set(variable, { kind: "loop", loop: { from, step, count } });
    this.#body(body, inside, {
      loops: loops + 1,
      alone: alone || parallel,
      ...joint && { joint: new Set([...joint, variable]) },
    });
  }

  #grid(s: Of<"grid">, known: Known, { loops, alone }: Context): void {
    const { invocations = 0 } = this.#nest;
    if (loops > 0 || alone) throw this.#fail("a grid is inside of a loop");
    // invocations have no accumulator in common
    const inside = known.inner(new Set());
    for (const { variable, to, step } of [...s.loops, ...s.places ?? []]) {
      this.#undefined(variable, inside);
      if (!(step > 0 && to > 0) || to % step !== 0) {
        throw this.#fail(`grid along ${variable} is not a whole number of steps`);
      }
      inside.meanings.set(variable, { kind: "loop", loop: { from: 0, step, count: to / step } });
    }
    if (s.first < this.#taken) throw this.#fail(`a grid begins at invocation ${s.first}, which another one has`);
    this.#taken = s.first + gridInvocations(s);
    if (s.first < 0 || this.#taken > invocations) {
      throw this.#fail(`a grid needs more than ${invocations} invocations`);
    }
    const crew = membersOf(s) * gridPoints({ loops: s.places ?? [] });
    if (s.places && (crew !== WORKGROUP || s.first % WORKGROUP !== 0)) {
      throw this.#fail(`${crew} invocations from ${s.first} on are no workgroup`);
    }
    const context: Context = {
      loops: loops + 1,
      alone: true,
      ...s.places && { joint: new Set(s.loops.map(({ variable }) => variable)) },
    };
    if (s.members) this.#members(s, inside, context);
    else this.#body(s.body, inside, context);
  }

  /** The body of a grid whose points have several invocations. */
  #members({ first, members = [], body }: Of<"grid">, known: Known, context: Context): void {
    const team = membersOf({ members });
    if (!(team <= WORKGROUP && Number.isInteger(Math.log2(team))) || first % WORKGROUP !== 0) {
      throw this.#fail(`${team} members from invocation ${first} are of no one workgroup`);
    }
    const at = body.findIndex(({ kind }) => kind === "combine"), combine = body[at];
    if (combine?.kind !== "combine") throw this.#fail("members have nothing in common");
    const each = known.inner(), before = body.slice(0, at);
    for (const { variable, to } of members) {
      this.#undefined(variable, each);
      each.meanings.set(variable, { kind: "loop", loop: { from: 0, step: 1, count: to } });
    }
    this.#body(before, each, { ...context, alone: false });
    // what is the same for all members is known behind it too, and the sums are
    const one = known.inner(), apart = new Set(members.map(({ variable }) => variable));
    for (const s of before) {
      if (s.kind === "variable" || s.kind === "let" && namesIn(s.value).some((name) => apart.has(name))) {
        apart.add(s.name);
      } else if (s.kind === "let") {
        one.types.set(s.name, s.type);
        if (s.type === "i32") one.meanings.set(s.name, this.#meaningOf(s.value));
      }
    }
    for (const { name, type } of combine.sums) {
      const found = each.types.get(name);
      if (found !== type || scalarOf(type) !== "f32") throw this.#fail(`${name} is ${found}, combined as ${type}`);
      if (!before.some((s) => s.kind === "variable" && s.name === name)) {
        throw this.#fail(`${name} is combined and is no accumulator`);
      }
      one.types.set(name, type);
      one.mutable.add(name);
    }
    this.#body(body.slice(at + 1), one, { loops: context.loops, alone: true });
  }

  #stage({ name, tensor, offset, box, type }: Of<"stage">, known: Known, { joint }: Context): void {
    if (!joint) throw this.#fail(`${name} is staged where not all of a workgroup come by`);
    this.#undefined(name, known);
    const { dtype, rows } = this.#nest.tensors[tensor] ?? {};
    const apart = this.#expand(offset, known.meanings).terms.find(({ variable }) => !joint.has(variable));
    if (apart) throw this.#fail(`where ${name} lies depends on ${apart.variable}, which a workgroup has no one of`);
    // a box is what a loop over each of its dimensions would access
    const sides = box.map(({ extent, stride }, d): [string, Meaning, number] => {
      if (!(extent > 0)) throw this.#fail(`${name} is ${extent} long`);
      return [`side ${d}`, { kind: "loop", loop: { from: 0, step: 1, count: extent } }, stride];
    });
    const terms = sides.map(([variable, , coefficient]) => ({ variable, coefficient }));
    this.#prove(
      tensor,
      { ...offset, terms: [...offset.terms, ...terms] },
      new Map([...known.meanings, ...sides.map(([variable, meaning]) => [variable, meaning] as const)]),
      1,
    );
    const last = box.at(-1);
    if (
      rows !== undefined || BYTES[dtype] !== 4 || LOADED[dtype] !== scalarOf(type) ||
      isVector(type) && !(last?.stride === 1 && last.extent % LANES === 0)
    ) {
      throw this.#fail(`${tensor} is staged as ${type}`);
    }
    if (this.#nest.outputs.includes(tensor)) throw this.#fail(`${tensor} is staged and written`);
    known.meanings.set(name, { kind: "box", elements: stagedElements({ box }), type });
  }

  #store({ tensor, offset: raw, value }: Of<"store">, known: Known, { alone }: Context): void {
    const type = this.#check(value, known), { dtype, rows } = this.#nest.tensors[tensor] ?? {};
    const elements = isVector(type) ? LANES : 1, offset = this.#prove(tensor, raw, known.meanings, elements);
    if (!alone) throw this.#fail(`${tensor} is written by every thread`);
    if (rows === "samples") throw this.#fail(`${tensor} belongs to the run and is written`);
    if (LOADED[dtype] !== scalarOf(type) || (isVector(type) && BYTES[dtype] !== 4)) {
      throw this.#fail(`${tensor} holds ${dtype}, and ${type} is stored`);
    }
    const places = this.#stores.get(tensor) ?? [];
    this.#stores.set(tensor, places);
    for (let lane = 0; lane < elements; lane++) {
      places.push({ offset: combine([offset, 1], [constantOffset(lane), 1]), meanings: known.meanings });
    }
  }
}

/** Whether an index is always a multiple of four. */
function isAligned({ constant, terms }: Offset, meanings: ReadonlyMap<string, Meaning>): boolean {
  let first = constant;
  for (const { variable, coefficient } of terms) {
    const meaning = meanings.get(variable)!;
    if (meaning.kind !== "loop" || coefficient * meaning.loop.step % LANES !== 0) return false;
    first += coefficient * meaning.loop.from;
  }
  return first % LANES === 0;
}

/** The locals in a value. */
function namesIn(value: Value): string[] {
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

/**
 * Every element of a tensor is written exactly once, and its halo never: by going through all of them. Of a tensor with a
 * row for each step these are the elements of the step's row.
 */
function proveWrites(
  nest: LoopNest,
  tensor: string,
  places: readonly { offset: Offset; meanings: Meanings }[],
): void {
  const type = nest.tensors[tensor];
  const written = new Uint8Array(rowLength(type));
  let writes = 0;
  for (const { offset, meanings } of places) {
    const within = offset.terms.filter(({ variable }) => meanings.get(variable)!.kind !== "row");
    const loops = within.map(({ variable, coefficient }) => {
      const meaning = meanings.get(variable)!;
      if (meaning.kind !== "loop") {
        throw new VerifyError(`${nest.name}: ${tensor} is written at an index that was loaded`);
      }
      return {
        start: coefficient * meaning.loop.from,
        step: coefficient * meaning.loop.step,
        count: meaning.loop.count,
      };
    }).sort((a, b) => b.step - a.step);
    // a loop that does not move the store would repeat it
    const moved = new Set(offset.terms.map(({ variable }) => variable));
    for (const [variable, meaning] of meanings) {
      if (meaning.kind === "loop" && meaning.loop.count > 1 && !moved.has(variable)) {
        throw new VerifyError(`${nest.name}: ${tensor} is written once for every ${variable}`);
      }
    }
    const visit = (d: number, at: number) => {
      if (d === loops.length) {
        if (written[at]++) throw new VerifyError(`${nest.name}: element ${at} of ${tensor} is written twice`);
        writes++;
        return;
      }
      const { start, step, count } = loops[d];
      if (d === loops.length - 1) {
        for (let i = 0, place = at + start; i < count; i++, place += step) {
          if (written[place]++) throw new VerifyError(`${nest.name}: element ${place} of ${tensor} is written twice`);
        }
        writes += count;
        return;
      }
      for (let i = 0; i < count; i++) visit(d + 1, at + start + i * step);
    };
    visit(0, offset.constant);
  }
  const elements = type.shape.reduce((product, extent) => extent === Infinity ? product : product * extent, 1);
  if (writes !== elements) {
    throw new VerifyError(`${nest.name}: ${writes} of ${elements} elements of ${tensor} are written`);
  }
  if (type.halo.every(([before, after]) => before + after === 0)) return;
  const stride = strides(type);
  const inside = (d: number, at: number): number =>
    d === stride.length
      ? written[at]
      : Array.from({ length: type.shape[d] }, (_, i) => inside(d + 1, at + (i + type.halo[d][0]) * stride[d])).reduce(
        (a, b) => a + b,
        0,
      );
  if (inside(0, 0) !== elements) throw new VerifyError(`${nest.name}: the halo of ${tensor} is written`);
}

/** Elements of the storage, or of one row of it where the rows are the run's. */
function rowLength({ shape, halo }: TensorType): number {
  return shape.reduce(
    (product, extent, d) => extent === Infinity ? product : product * (extent + halo[d][0] + halo[d][1]),
    1,
  );
}
