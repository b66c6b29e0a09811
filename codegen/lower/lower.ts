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
import { combine, constantOffset, offsetKey } from "../ir/affine.ts";
import { expressions, exprKey, freeAxes } from "../ir/expr.ts";
import {
  type Axis,
  type Expr,
  type Grid,
  gridInvocations,
  gridPoints,
  isVector,
  type Kernel,
  LANES,
  type LoopNest,
  membersOf,
  type Offset,
  type Part,
  type Reduce,
  type Statement,
  STEP,
  type Type,
  typeOf,
  type Value,
  WORKGROUP,
  WORKGROUP_BYTES,
  workgroupBytes,
} from "../ir/ir.ts";
import { type Schedule, ScheduleError } from "../schedule/schedule.ts";
import { type Local, type NestState, Scope } from "./scope.ts";
import { type Box, boxesOf, type Range, type Use } from "./stage.ts";
import {
  apply,
  type Coordinate,
  group,
  keyAt,
  labelledBy,
  nameAt,
  type Point,
  splat,
  Values,
  variable,
} from "./values.ts";

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

/** A reduction at a point. */
interface Instance {
  readonly node: Reduce;
  readonly point: Point;
}

interface Accumulator extends Instance {
  /** Sum, or largest so far. */
  readonly best: Local;
  /** Of a sum along lanes: of the terms that do not fill a vector. */
  readonly rest?: Local;
  /** For argmax: where. */
  place?: Local;
}

/** Coordinates by name. */
type Coordinates = ReadonlyMap<string, Coordinate>;

class Lowering {
  readonly #kernel: Kernel;
  readonly #schedule: Schedule;
  /** Of the current part. */
  #values!: Values;
  /** The tensor each reduction of the current part is for. */
  #purpose = new Map<string, string>();
  /** Invocations of the grids so far. */
  #invocations = 0;
  /** Of axes of sums that invocations share: the variable that tells a member, and how many there are. */
  #members = new Map<string, { readonly variable: string; readonly to: number }>();
  /** Where the members' sums are taken, and whether that was done. */
  #shared?: { readonly scope: Scope; combined: boolean };
  /** What is known of a workgroup while its grid is open. */
  #workgroup?: Workgroup;

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
    const body: Statement[] = [], state: NestState = { kernel: name, kinds: new Map(), statements: 0 };
    for (const part of parts) {
      const scope = new Scope(state);
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
    const uses = new Map<string, number>();
    this.#values = new Values(this.#kernel, this.#schedule, uses);
    this.#purpose = new Map();
    for (const { tensor, value } of part.assignments) {
      const count = (expr: Expr) => {
        const before = uses.get(exprKey(expr)) ?? 0;
        uses.set(exprKey(expr), before + 1);
        if (expr.kind === "reduce" && !this.#purpose.has(exprKey(expr))) this.#purpose.set(exprKey(expr), tensor);
        if (before > 0) return;
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
          const results = values.map((value) => neighbours.map((point) => this.#values.evaluate(value, point, scope)));
          for (const [i, { tensor, index }] of part.assignments.entries()) {
            for (const [j, point] of neighbours.entries()) {
              scope.emit({
                kind: "store",
                tensor,
                offset: this.#values.flatten(tensor, index, point, scope),
                value: this.#values.step(tensor, index, point) && !isVector(typeOf(results[i][j]))
                  ? splat(results[i][j], scope)
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
    const inside = scope.inner(), loops: Grid["loops"][number][] = [], places: Grid["loops"][number][] = [];
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
    scope.emit(statement);
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
  #loads(expr: Expr, point: Point, scope: Scope, seen = new Set<Expr>()): void {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "load") this.#values.local(expr, point, scope);
    if (expr.kind === "op") { for (const operand of expr.operands) this.#loads(operand, point, scope, seen); }
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
    const inside = scope.inner();
    const name = inside.name(axis.name, "i32");
    body(this.#neighbours(axis, variable(name), copies, width), inside);
    scope.emit({
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
      const after = scope.inner();
      body(this.#neighbours(axis, constantOffset(base), count, wide), after);
      scope.emit({ kind: "block", last: parallel, body: after.statements });
    }
  }

  /** Computes the largest subexpressions that depend on nothing but open axes. */
  #hoist(
    expr: Expr,
    opened: ReadonlySet<Axis>,
    points: readonly Point[],
    scope: Scope,
    seen: Set<Expr> = new Set(),
  ): void {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "constant" || expr.kind === "position") return;
    if ([...freeAxes(expr)].every((axis) => opened.has(axis))) {
      const fixed = expressions(expr).every(({ kind }) => kind === "constant" || kind === "position" || kind === "op");
      if (fixed && expr.kind === "op") return;
      this.#prepare(points.map((point) => ({ expr, point })), scope);
      for (const point of points) this.#values.local(expr, point, scope);
      return;
    }
    if (expr.kind === "op") { for (const operand of expr.operands) this.#hoist(operand, opened, points, scope, seen); }
    if (expr.kind === "reduce") this.#hoist(expr.body, opened, points, scope, seen);
    if (expr.kind === "load") {
      for (const index of expr.index) if (index.kind === "load") this.#hoist(index, opened, points, scope, seen);
    }
  }

  /** Runs the reductions that expressions need at points. */
  #prepare(wanted: readonly { expr: Expr; point: Point }[], scope: Scope): void {
    const groups = new Map<string, Map<string, { node: Reduce; point: Point }>>();
    const collect = (expr: Expr, point: Point, seen: Set<Expr>) => {
      if (seen.has(expr)) return;
      seen.add(expr);
      if (scope.value(keyAt(expr, point))) return;
      if (expr.kind === "op") { for (const operand of expr.operands) collect(operand, point, seen); }
      if (expr.kind !== "reduce") return;
      // what a body needs from outside of its reduction comes first
      this.#hoist(expr.body, new Set(point.keys()), [point], scope);
      const group = expr.axes.map((axis) => `${axis.name}<${axis.extent}`).join();
      if (!groups.has(group)) groups.set(group, new Map());
      groups.get(group)!.set(keyAt(expr, point), { node: expr, point });
    };
    for (const { expr, point } of wanted) collect(expr, point, new Set());
    for (const group of groups.values()) {
      // another one's body may have needed it meanwhile
      const left = [...group].filter(([key]) => !scope.value(key)).map(([, instance]) => instance);
      if (left.length > 0) this.#reduce(left, scope);
    }
  }

  /** Runs reductions over the same axes together. */
  #reduce(instances: readonly Instance[], scope: Scope): void {
    const [{ node: { axes } }] = instances;
    if (axes.every(({ extent }) => extent === 1)) {
      for (const instance of instances) this.#once(instance, scope);
      return;
    }
    const across = axes.find(({ name, extent }) => name === this.#schedule.vectorize && extent >= LANES);
    scope.note("seed");
    const accumulators = this.#seeds(instances, across, scope), all = [...accumulators.values()];
    scope.note("reduce");
    // only sums may go another way through the axes: for the others the first of equals counts
    const sums = instances.every(({ node }) => node.reduction === "sum");
    const order = sums ? this.#schedule.order ?? [] : [];
    const rank = (axis: Axis) =>
      order.includes(axis.name) ? order.indexOf(axis.name) : order.length + axes.indexOf(axis);
    const ordered = [...axes].sort((a, b) => rank(a) - rank(b));
    const shared = this.#shared;
    if (shared) {
      if (scope !== shared.scope || shared.combined || !sums) {
        throw new ScheduleError(`${this.#kernel.name}: what is shared must be one sum, or several over the same axes`);
      }
      // from here on, so that a sum in its body is refused
      shared.combined = true;
    }
    const { stage } = this.#schedule;
    if (stage && sums && axes.some(({ name }) => (stage[name] ?? 1) > 1)) {
      this.#checkStaged(instances, scope);
      const terms = ordered.map((axis) => ({ name: axis.name, extent: Math.min(stage[axis.name] ?? 1, axis.extent) }));
      this.#chunks(ordered, terms, scope, (begins, scope) => {
        this.#stage(all, terms, begins, scope);
        this.#terms(terms, begins, all, sums, across, scope);
        this.#values.staged = undefined;
      });
    } else this.#terms(ordered, new Map(), all, sums, across, scope);
    if (shared) {
      const locals = all.flatMap(({ best, rest }) => rest ? [best, rest] : [best]);
      scope.emit({ kind: "combine", sums: locals.map(({ name, type }) => ({ name, type })) });
    }
    scope.note("finish");
    if (!across) return;
    for (const { node, point } of instances) {
      const { best, rest } = accumulators.get(accumulatorKey(node, point))!;
      const total: Value = { kind: "total", value: best };
      const sum = scope.let(
        labelledBy(`${best.name.replace(/\d+$/, "")}_total`, point, node),
        rest ? apply("add", [total, rest], scope) : total,
      );
      scope.keep(keyAt(node, point), sum);
    }
  }

  /** A reduction of one term. */
  #once({ node, point }: Instance, scope: Scope): void {
    const at = new Map(point);
    for (const axis of node.axes) at.set(axis, { offset: constantOffset(0) });
    this.#prepare([{ expr: node.body, point: at }], scope);
    const value: Value = node.reduction === "argmax"
      ? { kind: "constant", value: 0, type: "i32" }
      : this.#values.evaluate(node.body, at, scope);
    scope.keep(keyAt(node, point), value);
  }

  /** The accumulators of reductions, with what they begin with; a maximum and its place have one. */
  #seeds(instances: readonly Instance[], across: Axis | undefined, scope: Scope): Map<string, Accumulator> {
    const accumulators = new Map<string, Accumulator>();
    for (const { node, point } of instances) {
      if (across && node.reduction !== "sum") {
        throw new ScheduleError(
          `${this.#kernel.name}: a ${node.reduction} cannot be vectorized along its own axis ${across.name}`,
        );
      }
      const seeded = (wish: string, type: Type, seed: number) => scope.variable(nameAt(wish, point, scope), type, seed);
      const wish = node.name ?? this.#purpose.get(exprKey(node));
      const lanes = [...freeAxes(node)].some((axis) => point.get(axis)?.lanes);
      const key = accumulatorKey(node, point);
      let accumulator = accumulators.get(key);
      if (!accumulator) {
        const best = seeded(
          node.reduction === "argmax" ? "best" : wish ?? "sum",
          lanes || across ? "f32x4" : "f32",
          node.reduction === "sum" ? 0 : -Infinity,
        );
        const rest = across && across.extent % LANES > 0 ? seeded(`${wish ?? "sum"}_rest`, "f32", 0) : undefined;
        accumulator = { node, point, best, ...(rest && { rest }) };
        accumulators.set(key, accumulator);
      }
      if (node.reduction === "argmax") accumulator.place ??= seeded(wish ?? "place", lanes ? "i32x4" : "i32", 0);
      if (!across) {
        scope.keep(keyAt(node, point), node.reduction === "argmax" ? accumulator.place! : accumulator.best);
      }
    }
    return accumulators;
  }

  /** The loops over the terms of reductions, from where they begin, and what is done for each of them. */
  #terms(
    axes: readonly Axis[],
    begins: ReadonlyMap<string, Offset>,
    accumulators: readonly Accumulator[],
    sums: boolean,
    across: Axis | undefined,
    scope: Scope,
  ): void {
    const unroll = ({ name, extent }: Axis) => Math.min(this.#schedule.unroll?.[name] ?? 1, extent);
    const open = (left: readonly Axis[], copies: readonly Coordinates[], scope: Scope): void => {
      if (left.length === 0) return this.#term(copies, accumulators, sums, across, scope);
      const [axis, ...inner] = left;
      const wanted = sums || inner.every((axis) => unroll(axis) === axis.extent) ? unroll(axis) : 1;
      this.#loop(axis, wanted, false, scope, (coordinates, scope) => {
        const begin = begins.get(axis.name) ?? constantOffset(0);
        const placed = coordinates.map((c) => ({ ...c, offset: combine([begin, 1], [c.offset, 1]) }));
        open(inner, copies.flatMap((copy) => placed.map((c) => new Map([...copy, [axis.name, c]]))), scope);
      });
    };
    open(axes, [new Map()], scope);
  }

  /** What is done for one term of reductions, or for some copies of it. */
  #term(
    copies: readonly Coordinates[],
    accumulators: readonly Accumulator[],
    sums: boolean,
    across: Axis | undefined,
    scope: Scope,
  ): void {
    const pointOf = ({ node, point }: Accumulator, copy: Coordinates): Point =>
      new Map([...point, ...node.axes.map((axis) => [axis, copy.get(axis.name)!] as const)]);
    // what the bodies of all copies reduce themselves is reduced together, so that their loads are shared
    this.#prepare(
      copies.flatMap((copy) => accumulators.map((a) => ({ expr: a.node.body, point: pointOf(a, copy) }))),
      scope,
    );
    const terms = Math.max(...accumulators.map(({ node }) => termsOf(node).length));
    for (const copy of copies) {
      const add = ({ best, rest }: Accumulator, term: Value) => {
        const sum = rest && !copy.get(across!.name)!.lanes ? rest : best;
        scope.emit({ kind: "set", name: sum.name, value: apply("add", [sum, term], scope) });
      };
      for (let term = 0; sums && term < terms; term++) {
        for (const accumulator of accumulators) {
          const own = termsOf(accumulator.node)[term];
          if (own) add(accumulator, this.#values.evaluate(own, pointOf(accumulator, copy), scope));
        }
      }
      if (sums) continue;
      for (const accumulator of accumulators) {
        const value = this.#values.evaluate(accumulator.node.body, pointOf(accumulator, copy), scope);
        if (accumulator.node.reduction === "sum") add(accumulator, value);
        else choose(accumulator, value, copy, scope);
      }
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
      const inside = scope.inner(), own = inside.name(`${name}_from`, "i32");
      begins.set(name, variable(own));
      this.#workgroup!.joint.add(own);
      open(d + 1, inside);
      scope.emit({
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

  /** @throws {ScheduleError} when the operands of sums cannot be staged. */
  #checkStaged(instances: readonly Instance[], scope: Scope): void {
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
  }

  /** Copies to the workgroup's memory what several of its invocations load for some terms of sums. */
  #stage(
    sums: readonly Instance[],
    terms: readonly Axis[],
    begins: ReadonlyMap<string, Offset>,
    scope: Scope,
  ): void {
    const { joint } = this.#workgroup!, ranges = new Map(this.#workgroup!.ranges), uses: Use[] = [];
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
        const use = this.#values.use(load, at, joint);
        if (use) uses.push(use);
      }
    }
    const boxes = new Map<string, Box & { readonly name: string }>();
    for (
      const box of boxesOf(uses, ranges, this.#kernel.tensors, membersOf({ members: [...this.#members.values()] }))
    ) {
      const name = scope.name(`${box.stage.tensor}_staged`, box.stage.type);
      scope.emit({ ...box.stage, name });
      boxes.set(box.key, { ...box, name });
    }
    this.#values.staged = { joint, boxes };
    this.#workgroup!.staged ||= boxes.size > 0;
  }
}

/** A text that is the same for reductions that have one accumulator. */
const accumulatorKey = ({ reduction, body }: Reduce, point: Point) =>
  `${reduction === "sum" ? "sum" : "best"} ${keyAt(body, point)}`;

/** Keeps the larger of a value and the largest so far, and its place. */
function choose({ node, best, place }: Accumulator, given: Value, copy: Coordinates, scope: Scope): void {
  // `best` stays unless the new value is larger or NaN: the first of equal ones wins, and only NaN among NaN gives NaN
  const value = given.kind === "local" ? given : scope.let("candidate", given);
  const stays = scope.let("stays", apply("le", [value, best], scope));
  if (place !== undefined) {
    const offset = node.axes.reduce(
      (sum, axis) => combine([sum, axis.extent], [copy.get(axis.name)!.offset, 1]),
      constantOffset(0),
    );
    scope.emit({
      kind: "set",
      name: place.name,
      value: apply("pick", [stays, place, { kind: "offset", offset }], scope),
    });
  }
  scope.emit({ kind: "set", name: best.name, value: apply("select", [stays, best, value], scope) });
}

/** What a sum adds up in each iteration, term by term: each becomes a multiply-add of its own. */
export function termsOf({ body }: Reduce): readonly Expr[] {
  const terms = (expr: Expr): Expr[] =>
    expr.kind === "op" && expr.op === "add" && expr.name === undefined ? expr.operands.flatMap(terms) : [expr];
  return terms(body);
}
