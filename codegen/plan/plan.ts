/**
 * Stage 3: a graph to a {@linkcode Plan}: every kernel of a step in order, every tensor in one arena.
 *
 * @module
 */
import { bounds } from "../ir/affine.ts";
import { InputError } from "../error.ts";
import { expressions } from "../ir/expr.ts";
import { type Affine, type Axis, BYTES, type DType, type Kernel, type Part, type TensorType } from "../ir/ir.ts";
import type { BatchKind, Init, LayerKind, SavedSpec, Shape } from "../language/layer.ts";
import { axis, Tensor } from "../language/notation.ts";
import type { Graph, GraphNode } from "../graph/shapes.ts";

/** What a tensor is for. */
export type Role = "parameter" | "state" | "value" | "gradient" | "run";

/** How a tensor's elements are ordered in memory. */
export interface Layout {
  /** The shape under which it is known outside. */
  readonly shape: readonly number[];
  /** The stored dimensions, outermost first: `floor(index[of] / every) % extent`. */
  readonly dimensions: readonly { readonly of: number; readonly every: number; readonly extent: number }[];
}

/** A tensor of the plan. */
export interface PlannedTensor extends TensorType {
  readonly name: string;
  readonly role: Role;
  /** For parameters: how they begin. */
  readonly initial?: { readonly init: Init; readonly fanIn: number; readonly fanOut: number };
  /** It is stored although kernels could be merged over it. */
  readonly kept?: true;
  /** How it is stored, where that is not row-major; `shape` is that of the storage. */
  readonly layout?: Layout;
  /** It is another tensor's storage under another shape. */
  readonly alias?: string;
  /** Byte offset in the arena; tensors whose rows the run supplies lie behind the arena. */
  readonly offset: number;
  readonly bytes: number;
}

/** A kernel and the tensors of the plan that its symbols stand for. */
export interface PlannedKernel {
  readonly kernel: Kernel;
  readonly bindings: Readonly<Record<string, string>>;
  /** For names of fused kernels: the layer, the pass, and what a gradient is with respect to. */
  readonly title: { readonly stem: string; readonly pass: string; readonly wrt?: string };
  /** It only renames elements. */
  readonly reshapes?: true;
}

/** Kernels in order; each is run by all threads, which then wait for each other where `barrier` says so. */
export interface Step {
  readonly kernels: readonly PlannedKernel[];
  /** Whether threads must wait for each other before the kernel of the same place. */
  readonly barriers: readonly boolean[];
}

/** A network, ready for lowering. */
export interface Plan {
  readonly name: string;
  readonly batchSize: number;
  readonly graph: Graph;
  readonly tensors: Readonly<Record<string, PlannedTensor>>;
  /** Columns of the tensor `params`. */
  readonly params: readonly string[];
  /** Columns of the tensor `keys`. */
  readonly keys: readonly string[];
  readonly train: Step;
  readonly evaluate: Step;
  readonly arenaBytes: number;
}

/** Choices of the plan that the spec does not make. */
export interface PlanOptions {
  /** How the data set is stored: bytes are scaled by 1/255. Default "u8". */
  readonly data?: "u8" | "f32";
  /** Only what makes outputs of inputs, as the step `evaluate`: no labels, no loss, nothing kept for gradients. Default false. */
  readonly predict?: boolean;
}

/** Largest arena, in bytes. */
const LARGEST_ARENA = 2 ** 31;
/** Alignment of tensors in the arena: a cache line. */
const LINE = 64;

/** A plan before its memory is laid out. */
export interface Draft extends Omit<Plan, "tensors" | "train" | "evaluate" | "arenaBytes" | "params" | "keys"> {
  /** The axis over the samples, in all kernels. */
  readonly batch: Axis;
  readonly tensors: Readonly<Record<string, Omit<PlannedTensor, "offset" | "bytes" | "halo">>>;
  readonly train: readonly PlannedKernel[];
  readonly evaluate: readonly PlannedKernel[];
}

/** The kernels of a step and the tensors they use, in the order in which they run. */
export function draft(graph: Graph, batch: BatchKind, { data = "u8", predict = false }: PlanOptions = {}): Draft {
  const n = axis("n", graph.batchSize);
  const tensors: Record<string, Draft["tensors"][string]> = {};
  const declare = (name: string, role: Role, dtype: DType, shape: Shape, more: Partial<PlannedTensor> = {}) => {
    tensors[name] = { name, role, dtype, shape, ...more };
  };
  const kernel = (
    title: PlannedKernel["title"],
    source: string,
    bindings: Record<string, string>,
    write: (tensors: Record<string, Tensor>) => Part[],
    reshapes?: true,
  ): PlannedKernel => {
    const parts = write(Object.fromEntries(
      Object.entries(bindings).map(([symbol, name]) => [symbol, new Tensor(symbol, tensors[name].shape)]),
    ));
    return {
      title,
      bindings,
      kernel: { name: kernelName(title), source, parts, tensors: {} },
      ...(reshapes && { reshapes }),
    };
  };

  const rows = [n.extent];
  declare("input", "value", "f32", [...rows, ...graph.shapes.input]);
  declare("order", "run", "i32", [Infinity, ...rows], { rows: "steps", below: "samples" });
  declare("data", "run", data, [Infinity, ...graph.shapes.input], { rows: "samples" });
  const outputs = graph.shapes[graph.output][0];
  const start = [
    kernel(
      { stem: "batch", pass: "gather" },
      batch.source,
      { x: "input", data: "data", order: "order" },
      (t) => batch.gatherInputs(n, t, data === "u8"),
    ),
  ];
  const target = graph.loss.target;
  if (target === "label") {
    declare("label", "value", "i32", rows, { below: outputs });
    declare("labels", "run", "i32", [Infinity], { rows: "samples", below: outputs });
    const bindings = { label: "label", labels: "labels", order: "order" };
    start.push(
      kernel({ stem: "batch", pass: "gather", wrt: "label" }, batch.source, bindings, (t) => batch.gatherLabels(n, t)),
    );
  } else {
    declare("target", "value", "f32", [...rows, outputs]);
    declare("targets", "run", "f32", [Infinity, outputs], { rows: "samples" });
    const bindings = { target: "target", targets: "targets", order: "order" };
    start.push(
      kernel(
        { stem: "batch", pass: "gather", wrt: "target" },
        batch.source,
        bindings,
        (t) => batch.gatherTargets(n, t),
      ),
    );
  }

  const output = (tensor: string) => tensor === "input" ? "input" : `${tensor}.output`;
  const gradient = (tensor: string) => `${tensor}.output.gradient`;
  const forward: PlannedKernel[] = [], evaluate: PlannedKernel[] = [], backward: PlannedKernel[] = [];
  for (const node of graph.nodes) {
    const { name, kind, options, parameters } = node;
    declare(output(name), "value", "f32", [...rows, ...graph.shapes[name]]);
    const bindings: Record<string, string> = { x: output(node.input), y: output(name) };
    for (const { symbol, name: what, shape, init, fanIn, fanOut } of parameters) {
      bindings[symbol] = `${name}.${what}`;
      declare(`${name}.${what}`, "parameter", "f32", shape, { initial: { init, fanIn, fanOut } });
    }
    for (const { symbol, shape, dtype, below } of saved(node, graph)) {
      bindings[symbol] = `${name}.${symbol}`;
      declare(`${name}.${symbol}`, "value", dtype, [...rows, ...shape], below === undefined ? {} : { below });
    }
    const first = kernel(
      { stem: name, pass: "forward" },
      kind.source,
      bindings,
      (t) => kind.forward(n, t, options, name),
      kind.reshapes,
    );
    forward.push(first);
    const test = kind.evaluate;
    evaluate.push(
      test
        ? kernel(
          { stem: name, pass: "evaluate" },
          kind.source,
          { x: bindings.x, y: bindings.y },
          (t) => test(n, t, options),
        )
        : first,
    );
  }

  // one for each sample of an epoch: nothing is added up in f32
  declare("loss", "run", "f32", [Infinity, ...rows], { rows: "steps" });
  declare("hit", "run", "f32", [Infinity, ...rows], { rows: "steps" });
  const { loss, lossOptions } = graph;
  const judged = { x: output(graph.output), [target]: target };
  const judge = kernel(
    { stem: "loss", pass: "forward" },
    loss.source,
    { ...judged, loss: "loss", hit: "hit" },
    (t) => loss.forward(n, t, lossOptions),
  );
  declare(gradient(graph.output), "gradient", "f32", [...rows, outputs]);
  backward.push(kernel(
    { stem: "loss", pass: "backward" },
    loss.source,
    { ...judged, dx: gradient(graph.output) },
    (t) => loss.backward(n, t, lossOptions),
  ));

  const firstTrained = graph.nodes.findIndex(({ parameters }) => parameters.length > 0);
  for (const [i, node] of [...graph.nodes.entries()].reverse()) {
    if (firstTrained < 0 || i < firstTrained) break;
    backward.push(...backwardKernels(node, i === firstTrained));
  }

  function backwardKernels(node: GraphNode, first: boolean): PlannedKernel[] {
    const { name, kind, options, parameters } = node;
    const bindings: Record<string, string> = {
      x: output(node.input),
      y: output(name),
      dy: gradient(name),
      dx: gradient(node.input),
    };
    declare(gradient(node.input), "gradient", "f32", [...rows, ...graph.shapes[node.input]]);
    for (const { symbol, name: what, shape } of parameters) {
      bindings[symbol] = `${name}.${what}`;
      bindings[`d${symbol}`] = `${name}.${what}.gradient`;
      declare(`${name}.${what}.gradient`, "gradient", "f32", shape);
    }
    for (const { symbol } of saved(node, graph)) bindings[symbol] = `${name}.${symbol}`;
    let parts: Readonly<Record<string, Part[]>> = {};
    kernel({ stem: name, pass: "backward" }, kind.source, bindings, (t) => {
      parts = kind.backward(n, t, options);
      return [];
    });
    const wrt = ["input", ...parameters.map(({ name }) => name)].filter((what) => !(first && what === "input"));
    const kernels = wrt.map((what) =>
      kernel(
        { stem: name, pass: "backward", wrt: what },
        kind.source,
        bindings,
        () => parts[what],
        what === "input" ? kind.reshapes : undefined,
      )
    );
    const { optimizer } = graph;
    const updates = parameters.map(({ name: what, shape, decay }) => {
      const state = Object.fromEntries(optimizer.state.map((symbol) => [symbol, `${name}.${what}.${symbol}`]));
      for (const tensor of Object.values(state)) declare(tensor, "state", "f32", shape);
      const axes = updateAxes(kernels, `${name}.${what}.gradient`, shape);
      return kernel(
        { stem: name, pass: "update", wrt: what },
        optimizer.source,
        { w: `${name}.${what}`, dw: `${name}.${what}.gradient`, ...state },
        (t) => optimizer.update(axes, t, decay),
      );
    });
    return [...kernels, ...updates];
  }

  if (predict) {
    const own = [start[0], ...evaluate.map((kernel, i) => withoutSaved(kernel, saved(graph.nodes[i], graph)))].map(
      prune,
    );
    return { name: graph.name, batchSize: graph.batchSize, graph, batch: n, tensors, train: [], evaluate: own };
  }
  // a kernel of both lists stays one kernel
  const pruned = new Map([...start, ...forward, ...evaluate, judge, ...backward].map((k) => [k, prune(k)]));
  return {
    name: graph.name,
    batchSize: graph.batchSize,
    graph,
    batch: n,
    tensors,
    train: [...start, ...forward, judge, ...backward].map((k) => pruned.get(k)!),
    evaluate: [...start, ...evaluate, judge].map((k) => pruned.get(k)!),
  };
}

/** Axes of an update: those of the kernel that makes the gradient, so that formulas read alike. */
function updateAxes(kernels: readonly PlannedKernel[], gradient: string, shape: Shape): Axis[] {
  const maker = kernels.find(({ bindings, kernel }) =>
    kernel.parts.some(({ assignments }) => assignments.some(({ tensor }) => bindings[tensor] === gradient))
  );
  return shape.map((extent, d) => axis(maker?.kernel.parts[0].axes[d]?.name ?? `d${d}`, extent));
}

function saved(node: GraphNode, graph: Graph): ReturnType<NonNullable<LayerKind["saved"]>> {
  return node.kind.saved?.(node.options, graph.shapes[node.input], graph.shapes[node.output]) ?? [];
}

/** A layer's kernel without what it writes for gradients only. */
function withoutSaved(planned: PlannedKernel, saved: readonly SavedSpec[]): PlannedKernel {
  const { parts } = planned.kernel;
  const all = parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value)));
  const unread = saved.filter(({ symbol }) => !all.some((e) => e.kind === "load" && e.tensor === symbol));
  const kept = parts.map((part) => ({
    ...part,
    assignments: part.assignments.filter(({ tensor }) => !unread.some(({ symbol }) => symbol === tensor)),
  }));
  return { ...planned, kernel: { ...planned.kernel, parts: kept.filter(({ assignments }) => assignments.length > 0) } };
}

/** `conv1_relu1_forward`, `linear1_backward_update_weight`. */
export function kernelName({ stem, pass, wrt }: PlannedKernel["title"]): string {
  return wrt === undefined ? `${stem}_${pass}` : `${stem}_${pass}_${wrt}`;
}

/** Leaves only the bindings a kernel uses, in the order of its use. */
export function prune(planned: PlannedKernel): PlannedKernel {
  const used = new Set<string>();
  for (const { assignments } of planned.kernel.parts) {
    for (const { value } of assignments) {
      for (const expr of expressions(value)) if (expr.kind === "load") used.add(expr.tensor);
    }
  }
  for (const { assignments } of planned.kernel.parts) for (const { tensor } of assignments) used.add(tensor);
  return { ...planned, bindings: Object.fromEntries([...used].map((symbol) => [symbol, planned.bindings[symbol]])) };
}

/** Tensors of the plan that a kernel reads and writes. */
export interface Accesses {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

const accessed = new WeakMap<PlannedKernel, Accesses>();

/** What a kernel reads and writes. */
export function accesses(planned: PlannedKernel): Accesses {
  const known = accessed.get(planned);
  if (known) return known;
  const { kernel, bindings } = planned;
  const reads = new Set<string>(), writes = new Set<string>();
  for (const { assignments } of kernel.parts) {
    for (const { tensor, value } of assignments) {
      writes.add(bindings[tensor]);
      for (const expr of expressions(value)) if (expr.kind === "load") reads.add(bindings[expr.tensor]);
    }
  }
  accessed.set(planned, { reads, writes });
  return { reads, writes };
}

/**
 * Gives tensors their halos, drops the reshapes that need no kernel and the tensors that none uses, places barriers,
 * and lays out the arena.
 *
 * @throws {InputError} when the arena would be too large.
 */
export function layOut(draft: Draft): Plan {
  const halos = inferHalos([...draft.train, ...draft.evaluate], draft.tensors);
  const compact = (name: string) => (halos[name] ?? []).every(([before, after]) => before === 0 && after === 0);
  const aliases: Record<string, string> = {};
  const storage = (name: string): string => aliases[name] === undefined ? name : storage(aliases[name]);
  const keep = (kernels: readonly PlannedKernel[]) =>
    kernels.filter((planned) => {
      if (!planned.reshapes) return true;
      const [{ assignments: [{ tensor, value }] }] = planned.kernel.parts;
      if (value.kind !== "load") return true;
      const [to, from] = [planned.bindings[tensor], planned.bindings[value.tensor]];
      if (!compact(to) || !compact(from)) return true;
      aliases[to] = from;
      return false;
    });
  const train = keep(draft.train), evaluate = keep(draft.evaluate);

  const params = new Set<string>(), keys = new Set<string>();
  for (const { kernel: { parts } } of [...train, ...evaluate]) {
    for (const { assignments } of parts) {
      for (const { value } of assignments) {
        for (const expr of expressions(value)) {
          if (expr.kind === "param") (expr.type === "f32" ? params : keys).add(expr.name);
        }
      }
    }
  }
  const declared = { ...draft.tensors };
  const table = { role: "run", rows: "steps" } as const;
  declared.params = { name: "params", dtype: "f32", shape: [Infinity, params.size], columns: [...params], ...table };
  if (keys.size > 0) {
    declared.keys = { name: "keys", dtype: "u32", shape: [Infinity, keys.size], columns: [...keys], ...table };
  }

  // what the last layer gives is for those who run the plan
  const result = `${draft.graph.output}.output`, used = new Set(["params", "keys", result, storage(result)]);
  for (const { bindings } of [...train, ...evaluate]) {
    for (const name of Object.values(bindings)) used.add(name).add(storage(name));
  }
  const tensors: Record<string, PlannedTensor> = {};
  let arenaBytes = 0;
  const roles: Role[] = ["parameter", "state", "value", "gradient", "run"];
  const ordered = Object.values(declared).sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
  for (const tensor of ordered.filter(({ name }) => used.has(name) && aliases[name] === undefined)) {
    const halo = halos[tensor.name] ?? tensor.shape.map(() => [0, 0] as const);
    const bytes = BYTES[tensor.dtype] *
      tensor.shape.reduce((product, extent, d) => product * (extent + halo[d][0] + halo[d][1]), 1);
    const placed = tensor.role !== "run";
    tensors[tensor.name] = { ...tensor, halo, offset: placed ? arenaBytes : 0, bytes: placed ? bytes : 0 };
    if (placed) arenaBytes = Math.ceil((arenaBytes + bytes) / LINE) * LINE;
  }
  for (const tensor of ordered.filter(({ name }) => used.has(name) && aliases[name] !== undefined)) {
    const { offset, bytes } = tensors[storage(tensor.name)];
    tensors[tensor.name] = {
      ...tensor,
      alias: storage(tensor.name),
      halo: tensor.shape.map(() => [0, 0]),
      offset,
      bytes,
    };
  }
  if (arenaBytes > LARGEST_ARENA) {
    const largest = Object.values(tensors).reduce((a, b) => a.bytes >= b.bytes ? a : b);
    throw new InputError(
      `net ${draft.name} needs ${megabytes(arenaBytes)} of memory, at most ${megabytes(LARGEST_ARENA)} are possible; ` +
        `its largest tensor is ${largest.name} with ${megabytes(largest.bytes)}: make the batch or the layers smaller`,
    );
  }

  const step = (kernels: readonly PlannedKernel[]): Step => ({
    kernels: kernels.map((planned) => ({
      ...planned,
      kernel: {
        ...planned.kernel,
        tensors: Object.fromEntries([
          ...Object.entries(planned.bindings).map(([symbol, name]) => [symbol, tensorType(tensors[name])]),
          ...paramTables(planned.kernel).map((name) => [name, tensorType(tensors[name])]),
        ]),
      },
      bindings: { ...planned.bindings, ...Object.fromEntries(paramTables(planned.kernel).map((name) => [name, name])) },
    })),
    barriers: placeBarriers(kernels, storage),
  });
  const { name, batchSize, graph } = draft;
  return {
    name,
    batchSize,
    graph,
    tensors,
    params: [...params],
    keys: [...keys],
    train: step(train),
    evaluate: step(evaluate),
    arenaBytes,
  };
}

/** The tensor's type without its place. */
function tensorType({ dtype, shape, halo, below, rows, columns }: PlannedTensor): TensorType {
  return {
    dtype,
    shape,
    halo,
    ...(below !== undefined && { below }),
    ...(rows && { rows }),
    ...(columns && { columns }),
  };
}

/** Which tables of run-time numbers a kernel reads. */
function paramTables(kernel: Kernel): ("params" | "keys")[] {
  const types = new Set(
    kernel.parts.flatMap(({ assignments }) => assignments.flatMap(({ value }) => expressions(value))).map((expr) =>
      expr.kind === "param" ? expr.type : undefined
    ),
  );
  return [...types.has("f32") ? ["params" as const] : [], ...types.has("u32") ? ["keys" as const] : []];
}

/** How far padded loads reach over each side of each tensor. */
function inferHalos(kernels: readonly PlannedKernel[], tensors: Draft["tensors"]): Record<string, [number, number][]> {
  const halos: Record<string, [number, number][]> = {};
  for (const { kernel: { parts }, bindings } of kernels) {
    for (const { assignments } of parts) {
      for (const expr of assignments.flatMap(({ value }) => expressions(value))) {
        if (expr.kind !== "load" || !expr.padded) continue;
        const halo = halos[bindings[expr.tensor]] ??= expr.index.map(() => [0, 0]);
        for (const [d, index] of expr.index.entries()) {
          const [low, high] = bounds(index as Affine);
          const last = tensors[bindings[expr.tensor]].shape[d] - 1;
          halo[d] = [Math.max(halo[d][0], -low), Math.max(halo[d][1], high - last)];
        }
      }
    }
  }
  return halos;
}

/** A barrier before each kernel that touches what another one has written, or writes what another has touched, since the last. */
function placeBarriers(kernels: readonly PlannedKernel[], storage: (name: string) => string): boolean[] {
  let reads = new Set<string>(), writes = new Set<string>();
  return kernels.map((planned) => {
    const own = accesses(planned);
    const read = [...own.reads].map(storage), written = [...own.writes].map(storage);
    const barrier = [...read, ...written].some((name) => writes.has(name)) || written.some((name) => reads.has(name));
    if (barrier) [reads, writes] = [new Set(), new Set()];
    for (const name of read) reads.add(name);
    for (const name of written) writes.add(name);
    return barrier;
  });
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return bytes < 1e4 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
