/**
 * Stage 8: the proof that a kernel may run unchecked.
 *
 * Of a kernel: every index lies inside its tensor (or is marked as padded), and what it overwrites it reads only at the
 * very place it overwrites. Of its loop nest: names are defined, types agree, every offset lies inside the tensor's
 * storage for all iterations, and each element of each output is written exactly once, by one iteration of one thread.
 *
 * @module
 */
import { bounds, combine, constantOffset } from "./affine.ts";
import { children, expressions, freeAxes } from "./expr.ts";
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
  type Statement,
  type TensorType,
  type Type,
  typeOf,
  type Value,
  WORKGROUP,
} from "./ir.ts";
import { assignmentText } from "./ir_text.ts";
import { strides } from "./lower.ts";

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

/**
 * @param signed whether an index may be negative before its constant is added: not where addresses are unsigned.
 * @throws {VerifyError} when anything about the nest is left unproven.
 */
export function verifyNest(nest: LoopNest, signed = false): void {
  const fail = (what: string) => new VerifyError(`${nest.name}: ${what}`);
  const stores = new Map<string, { offset: Offset; meanings: Map<string, Meaning> }[]>();

  const expand = (offset: Offset, meanings: ReadonlyMap<string, Meaning>): Offset =>
    combine(
      [constantOffset(offset.constant), 1],
      ...offset.terms.map(({ variable, coefficient }) => {
        const meaning = meanings.get(variable);
        if (!meaning) throw fail(`${variable} is not defined`);
        const own = { constant: 0, terms: [{ variable, coefficient: 1 }] };
        return [meaning.kind === "derived" ? expand(meaning.offset, meanings) : own, coefficient] as const;
      }),
    );

  /** Smallest and largest value of an index. */
  const range = (of: string, { constant, terms }: Offset, meanings: ReadonlyMap<string, Meaning>): [number, number] => {
    let low = constant, high = constant;
    for (const { variable, coefficient } of terms) {
      const meaning = meanings.get(variable)!;
      const range = meaning.kind === "loop"
        ? [meaning.loop.from, meaning.loop.from + (meaning.loop.count - 1) * meaning.loop.step]
        : meaning.kind === "below"
        ? [0, meaning.limit - 1]
        : undefined;
      if (!range) throw fail(`nothing is known of ${variable}, which is in an index of ${of}`);
      low += Math.min(coefficient * range[0], coefficient * range[1]);
      high += Math.max(coefficient * range[0], coefficient * range[1]);
    }
    return [low, high];
  };

  const prove = (tensor: string, raw: Offset, meanings: ReadonlyMap<string, Meaning>, elements: number): Offset => {
    const type = nest.tensors[tensor];
    if (!type) throw fail(`tensor ${tensor} is not defined`);
    const offset = expand(raw, meanings), row = rowLength(type);
    const isRow = ({ variable, coefficient }: Offset["terms"][number]) => {
      const meaning = meanings.get(variable)!;
      return meaning.kind === "row" && meaning.of === type.rows && coefficient === row;
    };
    const within = { ...offset, terms: offset.terms.filter((term) => !isRow(term)) };
    const [low, first] = range(tensor, within, meanings), high = first + elements - 1;
    const rows = offset.terms.length - within.terms.length;
    if (type.rows !== undefined && rows !== 1) throw fail(`${tensor} is not accessed by one row number`);
    if (low < 0 || high >= row) {
      throw fail(`an access to ${tensor} reaches from ${low} to ${high}, and it has ${row} elements`);
    }
    // addresses are unsigned: only a constant may be added to them, and none that brings them back from below 0
    if (!signed && low < raw.constant) {
      throw fail(`an index of ${tensor} is ${low - raw.constant} before its constant is added`);
    }
    return offset;
  };

  const check = (value: Value, meanings: ReadonlyMap<string, Meaning>, types: ReadonlyMap<string, Type>): Type => {
    switch (value.kind) {
      case "constant":
        break;
      case "offset":
      case "ramp":
        expand(value.offset, meanings);
        break;
      case "local": {
        const type = types.get(value.name);
        if (type === undefined) throw fail(`${value.name} is not defined`);
        if (type !== value.type) throw fail(`${value.name} is ${type}, used as ${value.type}`);
        break;
      }
      case "element":
        prove(value.tensor, value.offset, meanings, isVector(value.type) ? LANES : 1);
        if (
          LOADED[nest.tensors[value.tensor].dtype] !== scalarOf(value.type) ||
          (isVector(value.type) && BYTES[nest.tensors[value.tensor].dtype] !== 4)
        ) {
          throw fail(`${value.tensor} is loaded as ${value.type}`);
        }
        break;
      case "staged": {
        const box = meanings.get(value.name), offset = expand(value.offset, meanings), wide = isVector(value.type);
        if (box?.kind !== "box") throw fail(`${value.name} is not staged`);
        if (box.type !== value.type && box.type !== scalarOf(value.type)) {
          throw fail(`${value.name} is ${box.type}, used as ${value.type}`);
        }
        const [low, high] = range(value.name, offset, meanings), last = high + (wide ? LANES : 1) - 1;
        if (low < 0 || last >= box.elements) {
          throw fail(`an access to ${value.name} reaches from ${low} to ${last}, and it has ${box.elements} elements`);
        }
        if (isVector(box.type) && !isAligned(offset, meanings)) {
          throw fail(`four neighbours of ${value.name} are not taken from a multiple of four`);
        }
        break;
      }
      case "splat": {
        const type = check(value.value, meanings, types);
        if (isVector(type)) throw fail(`${type} is put in every lane`);
        break;
      }
      case "total": {
        const type = check(value.value, meanings, types);
        if (type !== "f32x4") throw fail(`the lanes of ${type} are added`);
        break;
      }
      case "apply": {
        const { operands } = OPS[value.op];
        if (operands.length !== value.operands.length) throw fail(`${value.op} has ${value.operands.length} operands`);
        const found = value.operands.map((operand) => check(operand, meanings, types));
        const wide = found.some(isVector);
        for (const [i, type] of found.entries()) {
          const expected = wide ? `${operands[i]}x4` : operands[i];
          if (type !== expected) throw fail(`operand ${i} of ${value.op} is ${type}, not ${expected}`);
        }
      }
    }
    return typeOf(value);
  };

  let taken = 0;
  const walk = (
    body: readonly Statement[],
    outerMeanings: Map<string, Meaning>,
    outerTypes: Map<string, Type>,
    outerMutable: Set<string>,
    { loops, alone, joint }: Context,
  ): ReadonlyMap<string, Type> => {
    const meanings = new Map(outerMeanings), types = new Map(outerTypes), mutable = new Set(outerMutable);
    for (const s of body) {
      switch (s.kind) {
        case "loop": {
          const { variable, from, to, step, parallel } = s, count = Math.ceil((to - from) / step);
          if (types.has(variable) || meanings.has(variable)) throw fail(`${variable} is defined twice`);
          if (count < 1 || (to - from) % step !== 0) {
            throw fail(`loop over ${variable} is not a whole number of steps`);
          }
          const shared = nest.parallel;
          if (parallel && (loops > 0 || from !== 0 || step !== shared?.step || to !== shared.iterations * step)) {
            throw fail(`loop over ${variable} is parallel, and is not what threads share`);
          }
          walk(
            s.body,
            new Map([...meanings, [variable, { kind: "loop", loop: { from, step, count } }]]),
            types,
            // threads have no accumulator in common
            parallel ? new Set() : mutable,
            { loops: loops + 1, alone: alone || parallel, ...joint && { joint: new Set([...joint, variable]) } },
          );
          break;
        }
        case "grid": {
          const { invocations = 0 } = nest;
          if (loops > 0 || alone) throw fail("a grid is inside of a loop");
          const inside = new Map(meanings);
          for (const { variable, to, step } of [...s.loops, ...s.places ?? []]) {
            if (types.has(variable) || inside.has(variable)) throw fail(`${variable} is defined twice`);
            if (!(step > 0 && to > 0) || to % step !== 0) {
              throw fail(`grid along ${variable} is not a whole number of steps`);
            }
            inside.set(variable, { kind: "loop", loop: { from: 0, step, count: to / step } });
          }
          if (s.first < taken) throw fail(`a grid begins at invocation ${s.first}, which another one has`);
          taken = s.first + gridInvocations(s);
          if (s.first < 0 || taken > invocations) {
            throw fail(`a grid needs more than ${invocations} invocations`);
          }
          // invocations have no accumulator in common
          const own = { loops: loops + 1, alone: true };
          const team = membersOf(s), crew = team * gridPoints({ loops: s.places ?? [] });
          if (s.places && (crew !== WORKGROUP || s.first % WORKGROUP !== 0)) {
            throw fail(`${crew} invocations from ${s.first} on are no workgroup`);
          }
          const all = s.places && { joint: new Set(s.loops.map(({ variable }) => variable)) };
          if (!s.members) {
            walk(s.body, inside, types, new Set(), { ...own, ...all });
            break;
          }
          if (!(team <= WORKGROUP && Number.isInteger(Math.log2(team))) || s.first % WORKGROUP !== 0) {
            throw fail(`${team} members from invocation ${s.first} are of no one workgroup`);
          }
          const at = s.body.findIndex(({ kind }) => kind === "combine"), combine = s.body[at];
          if (combine?.kind !== "combine") throw fail("members have nothing in common");
          const shares = new Map(inside);
          for (const { variable, to } of s.members) {
            if (types.has(variable) || shares.has(variable)) throw fail(`${variable} is defined twice`);
            shares.set(variable, { kind: "loop", loop: { from: 0, step: 1, count: to } });
          }
          const before = s.body.slice(0, at), after = s.body.slice(at + 1);
          const shared = walk(before, shares, types, new Set(), { ...own, ...all, alone: false });
          // what is the same for all members is known behind it too, and the sums are
          const kept = new Map(inside), known = new Map(types);
          const apart = new Set(s.members.map(({ variable }) => variable));
          for (const each of before) {
            if (
              each.kind === "variable" || each.kind === "let" && namesIn(each.value).some((name) => apart.has(name))
            ) {
              apart.add(each.name);
            } else if (each.kind === "let") {
              known.set(each.name, each.type);
              if (each.type === "i32") kept.set(each.name, meaningOf(each.value));
            }
          }
          for (const { name, type } of combine.sums) {
            const found = shared.get(name);
            if (found !== type || scalarOf(type) !== "f32") throw fail(`${name} is ${found}, combined as ${type}`);
            if (!before.some((each) => each.kind === "variable" && each.name === name)) {
              throw fail(`${name} is combined and is no accumulator`);
            }
            known.set(name, type);
          }
          walk(after, kept, known, new Set(combine.sums.map(({ name }) => name)), own);
          break;
        }
        case "combine":
          throw fail("sums are combined outside of a grid with members");
        case "block":
          walk(s.body, meanings, types, mutable, {
            loops,
            alone: alone || s.last && loops === 0,
            ...joint && { joint },
          });
          break;
        case "stage": {
          if (!joint) throw fail(`${s.name} is staged where not all of a workgroup come by`);
          if (types.has(s.name) || meanings.has(s.name)) throw fail(`${s.name} is defined twice`);
          const type = nest.tensors[s.tensor], own = expand(s.offset, meanings).terms;
          const apart = own.find(({ variable }) => !joint.has(variable));
          if (apart) throw fail(`where ${s.name} lies depends on ${apart.variable}, which a workgroup has no one of`);
          // a box is what a loop over each of its dimensions would access
          const sides = s.box.map(({ extent, stride }, d): [string, Meaning, number] => {
            if (!(extent > 0)) throw fail(`${s.name} is ${extent} long`);
            return [`side ${d}`, { kind: "loop", loop: { from: 0, step: 1, count: extent } }, stride];
          });
          const terms = sides.map(([variable, , coefficient]) => ({ variable, coefficient }));
          prove(
            s.tensor,
            { ...s.offset, terms: [...s.offset.terms, ...terms] },
            new Map([...meanings, ...sides.map(([name, meaning]) => [name, meaning] as const)]),
            1,
          );
          const last = s.box.at(-1), elements = s.box.reduce((product, { extent }) => product * extent, 1);
          if (
            type.rows !== undefined || BYTES[type.dtype] !== 4 || LOADED[type.dtype] !== scalarOf(s.type) ||
            isVector(s.type) && !(last?.stride === 1 && last.extent % LANES === 0)
          ) {
            throw fail(`${s.tensor} is staged as ${s.type}`);
          }
          if (nest.outputs.includes(s.tensor)) throw fail(`${s.tensor} is staged and written`);
          meanings.set(s.name, { kind: "box", elements, type: s.type });
          break;
        }
        case "let":
        case "variable": {
          if (types.has(s.name) || meanings.has(s.name)) throw fail(`${s.name} is defined twice`);
          const type = check(s.value, meanings, types);
          if (type !== s.type) throw fail(`${s.name} is ${s.type}, its value ${type}`);
          types.set(s.name, type);
          if (s.kind === "variable") mutable.add(s.name);
          if (type === "i32" && s.kind === "let") meanings.set(s.name, meaningOf(s.value));
          break;
        }
        case "set": {
          if (!mutable.has(s.name)) throw fail(`${s.name} is set and is no accumulator`);
          const type = check(s.value, meanings, types);
          if (type !== types.get(s.name)) throw fail(`${s.name} is ${types.get(s.name)}, set to ${type}`);
          break;
        }
        case "store": {
          const type = check(s.value, meanings, types), { dtype, rows } = nest.tensors[s.tensor] ?? {};
          const elements = isVector(type) ? LANES : 1;
          const offset = prove(s.tensor, s.offset, meanings, elements);
          if (!alone) throw fail(`${s.tensor} is written by every thread`);
          if (rows !== undefined) throw fail(`${s.tensor} belongs to the run and is written`);
          if (LOADED[dtype] !== scalarOf(type) || (isVector(type) && BYTES[dtype] !== 4)) {
            throw fail(`${s.tensor} holds ${dtype}, and ${type} is stored`);
          }
          const places = stores.get(s.tensor) ?? [];
          stores.set(s.tensor, places);
          for (let lane = 0; lane < elements; lane++) {
            places.push({ offset: combine([offset, 1], [constantOffset(lane), 1]), meanings });
          }
        }
      }
    }
    return types;
  };
  const meaningOf = (value: Value): Meaning => {
    if (value.kind === "offset") return { kind: "derived", offset: value.offset };
    const below = value.kind === "element" ? nest.tensors[value.tensor].below : undefined;
    if (below === "samples") return { kind: "row", of: "samples" };
    return below === undefined ? { kind: "unknown" } : { kind: "below", limit: below };
  };

  walk(nest.body, new Map([["step", { kind: "row", of: "steps" }]]), new Map(), new Set(), {
    loops: 0,
    alone: nest.parallel === undefined && nest.invocations === undefined,
  });
  for (const tensor of nest.outputs) if (!stores.has(tensor)) throw fail(`${tensor} is never written`);
  for (const [tensor, places] of stores) proveWrites(nest, tensor, places);
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

/** Every element of a tensor is written exactly once, and its halo never: by going through all of them. */
function proveWrites(
  nest: LoopNest,
  tensor: string,
  places: readonly { offset: Offset; meanings: Map<string, Meaning> }[],
): void {
  const type = nest.tensors[tensor];
  const written = new Uint8Array(rowLength(type));
  let writes = 0;
  for (const { offset, meanings } of places) {
    const loops = offset.terms.map(({ variable, coefficient }) => {
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
  const elements = type.shape.reduce((product, extent) => product * extent, 1);
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
