/**
 * Stage 6: a kernel and a schedule to a loop nest.
 *
 * One walk. The index space's loops are opened one after the other; at each depth, what depends only on axes already
 * open is computed there. In the innermost body stand all points of the register tile: their reductions run together,
 * so that a load serves every point that needs it, and then each point is stored. Rest iterations of a tiled loop are
 * made by the same functions with a smaller tile.
 *
 * @module
 */
import { combine, constantOffset, offsetKey } from "./affine.ts";
import { expressions, exprKey, freeAxes } from "./expr.ts";
import {
  type Affine,
  type Axis,
  BYTES,
  type Expr,
  type Grid,
  gridInvocations,
  gridPoints,
  isVector,
  type Kernel,
  LANES,
  type Load,
  LOADED,
  type LoopNest,
  membersOf,
  type Offset,
  type Op,
  OPS,
  type Part,
  type Reduce,
  type Scalar,
  scalarOf,
  type Statement,
  STEP,
  type TensorType,
  type Type,
  typeOf,
  type Value,
  WORKGROUP,
  WORKGROUP_BYTES,
  workgroupBytes,
} from "./ir.ts";
import type { Schedule } from "./schedule.ts";
import { type Box, boxesOf, boxKey, type Place, placeInBox, type Range, type Use } from "./stage.ts";

/** Most statements of one kernel: above this, code is no longer read, and engines compile it slowly or not at all. */
export const STATEMENT_BUDGET = 4000;

/** A schedule that cannot be carried out for a kernel. */
export class ScheduleError extends Error {
  /** Always "ScheduleError". */
  override name = "ScheduleError";
}

/** Where an axis is: its offset, and its number within an unrolled group, if it is in one. */
interface Coordinate {
  readonly offset: Offset;
  readonly label?: number;
  /** It is this and the next three, in the lanes of a vector. */
  readonly lanes?: true;
}
/** Coordinates of all open axes. */
type Point = ReadonlyMap<Axis, Coordinate>;

/** Distance between neighbours along each dimension, in elements of the storage. */
export function strides({ shape, halo }: TensorType): number[] {
  const result: number[] = [];
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    result[d] = stride;
    stride *= shape[d] + halo[d][0] + halo[d][1];
  }
  return result;
}

/**
 * Carries out a schedule.
 *
 * @throws {ScheduleError} when the schedule names what the kernel does not have, or unrolls over the budget.
 */
export function lower(kernel: Kernel, schedule: Schedule): LoopNest {
  const key = JSON.stringify(schedule), nests = lowered.get(kernel) ?? new Map<string, LoopNest>();
  lowered.set(kernel, nests);
  const nest = nests.get(key) ?? new Lowering(kernel, schedule).run();
  nests.set(key, nest);
  return nest;
}

/** Nests by kernel and schedule: targets lower a schedule to see whether it fits, and the compiler does it again. */
const lowered = new WeakMap<Kernel, Map<string, LoopNest>>();

/** A block of statements, with what is already computed in it and around it. */
class Scope {
  readonly statements: Statement[] = [];
  readonly #values = new Map<string, Value>();
  readonly #names = new Set<string>();

  /** `kinds`: of all scalars of a nest by name, since some languages declare locals once for a function. */
  constructor(readonly parent?: Scope, readonly kinds: Map<string, Scalar> = parent?.kinds ?? new Map()) {}

  value(key: string): Value | undefined {
    return this.#values.get(key) ?? this.parent?.value(key);
  }

  keep(key: string, value: Value): Value {
    this.#values.set(key, value);
    return value;
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.parent?.has(name) ?? false);
  }

  /** A name not yet taken here or around, nor by a scalar of another type anywhere, as close to the wish as can be. */
  name(wish: string, type: Type): string {
    const kind = isVector(type) ? undefined : scalarOf(type) === "f32" ? "f32" : "i32";
    const clashes = (name: string) => kind !== undefined && (this.kinds.get(name) ?? kind) !== kind;
    let name = wish;
    for (let i = 2; this.has(name) || clashes(name); i++) name = `${wish}_${i}`;
    this.#names.add(name);
    if (kind) this.kinds.set(name, kind);
    return name;
  }

  /** Takes names that stand for something else. */
  reserve(names: readonly string[]): void {
    for (const name of names) this.#names.add(name);
  }
}

/** The workgroup of a grid with tiles. */
interface Workgroup {
  /** Where its invocations come by together. */
  readonly scope: Scope;
  /** The variables that they have in common. */
  readonly joint: Set<string>;
  /** Those that they have not. */
  readonly ranges: ReadonlyMap<string, Range>;
  staged: boolean;
}

class Lowering {
  readonly #kernel: Kernel;
  readonly #schedule: Schedule;
  /** How often each expression of the current part is used. */
  #uses = new Map<string, number>();
  /** The tensor each reduction of the current part is for. */
  #purpose = new Map<string, string>();
  #statements = 0;
  /** Invocations of the grids so far. */
  #invocations = 0;
  /** Of axes of sums that invocations share: the variable that tells a member, and how many there are. */
  #members = new Map<string, { readonly variable: string; readonly to: number }>();
  /** Where the members' sums are taken, and whether that was done. */
  #shared?: { readonly scope: Scope; combined: boolean };
  /** What is known of a workgroup while its grid is open. */
  #workgroup?: Workgroup;
  /** What is in its memory of the tensors that the sum at hand loads. */
  #boxes = new Map<string, Box & { readonly name: string }>();

  constructor(kernel: Kernel, schedule: Schedule) {
    this.#kernel = kernel;
    // a point along each axis is no tile, and a term at a time is not staged: tuning leaves out what is 1
    const said = (sizes: Schedule["stage"]) => Object.values(sizes ?? {}).some((size) => size > 1) ? sizes : undefined;
    this.#schedule = { ...schedule, workgroup: said(schedule.workgroup), stage: said(schedule.stage) };
  }

  run(): LoopNest {
    const { name, parts, tensors } = this.#kernel;
    const known = new Set(
      parts.flatMap(({ axes, assignments }) => [
        ...axes,
        ...assignments.flatMap(({ value }) => expressions(value)).flatMap((e) => e.kind === "reduce" ? e.axes : []),
      ]).map((axis) => axis.name),
    );
    const { order = [], tile = {}, unroll = {}, vectorize, parallel, grid, split = {} } = this.#schedule;
    const { workgroup, stage } = this.#schedule;
    const named = [
      ...order,
      ...Object.keys(tile),
      ...Object.keys(unroll),
      ...vectorize ? [vectorize] : [],
      ...grid ?? [],
      ...Object.keys(split),
      ...Object.keys(workgroup ?? {}),
      ...Object.keys(stage ?? {}),
    ];
    for (const axis of named) {
      if (!known.has(axis)) throw new ScheduleError(`${name} has no axis ${axis}`);
    }
    if (grid && parallel !== undefined) throw new ScheduleError(`${name} cannot be both parallel and a grid`);
    const sharing = Object.values(split).reduce((product, members) => product * members, 1);
    if (sharing > 1 && (!grid || sharing > WORKGROUP || !Number.isInteger(Math.log2(sharing)))) {
      throw new ScheduleError(
        `${name} cannot be split among ${sharing}: that takes a grid, and a power of two up to ${WORKGROUP}`,
      );
    }
    if (workgroup && !grid) throw new ScheduleError(`${name} has workgroups only in a grid`);
    if (stage && !workgroup) throw new ScheduleError(`${name} cannot be staged without workgroup tiles`);
    const shared = parallel === undefined ? undefined : this.#parallel(parallel);
    const body: Statement[] = [], kinds = new Map<string, Scalar>();
    for (const part of parts) {
      const scope = new Scope(undefined, kinds);
      scope.reserve([...Object.keys(tensors), "step", "from", "to"]);
      this.#part(part, scope);
      body.push(
        ...(parts.length > 1 ? [{ kind: "block", last: false, body: scope.statements } as const] : scope.statements),
      );
    }
    if (workgroupBytes(body) > WORKGROUP_BYTES) {
      throw new ScheduleError(
        `${name}: shared sums and what is staged take ${
          workgroupBytes(body)
        } bytes of a workgroup's ${WORKGROUP_BYTES}; use smaller tiles`,
      );
    }
    const outputs = [...new Set(parts.flatMap(({ assignments }) => assignments.map(({ tensor }) => tensor)))];
    return {
      name,
      tensors,
      outputs,
      ...(shared && { parallel: shared }),
      ...(grid && { invocations: this.#invocations }),
      body,
    };
  }

  #parallel(name: string): LoopNest["parallel"] {
    const axes = this.#kernel.parts.map(({ axes }) => axes.find((axis) => axis.name === name));
    const extents = new Set(axes.map((axis) => axis?.extent));
    const [extent] = extents;
    if (extent === undefined || extents.size > 1) {
      throw new ScheduleError(
        `${this.#kernel.name} cannot be shared along ${name}: not all of its parts have that axis with one extent`,
      );
    }
    const { copies, width } = this.#group({ name, extent }, this.#schedule.tile?.[name] ?? 1);
    const step = copies * width;
    return { axis: name, iterations: Math.floor(extent / step), step };
  }

  /** How many scalars or vectors along an axis go together, and how far each lies from the next. */
  #group({ name, extent }: Axis, copies: number): { copies: number; width: number; apart: number } {
    const width = name === this.#schedule.vectorize && extent >= LANES ? LANES : 1;
    const apart = width * (this.#members.get(name)?.to ?? 1);
    return { copies: Math.min(copies, Math.floor(extent / apart)), width, apart };
  }

  /** Coordinates of so many neighbours from a place on; of what members share, those of a member. */
  #neighbours(axis: Axis, base: Offset, count: number, width: number): Coordinate[] {
    const member = this.#members.get(axis.name);
    if (!member) return group(base, count, width);
    return group(combine([base, 1], [variable(member.variable), width]), count, width, width * member.to);
  }

  #part(part: Part, scope: Scope): void {
    this.#uses = new Map();
    this.#purpose = new Map();
    for (const { tensor, value } of part.assignments) {
      const count = (expr: Expr) => {
        const uses = this.#uses.get(exprKey(expr)) ?? 0;
        this.#uses.set(exprKey(expr), uses + 1);
        if (expr.kind === "reduce" && !this.#purpose.has(exprKey(expr))) this.#purpose.set(exprKey(expr), tensor);
        if (uses > 0) return;
        if (expr.kind === "op") expr.operands.forEach(count);
        if (expr.kind === "reduce") count(expr.body);
      };
      count(value);
    }
    const { order = [], parallel } = this.#schedule;
    const rank = (axis: Axis) => {
      if (axis.name === parallel) return -1;
      const place = order.indexOf(axis.name);
      return place < 0 ? order.length + part.axes.indexOf(axis) : place;
    };
    const axes = [...part.axes].sort((a, b) => rank(a) - rank(b));
    const values = part.assignments.map(({ value }) => value);
    this.#spread(
      axes,
      new Map([[STEP, { offset: variable("step") }]]),
      values,
      scope,
      (points, scope) => {
        this.#prepare(values.flatMap((value) => points.map((point) => ({ expr: value, point }))), scope);
        for (const neighbours of this.#rows(points)) {
          // all loads before all arithmetic before all stores: engines pair vectors of neighbours only then, and a point
          // may read what it overwrites
          for (const value of values) for (const point of neighbours) this.#loads(value, point, scope);
          const results = values.map((value) => neighbours.map((point) => this.#evaluate(value, point, scope)));
          for (const [i, { tensor, index }] of part.assignments.entries()) {
            for (const [j, point] of neighbours.entries()) {
              this.#emit(scope, {
                kind: "store",
                tensor,
                offset: this.#flatten(tensor, index, point, scope),
                value: this.#step(tensor, index, point) && !isVector(typeOf(results[i][j]))
                  ? this.#splat(results[i][j], scope)
                  : results[i][j],
              });
            }
          }
        }
      },
    );
  }

  /** Opens the grid if there is one, and the loops inside of it. */
  #spread(
    axes: readonly Axis[],
    start: Point,
    values: readonly Expr[],
    scope: Scope,
    body: (points: readonly Point[], scope: Scope) => void,
  ): void {
    const { grid, tile } = this.#schedule;
    if (!grid) return this.#open(axes, new Set([STEP]), [start], values, scope, body);
    const outer = axes.filter(({ name }) => grid.includes(name))
      .sort((a, b) => grid.indexOf(a.name) - grid.indexOf(b.name));
    const inside = new Scope(scope), loops: Grid["loops"][number][] = [], places: Grid["loops"][number][] = [];
    const members = this.#share(values, inside), { workgroup } = this.#schedule;
    let points: readonly Point[] = [start];
    for (const axis of outer) {
      const { copies, width } = this.#group(axis, tile?.[axis.name] ?? 1), step = copies * width;
      if (axis.extent % step !== 0) {
        throw new ScheduleError(
          `${this.#kernel.name}: steps of ${step} along ${axis.name} leave a rest of its ${axis.extent}, and a grid has none`,
        );
      }
      const together = step * (workgroup?.[axis.name] ?? 1);
      if (axis.extent % together !== 0) {
        throw new ScheduleError(
          `${this.#kernel.name}: workgroups of ${together} along ${axis.name} leave a rest of its ${axis.extent}`,
        );
      }
      const begin = (of: Grid["loops"][number][], wish: string, to: number, step: number): Offset => {
        if (to === step) return constantOffset(0);
        const own = inside.name(wish, "i32");
        of.push({ variable: own, to, step });
        return variable(own);
      };
      const first = begin(loops, together > step ? `${axis.name}_group` : axis.name, axis.extent, together);
      const own = begin(places, `${axis.name}_place`, together, step);
      const coordinates = group(combine([first, 1], [own, 1]), copies, width);
      points = points.flatMap((point) => coordinates.map((c) => new Map([...point, [axis, c]])));
    }
    if (workgroup) {
      const crew = membersOf({ members }) * gridPoints({ loops: places });
      if (crew !== WORKGROUP) {
        throw new ScheduleError(`${this.#kernel.name}: workgroup tiles of ${crew} invocations, not ${WORKGROUP}`);
      }
      const own = [...places, ...members.map((member) => ({ ...member, step: 1 }))];
      this.#workgroup = {
        scope: inside,
        joint: new Set(loops.map(({ variable }) => variable)),
        ranges: new Map(own.map(({ variable, to, step }) => [variable, { largest: to - step, step, term: false }])),
        staged: false,
      };
    }
    const inner = axes.filter((axis) => !outer.includes(axis));
    this.#open(inner, new Set([STEP, ...outer]), points, values, inside, body);
    if (this.#shared?.combined === false) throw new ScheduleError(`${this.#kernel.name} has no sum to share`);
    if (this.#workgroup?.staged === false && this.#schedule.stage) {
      throw new ScheduleError(`${this.#kernel.name} has nothing to stage`);
    }
    this.#members = new Map();
    this.#shared = undefined;
    this.#workgroup = undefined;
    // those that wait for each other are of one workgroup
    const first = members.length > 0 || workgroup
      ? Math.ceil(this.#invocations / WORKGROUP) * WORKGROUP
      : this.#invocations;
    const statement: Grid = {
      kind: "grid",
      first,
      loops,
      ...workgroup && { places },
      ...members.length > 0 && { members },
      body: inside.statements,
    };
    this.#invocations = first + gridInvocations(statement);
    this.#emit(scope, statement);
  }

  /** The members that share the sums of a part, if the schedule says so. */
  #share(values: readonly Expr[], scope: Scope): { variable: string; to: number }[] {
    const split = Object.entries(this.#schedule.split ?? {}).filter(([, members]) => members > 1);
    if (split.length === 0) return [];
    const axes = new Map(
      values.flatMap(expressions).flatMap((e) => e.kind === "reduce" ? e.axes : []).map((axis) => [axis.name, axis]),
    );
    for (const [name, to] of split) {
      const { extent } = axes.get(name) ?? { extent: 0 };
      if (extent < to) throw new ScheduleError(`${this.#kernel.name}: ${to} cannot share a sum along ${name}`);
      this.#members.set(name, { variable: scope.name(`${name}_member`, "i32"), to });
      const { apart } = this.#group({ name, extent }, 1);
      if (extent % apart !== 0) {
        throw new ScheduleError(`${this.#kernel.name}: shares of ${apart} along ${name} leave a rest of its ${extent}`);
      }
    }
    this.#shared = { scope, combined: false };
    return [...this.#members.values()];
  }

  /** Points in groups: those that differ only along the axis in vectors go together. */
  #rows(points: readonly Point[]): (readonly Point[])[] {
    const groups = Map.groupBy(
      points,
      (point) =>
        [...point].map(([axis, { offset, lanes }]) => lanes ? axis.name : `${axis.name}${offsetKey(offset)}`).join(),
    );
    return [...groups.values()];
  }

  /** Loads what an expression needs at a point outside of its reductions. */
  #loads(expr: Expr, point: Point, scope: Scope): void {
    if (expr.kind === "load") this.#local(expr, point, scope);
    if (expr.kind === "op") { for (const operand of expr.operands) this.#loads(operand, point, scope); }
  }

  /** Opens the loops of the index space, outermost first, and calls `body` inside. */
  #open(
    axes: readonly Axis[],
    opened: ReadonlySet<Axis>,
    points: readonly Point[],
    values: readonly Expr[],
    scope: Scope,
    body: (points: readonly Point[], scope: Scope) => void,
  ): void {
    if (axes.length === 0) return body(points, scope);
    for (const value of values) this.#hoist(value, opened, points, scope);
    const [axis, ...inner] = axes;
    const tile = this.#schedule.tile?.[axis.name] ?? 1, parallel = axis.name === this.#schedule.parallel;
    this.#loop(axis, tile, parallel, scope, (coordinates, scope) => {
      const product = points.flatMap((point) => coordinates.map((c) => new Map([...point, [axis, c]])));
      this.#open(inner, new Set([...opened, axis]), product, values, scope, body);
    });
  }

  /** A loop along an axis in groups of the `wanted` size, then what is left over. `body` gets the coordinates of its copies. */
  #loop(
    axis: Axis,
    wanted: number,
    parallel: boolean,
    scope: Scope,
    body: (coordinates: Coordinate[], scope: Scope) => void,
  ): void {
    const { copies, width, apart } = this.#group(axis, wanted);
    const iterations = Math.floor(axis.extent / (copies * apart)), end = iterations * copies * apart;
    if (iterations === 1 && !parallel && end === axis.extent) {
      return body(this.#neighbours(axis, constantOffset(0), copies, width), scope);
    }
    const inside = new Scope(scope);
    const name = inside.name(axis.name, "i32");
    body(this.#neighbours(axis, variable(name), copies, width), inside);
    this.#emit(scope, {
      kind: "loop",
      variable: name,
      from: 0,
      to: end,
      step: copies * apart,
      parallel,
      body: inside.statements,
    });
    // what is left: vectors as far as they go, then one by one
    const vectors = apart > 1 ? Math.floor((axis.extent - end) / apart) : 0;
    const single = end + vectors * apart;
    for (const [base, count, wide] of [[end, vectors, width], [single, axis.extent - single, 1]]) {
      if (count === 0) continue;
      const after = new Scope(scope);
      body(this.#neighbours(axis, constantOffset(base), count, wide), after);
      this.#emit(scope, { kind: "block", last: parallel, body: after.statements });
    }
  }

  /** Computes the largest subexpressions that depend on nothing but open axes. */
  #hoist(expr: Expr, opened: ReadonlySet<Axis>, points: readonly Point[], scope: Scope): void {
    if (expr.kind === "constant" || expr.kind === "position") return;
    if ([...freeAxes(expr)].every((axis) => opened.has(axis))) {
      const fixed = expressions(expr).every(({ kind }) => kind === "constant" || kind === "position" || kind === "op");
      if (fixed && expr.kind === "op") return;
      this.#prepare(points.map((point) => ({ expr, point })), scope);
      for (const point of points) this.#local(expr, point, scope);
      return;
    }
    if (expr.kind === "op") { for (const operand of expr.operands) this.#hoist(operand, opened, points, scope); }
    if (expr.kind === "reduce") this.#hoist(expr.body, opened, points, scope);
    if (expr.kind === "load") {
      for (const index of expr.index) if (index.kind === "load") this.#hoist(index, opened, points, scope);
    }
  }

  /** Runs the reductions that expressions need at points. */
  #prepare(wanted: readonly { expr: Expr; point: Point }[], scope: Scope): void {
    const groups = new Map<string, Map<string, { node: Reduce; point: Point }>>();
    const collect = (expr: Expr, point: Point) => {
      if (scope.value(this.#key(expr, point))) return;
      if (expr.kind === "op") { for (const operand of expr.operands) collect(operand, point); }
      if (expr.kind !== "reduce") return;
      // what a body needs from outside of its reduction comes first
      this.#hoist(expr.body, new Set(point.keys()), [point], scope);
      const group = expr.axes.map((axis) => `${axis.name}<${axis.extent}`).join();
      if (!groups.has(group)) groups.set(group, new Map());
      groups.get(group)!.set(this.#key(expr, point), { node: expr, point });
    };
    for (const { expr, point } of wanted) collect(expr, point);
    for (const group of groups.values()) {
      // another one's body may have needed it meanwhile
      const left = [...group].filter(([key]) => !scope.value(key)).map(([, instance]) => instance);
      if (left.length > 0) this.#reduce(left, scope);
    }
  }

  /** Runs reductions over the same axes together. */
  #reduce(instances: readonly { node: Reduce; point: Point }[], scope: Scope): void {
    const [{ node: { axes } }] = instances;
    if (axes.every(({ extent }) => extent === 1)) {
      for (const { node, point } of instances) {
        const at = new Map(point);
        for (const axis of node.axes) at.set(axis, { offset: constantOffset(0) });
        this.#prepare([{ expr: node.body, point: at }], scope);
        const value: Value = node.reduction === "argmax"
          ? { kind: "constant", value: 0, type: "i32" }
          : this.#evaluate(node.body, at, scope);
        scope.keep(this.#key(node, point), value);
      }
      return;
    }
    interface Accumulator {
      readonly node: Reduce;
      readonly point: Point;
      /** Sum, or largest so far. */
      readonly best: Value & { kind: "local" };
      /** Of a sum along lanes: of the terms that do not fill a vector. */
      readonly rest?: Value & { kind: "local" };
      /** For argmax: where. */
      place?: Value & { kind: "local" };
    }
    const seeded = (wish: string, type: Type, seed: number, point: Point): Value & { kind: "local" } => {
      const name = this.#nameAt(wish, point, scope, type);
      const constant: Value = { kind: "constant", value: seed, type: scalarOf(type) };
      this.#emit(scope, {
        kind: "variable",
        name,
        type,
        value: isVector(type) ? { kind: "splat", value: constant } : constant,
      });
      return { kind: "local", name, type };
    };
    const across = axes.find(({ name, extent }) => name === this.#schedule.vectorize && extent >= LANES);
    const accumulators = new Map<string, Accumulator>();
    this.#note(scope, "seed");
    for (const { node, point } of instances) {
      if (across && node.reduction !== "sum") {
        throw new ScheduleError(
          `${this.#kernel.name}: a ${node.reduction} cannot be vectorized along its own axis ${across.name}`,
        );
      }
      const wish = node.name ?? this.#purpose.get(exprKey(node));
      const lanes = [...freeAxes(node)].some((axis) => point.get(axis)?.lanes);
      const key = `${node.reduction === "sum" ? "sum" : "best"} ${this.#key(node.body, point)}`;
      let accumulator = accumulators.get(key);
      if (!accumulator) {
        const best = seeded(
          node.reduction === "argmax" ? "best" : wish ?? "sum",
          lanes || across ? "f32x4" : "f32",
          node.reduction === "sum" ? 0 : -Infinity,
          point,
        );
        const rest = across && across.extent % LANES > 0 ? seeded(`${wish ?? "sum"}_rest`, "f32", 0, point) : undefined;
        accumulator = { node, point, best, ...(rest && { rest }) };
        accumulators.set(key, accumulator);
      }
      if (node.reduction === "argmax") accumulator.place ??= seeded(wish ?? "place", lanes ? "i32x4" : "i32", 0, point);
      if (!across) {
        scope.keep(this.#key(node, point), node.reduction === "argmax" ? accumulator.place! : accumulator.best);
      }
    }
    this.#note(scope, "reduce");
    // only sums may go another way through the axes: for the others the first of equals counts
    const sums = instances.every(({ node }) => node.reduction === "sum");
    const order = sums ? this.#schedule.order ?? [] : [];
    const rank = (axis: Axis) =>
      order.includes(axis.name) ? order.indexOf(axis.name) : order.length + axes.indexOf(axis);
    const ordered = [...axes].sort((a, b) => rank(a) - rank(b));
    const unroll = ({ name, extent }: Axis) => Math.min(this.#schedule.unroll?.[name] ?? 1, extent);
    /** Of what is staged, where the terms begin that are in the workgroup's memory. */
    let begins: ReadonlyMap<string, Offset> = new Map();
    const run = (left: readonly Axis[], extra: readonly ReadonlyMap<string, Coordinate>[], scope: Scope) => {
      if (left.length > 0) {
        const [axis, ...inner] = left;
        const copies = sums || inner.every((axis) => unroll(axis) === axis.extent) ? unroll(axis) : 1;
        this.#loop(
          axis,
          copies,
          false,
          scope,
          (coordinates, scope) => {
            const begin = begins.get(axis.name) ?? constantOffset(0);
            const placed = coordinates.map((c) => ({ ...c, offset: combine([begin, 1], [c.offset, 1]) }));
            run(inner, extra.flatMap((e) => placed.map((c) => new Map([...e, [axis.name, c]]))), scope);
          },
        );
        return;
      }
      const pointOf = ({ node, point }: Accumulator, coordinates: ReadonlyMap<string, Coordinate>): Point =>
        new Map([...point, ...node.axes.map((axis) => [axis, coordinates.get(axis.name)!] as const)]);
      // what the bodies of all copies reduce themselves is reduced together, so that their loads are shared
      this.#prepare(
        extra.flatMap((coordinates) =>
          [...accumulators.values()].map((a) => ({ expr: a.node.body, point: pointOf(a, coordinates) }))
        ),
        scope,
      );
      for (const coordinates of extra) {
        const at = (accumulator: Accumulator) => pointOf(accumulator, coordinates);
        const accumulate = ({ best, rest }: Accumulator, term: Value) => {
          const sum = rest && !coordinates.get(across!.name)!.lanes ? rest : best;
          this.#emit(scope, { kind: "set", name: sum.name, value: this.#apply("add", [sum, term], scope) });
        };
        const terms = Math.max(...instances.map(({ node }) => termsOf(node).length));
        for (let term = 0; sums && term < terms; term++) {
          for (const accumulator of accumulators.values()) {
            const own = termsOf(accumulator.node)[term];
            if (own) accumulate(accumulator, this.#evaluate(own, at(accumulator), scope));
          }
        }
        if (sums) continue;
        for (const accumulator of accumulators.values()) {
          const { node, best, place } = accumulator, point = at(accumulator);
          let value = this.#evaluate(node.body, point, scope);
          if (node.reduction === "sum") {
            accumulate(accumulator, value);
            continue;
          }
          // `best` stays unless the new value is larger or NaN: the first of equal ones wins, and only NaN among NaN gives NaN
          value = value.kind === "local" ? value : this.#let(scope, "candidate", value);
          const stays = this.#let(scope, "stays", this.#apply("le", [value, best], scope));
          if (place !== undefined) {
            const index = node.axes.reduce(
              (sum, axis) => combine([sum, axis.extent], [coordinates.get(axis.name)!.offset, 1]),
              constantOffset(0),
            );
            this.#emit(scope, {
              kind: "set",
              name: place.name,
              value: this.#apply("pick", [stays, place, { kind: "offset", offset: index }], scope),
            });
          }
          this.#emit(scope, {
            kind: "set",
            name: best.name,
            value: this.#apply("select", [stays, best, value], scope),
          });
        }
      }
    };
    if (this.#shared) {
      if (scope !== this.#shared.scope || this.#shared.combined || !sums) {
        throw new ScheduleError(`${this.#kernel.name}: what is shared must be one sum, or several over the same axes`);
      }
      // from here on, so that a sum in its body is refused
      this.#shared.combined = true;
    }
    const { stage } = this.#schedule;
    if (stage && sums && axes.some(({ name }) => (stage[name] ?? 1) > 1)) {
      if (scope !== this.#workgroup?.scope) {
        throw new ScheduleError(`${this.#kernel.name}: what is staged must be a sum that no loop is around`);
      }
      const inner = instances.flatMap(({ node }) =>
        expressions(node.body).filter((e) => e.kind === "reduce" && node.axes.some((axis) => freeAxes(e).has(axis)))
      );
      if (inner.length > 0) {
        throw new ScheduleError(
          `${this.#kernel.name}: what is staged must be a sum with no other one in it; unroll it, and stage that one`,
        );
      }
      const terms = ordered.map((axis) => ({ name: axis.name, extent: Math.min(stage[axis.name] ?? 1, axis.extent) }));
      this.#chunks(ordered, terms, scope, (found, scope) => {
        begins = found;
        this.#stage([...accumulators.values()], terms, found, scope);
        run(terms, [new Map()], scope);
        this.#boxes = new Map();
      });
    } else run(ordered, [new Map()], scope);
    if (this.#shared) {
      const locals = [...accumulators.values()].flatMap(({ best, rest }) => rest ? [best, rest] : [best]);
      this.#emit(scope, { kind: "combine", sums: locals.map(({ name, type }) => ({ name, type })) });
    }
    this.#note(scope, "finish");
    if (!across) return;
    for (const { node, point } of instances) {
      const { best, rest } = accumulators.get(`sum ${this.#key(node.body, point)}`)!;
      const total: Value = { kind: "total", value: best };
      const sum = this.#let(
        scope,
        this.#labelled(`${best.name.replace(/\d+$/, "")}_total`, point, node),
        rest ? this.#apply("add", [total, rest], scope) : total,
      );
      scope.keep(this.#key(node, point), sum);
    }
  }

  /** Loops over the terms of a sum, so many at a time along each axis; `body` gets where they begin. */
  #chunks(
    axes: readonly Axis[],
    terms: readonly Axis[],
    scope: Scope,
    body: (begins: ReadonlyMap<string, Offset>, scope: Scope) => void,
  ): void {
    const begins = new Map<string, Offset>();
    const open = (d: number, scope: Scope): void => {
      if (d === axes.length) return body(begins, scope);
      const { name, extent } = axes[d], step = terms[d].extent;
      const least = (this.#members.get(name)?.to ?? 1) * (name === this.#schedule.vectorize ? LANES : 1);
      if (extent % step !== 0 || step % least !== 0) {
        throw new ScheduleError(
          `${this.#kernel.name}: ${step} terms at a time along ${name} are no part of its ${extent}${
            least > 1 ? `, or no multiple of ${least}` : ""
          }`,
        );
      }
      if (extent === step) {
        begins.set(name, constantOffset(0));
        return open(d + 1, scope);
      }
      const inside = new Scope(scope), own = inside.name(`${name}_from`, "i32");
      begins.set(name, variable(own));
      this.#workgroup!.joint.add(own);
      open(d + 1, inside);
      this.#emit(scope, {
        kind: "loop",
        variable: own,
        from: 0,
        to: extent,
        step,
        parallel: false,
        body: inside.statements,
      });
    };
    open(0, scope);
  }

  /** Copies to the workgroup's memory what several of its invocations load for some terms of sums. */
  #stage(
    sums: readonly { readonly node: Reduce; readonly point: Point }[],
    terms: readonly Axis[],
    begins: ReadonlyMap<string, Offset>,
    scope: Scope,
  ): void {
    const ranges = new Map(this.#workgroup!.ranges), uses: Use[] = [];
    const term = ({ name }: Pick<Axis, "name">) => `term ${name}`, lanes = this.#schedule.vectorize;
    for (const axis of terms) {
      const step = axis.name === lanes ? LANES : 1;
      ranges.set(term(axis), { largest: axis.extent - step, step, term: true });
    }
    for (const { node, point } of sums) {
      const at = new Map(point);
      for (const axis of node.axes) {
        const offset = combine([begins.get(axis.name)!, 1], [variable(term(axis)), 1]);
        at.set(axis, { offset, ...axis.name === lanes && { lanes: true } });
      }
      for (const load of expressions(node.body)) {
        if (load.kind !== "load" || !node.axes.some((axis) => freeAxes(load).has(axis))) continue;
        // of another reduction, which does not depend on the terms and was taken before
        if (![...freeAxes(load)].every((axis) => at.has(axis))) continue;
        const type = this.#kernel.tensors[load.tensor], places = this.#places(load, at);
        if (!places || BYTES[type.dtype] !== 4 || type.rows !== undefined) continue;
        const wide = this.#step(load.tensor, load.index, at) === 1;
        const beside = load.index.map((index) =>
          (index as Affine).terms.reduce(
            (sum, { axis, coefficient }) => sum + (wide && at.get(axis)!.lanes ? (LANES - 1) * coefficient : 0),
            0,
          )
        );
        uses.push({ tensor: load.tensor, places, beside });
      }
    }
    const team = membersOf({ members: [...this.#members.values()] });
    for (const box of boxesOf(uses, ranges, this.#kernel.tensors, strides, team)) {
      const name = scope.name(`${box.stage.tensor}_staged`, box.stage.type);
      this.#emit(scope, { ...box.stage, name });
      this.#boxes.set(box.key, { ...box, name });
    }
    this.#workgroup!.staged ||= this.#boxes.size > 0;
  }

  /** The indices of a load, taken apart; nothing where one of them is loaded itself. */
  #places({ index }: Load, point: Point): Place[] | undefined {
    const { joint } = this.#workgroup!, places: Place[] = [];
    for (const i of index) {
      if (i.kind === "load") return undefined;
      const { constant, terms } = this.#affine(i, point);
      const [common, own] = [true, false].map((is) => terms.filter(({ variable }) => joint.has(variable) === is));
      places.push({ joint: { constant: 0, terms: common }, own: { constant, terms: own } });
    }
    return places;
  }

  /** The value of an expression at a point; statements it needs go into the scope. */
  #evaluate(expr: Expr, point: Point, scope: Scope): Value {
    const key = this.#key(expr, point);
    const known = scope.value(key);
    if (known) return known;
    switch (expr.kind) {
      case "constant":
        return expr;
      case "position":
        return this.#position(expr.index, point);
      case "op": {
        const value = this.#apply(
          expr.op,
          expr.operands.map((operand) => this.#evaluate(operand, point, scope)),
          scope,
        );
        const keep = expr.name !== undefined || (this.#uses.get(exprKey(expr)) ?? 0) > 1;
        return keep ? this.#local(expr, point, scope, value) : value;
      }
      case "load":
      case "param":
        return this.#local(expr, point, scope);
      case "reduce":
        throw new Error(`reduction ${key} was not prepared`);
    }
  }

  /** The value of an expression as a local. */
  #local(expr: Expr, point: Point, scope: Scope, value?: Value): Value {
    const key = this.#key(expr, point);
    const known = scope.value(key);
    if (known) return known;
    if (expr.kind === "param") {
      const table = expr.type === "f32" ? "params" : "keys";
      const columns = this.#kernel.tensors[table].columns!;
      const offset = {
        constant: columns.indexOf(expr.name),
        terms: [{ variable: "step", coefficient: columns.length }],
      };
      return scope.keep(
        key,
        this.#let(scope, expr.name, { kind: "element", tensor: table, offset, type: expr.type }),
      );
    }
    const places = expr.kind === "load" && this.#boxes.size > 0 ? this.#places(expr, point) : undefined;
    const box = places && this.#boxes.get(boxKey((expr as Load).tensor, places));
    if (expr.kind === "load" && box) {
      const offset = placeInBox(box, places), scalar = scalarOf(box.stage.type);
      const type: Type = this.#step(expr.tensor, expr.index, point) ? `${scalar}x4` : scalar;
      const element = `${box.name}@${offsetKey(offset)} ${type}`;
      return scope.value(element) ?? scope.keep(
        element,
        this.#let(scope, this.#loadName(expr, point), { kind: "staged", name: box.name, offset, type }),
      );
    }
    if (expr.kind === "load") {
      const offset = this.#flatten(expr.tensor, expr.index, point, scope);
      const lanes = this.#step(expr.tensor, expr.index, point);
      const element = `${expr.tensor}@${offsetKey(offset)}${lanes ? "x4" : ""}`;
      const scalar = LOADED[this.#kernel.tensors[expr.tensor].dtype], type: Type = lanes ? `${scalar}x4` : scalar;
      return scope.value(element) ??
        scope.keep(
          element,
          this.#let(scope, this.#loadName(expr, point), { kind: "element", tensor: expr.tensor, offset, type }),
        );
    }
    value ??= this.#evaluate(expr, point, scope);
    if (expr.kind !== "op" || value.kind === "local") return value;
    const { result } = OPS[expr.op];
    return scope.keep(
      key,
      this.#let(scope, this.#labelled(expr.name ?? (result === "bool" ? "test" : "t"), point, expr), value),
    );
  }

  #let(scope: Scope, wish: string, value: Value): Value & { kind: "local" } {
    const type = typeOf(value), name = scope.name(wish, type);
    this.#emit(scope, { kind: "let", name, type, value });
    return { kind: "local", name, type };
  }

  /** An operation; beside vectors, scalars are put in every lane. */
  #apply(op: Op, operands: readonly Value[], scope: Scope): Value {
    const wide = operands.some((operand) => isVector(typeOf(operand)));
    return {
      kind: "apply",
      op,
      operands: operands.map((operand) => wide && !isVector(typeOf(operand)) ? this.#splat(operand, scope) : operand),
    };
  }

  /** A scalar in every lane; of a local, once. */
  #splat(value: Value, scope: Scope): Value {
    const splat: Value = { kind: "splat", value };
    if (value.kind !== "local") return splat;
    const key = `splat ${value.name}`;
    return scope.value(key) ?? scope.keep(key, this.#let(scope, `${value.name}_all`, splat));
  }

  /** The value of an index, in lanes if it depends on an axis in lanes. */
  #position(index: Affine, point: Point): Value {
    const offset = this.#affine(index, point);
    const lanes = index.terms.filter(({ axis }) => point.get(axis)?.lanes);
    if (lanes.length === 0) return { kind: "offset", offset };
    return { kind: "ramp", offset, step: lanes.reduce((step, { coefficient }) => step + coefficient, 0) };
  }

  /** How far an access moves from lane to lane: 0, or 1 element; a vector cannot be made of others. */
  #step(tensor: string, index: Load["index"], point: Point): 0 | 1 {
    const type = this.#kernel.tensors[tensor], stride = strides(type);
    let step = 0;
    for (const [d, i] of index.entries()) {
      if (i.kind === "load") {
        if ([...freeAxes(i)].some((axis) => point.get(axis)?.lanes)) step = NaN;
      } else for (const { axis, coefficient } of i.terms) if (point.get(axis)?.lanes) step += coefficient * stride[d];
    }
    if (step !== 0 && (step !== 1 || BYTES[type.dtype] !== 4)) {
      throw new ScheduleError(
        `${this.#kernel.name}: ${tensor} cannot be accessed in lanes along ${this.#schedule.vectorize}`,
      );
    }
    return step as 0 | 1;
  }

  #emit(scope: Scope, statement: Statement): void {
    scope.statements.push(statement);
    if (++this.#statements > STATEMENT_BUDGET) {
      throw new ScheduleError(
        `${this.#kernel.name} would have more than ${STATEMENT_BUDGET} statements; use smaller tiles or unroll less`,
      );
    }
  }

  #note(scope: Scope, text: string): void {
    if (scope.statements.at(-1)?.kind === "comment") scope.statements.pop();
    scope.statements.push({ kind: "comment", text });
  }

  #affine({ constant, terms }: Affine, point: Point): Offset {
    return combine(
      [constantOffset(constant), 1],
      ...terms.map(({ axis, coefficient }) => [point.get(axis)!.offset, coefficient] as const),
    );
  }

  /** An element's offset in the tensor's storage. */
  #flatten(tensor: string, index: Load["index"], point: Point, scope: Scope): Offset {
    const type = this.#kernel.tensors[tensor], stride = strides(type);
    return combine(...index.map((i, d) => {
      const at = i.kind === "affine"
        ? this.#affine(i, point)
        : variable((this.#evaluate(i, point, scope) as { name: string }).name);
      return [combine([at, 1], [constantOffset(type.halo[d][0]), 1]), stride[d]] as const;
    }));
  }

  #key(expr: Expr, point: Point): string {
    const at = [...freeAxes(expr)].map((axis) =>
      `${axis.name}=${
        point.has(axis) ? offsetKey(point.get(axis)!.offset) + (point.get(axis)!.lanes ? "x4" : "") : "?"
      }`
    );
    return `${exprKey(expr)} ${at.sort().join()}`;
  }

  /** Tensor and tile coordinates: `x01`; without coordinates the axes: `b_o`. */
  #loadName({ tensor, index }: Load, point: Point): string {
    const labels: number[] = [], names: string[] = [];
    for (const i of index) {
      if (i.kind === "load") continue;
      let label: number | undefined;
      for (const { axis, coefficient } of i.terms) {
        const own = point.get(axis)?.label;
        if (own !== undefined) label = (label ?? 0) + own * coefficient;
        names.push(axis.name);
      }
      if (label !== undefined) labels.push(label);
    }
    return labels.length > 0
      ? labelled(tensor, labels)
      : [tensor, names.join("")].filter((word) => word !== "").join("_");
  }

  /** A name with the tile coordinates of the axes an expression depends on. */
  #labelled(name: string, point: Point, expr: Expr): string {
    const axes = freeAxes(expr);
    const labels = [...point].flatMap(([axis, { label }]) => label !== undefined && axes.has(axis) ? [label] : []);
    return labelled(name, labels);
  }

  /** A name with all tile coordinates of a point. */
  #nameAt(name: string, point: Point, scope: Scope, type: Type): string {
    const labels = [...point.values()].map(({ label }) => label).filter((label) => label !== undefined);
    const bare = labels.length === 0 && scope.has(name) ? `${name}_sum` : name;
    return scope.name(labelled(bare, labels), type);
  }
}

/** Coordinates of so many neighbours from a place on, scalars or vectors. */
function group(base: Offset, count: number, width: number, apart = width): Coordinate[] {
  return Array.from({ length: count }, (_, label) => ({
    offset: combine([base, 1], [constantOffset(label * apart), 1]),
    ...(count > 1 && { label }),
    ...(width > 1 && { lanes: true }),
  }));
}

function labelled(name: string, labels: readonly number[]): string {
  if (labels.length === 0) return name;
  const short = labels.every((label) => label >= 0 && label <= 9) && !/\d$/.test(name);
  return short
    ? `${name}${labels.join("")}`
    : `${name}_${labels.map((label) => label < 0 ? `m${-label}` : label).join("_")}`;
}

/** What a sum adds up in each iteration, term by term: each becomes a multiply-add of its own. */
export function termsOf({ body }: Reduce): readonly Expr[] {
  const terms = (expr: Expr): Expr[] =>
    expr.kind === "op" && expr.op === "add" && expr.name === undefined ? expr.operands.flatMap(terms) : [expr];
  return terms(body);
}

function variable(name: string): Offset {
  return { constant: 0, terms: [{ variable: name, coefficient: 1 }] };
}
