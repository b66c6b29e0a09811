/**
 * How WGSL spells a loop nest: each tensor is a storage buffer of its own, each point of a grid an invocation.
 *
 * WGSL's maths may be finite: it has no infinity to write down, and what becomes of NaN is the driver's.
 *
 * @module
 */
import {
  combinedSums,
  type Grid,
  gridInvocations,
  gridPoints,
  isVector,
  LANES,
  type LoopNest,
  membersOf,
  type Offset,
  type Op,
  scalarOf,
  type Stage,
  stagedArrays,
  stagedElements,
  type Statement,
  type TensorType,
  type Type,
  typeOf,
  type Value,
  WORKGROUP,
} from "../../ir/ir.ts";
import { combine } from "../../ir/affine.ts";
import { workgroups } from "./dispatch.ts";
import { expanded } from "../../passes/expand.ts";
import type { Piece, Syntax } from "../target.ts";

/** Levels, loosest first: comparison, sums, products, signs, atoms. */
const COMPARISON = 1, SUM = 2, PRODUCT = 3, SIGN = 4, ATOM = 5;

const atom = (text: string): Piece => ({ text, level: ATOM });
const inside = (piece: Piece, level: number) => piece.level < level ? `(${piece.text})` : piece.text;
/** A left-associative operator: its right side needs a tighter level. */
const infix = (sign: string, level: number) => (a: Piece, b: Piece): Piece => ({
  text: `${inside(a, level)} ${sign} ${inside(b, level + 1)}`,
  level,
});
const compare = (sign: string) => (a: Piece, b: Piece): Piece => ({
  text: `${inside(a, SUM)} ${sign} ${inside(b, SUM)}`,
  level: COMPARISON,
});
const call = (name: string) => (...operands: Piece[]): Piece =>
  atom(`${name}(${operands.map(({ text }) => text).join(", ")})`);
/** `select(b, a, condition)`: WGSL has the condition last. */
const choice = (condition: Piece, a: Piece, b: Piece): Piece => call("select")(b, a, condition);

const TYPE: Readonly<Record<Type, string>> = {
  f32: "f32",
  i32: "i32",
  u32: "u32",
  bool: "bool",
  f32x4: "vec4<f32>",
  i32x4: "vec4<i32>",
  u32x4: "vec4<u32>",
  boolx4: "vec4<bool>",
};

/** Names of kernels' symbols that WGSL has taken, or that this file needs. */
const TAKEN = new Set(
  // what generated code says beside tensors and locals
  ("abs array at bool clamp exp f32 first four global_invocation_id group groups i32 id leads local_invocation_index log " +
    "max member min mine nth place place_in point select sqrt " +
    "step_row sums sums_4 tanh total u32 vec3 vec4 workgroup workgroupBarrier workgroup_id " +
    // keywords and reserved words of WGSL
    "alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let " +
    "loop override requires return struct switch true var while NULL Self abstract active alignas alignof as asm " +
    "asm_fragment async attribute auto await become cast catch class co_await co_return co_yield coherent column_major " +
    "common compile compile_fragment concept const_cast consteval constexpr constinit crate debugger decltype delete " +
    "demote demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough filter final " +
    "finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof interface layout " +
    "lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept noinline " +
    "nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset partition pass " +
    "patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless register " +
    "reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert static_cast " +
    "std subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union " +
    "unless unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield").split(" "),
);
const identifier = (name: string) => TAKEN.has(name) ? `${name}_` : name;

function offsetText({ constant, terms }: Offset): string {
  const ordered = [...terms].sort((a, b) => Number(a.coefficient < 0) - Number(b.coefficient < 0));
  let text = "";
  for (const { variable, coefficient } of ordered) {
    const size = Math.abs(coefficient), name = identifier(variable), word = size === 1 ? name : `${name} * ${size}`;
    text += text === "" ? `${coefficient < 0 ? "-" : ""}${word}` : `${coefficient < 0 ? " - " : " + "}${word}`;
  }
  if (text === "") return String(constant);
  return constant === 0 ? text : `${text} ${constant < 0 ? "-" : "+"} ${Math.abs(constant)}`;
}

const offsetPiece = (offset: Offset): Piece => ({
  text: offsetText(offset),
  level: offset.terms.length === 0 || /^\w+$/.test(offsetText(offset)) ? ATOM : SUM,
});

/** The least finite number, where others begin a maximum with -infinity. */
const LEAST = "-3.4028234663852886e38f";

function constant(value: number, type: Type): Piece {
  if (type === "u32") return atom(`${value >>> 0}u`);
  if (type !== "f32") return { text: String(value | 0), level: value < 0 ? SIGN : ATOM };
  if (value === -Infinity) return { text: LEAST, level: SIGN };
  return { text: `${Math.fround(value) === 0 ? 0 : value}f`, level: value < 0 ? SIGN : ATOM };
}

const OPERATIONS: Record<Op, (...operands: Piece[]) => Piece> = {
  add: infix("+", SUM),
  sub: infix("-", SUM),
  mul: infix("*", PRODUCT),
  div: infix("/", PRODUCT),
  fma: (a, b, c) => infix("+", SUM)(infix("*", PRODUCT)(a, b), c),
  max: call("max"),
  abs: call("abs"),
  neg: (a) => ({ text: `-${inside(a, ATOM)}`, level: SIGN }),
  sqrt: call("sqrt"),
  exp: call("exp"),
  log: call("log"),
  tanh: expanded,
  lt: compare("<"),
  le: compare("<="),
  eq: compare("=="),
  select: choice,
  pick: choice,
  float: call("f32"),
  ufloat: call("f32"),
  unsigned: call("u32"),
  umul: infix("*", PRODUCT),
  uxor: (a, b) => atom(`(${inside(a, ATOM)} ^ ${inside(b, ATOM)})`),
  ushr: (a, b) => atom(`(${inside(a, ATOM)} >> ${inside(b, ATOM)})`),
};

/** Whether a tensor is stored as bytes, four to a word: only the run's samples are. */
const isPacked = ({ dtype, rows }: TensorType) => dtype === "u8" && rows !== undefined;

/** The variables of a grid from the number of a point. */
function places(loops: Grid["loops"], start: string): string[] {
  return loops.map(({ variable, to, step }, i) => {
    const inner = loops.slice(i + 1).reduce((product, loop) => product * (loop.to / loop.step), 1);
    const quotient = inner === 1 ? start : `${start} / ${inner}`;
    // the outermost one needs no remainder
    const index = i === 0 ? quotient : `${quotient} % ${to / step}`;
    const scaled = i === 0 && inner === 1 ? `${index} * ${step}` : `(${index}) * ${step}`;
    return `let ${identifier(variable)} = ${step === 1 ? index : scaled};`;
  });
}

/**
 * A grid whose invocations wait for each other: a workgroup has some points, and the members of each lie apart, so that
 * neighbours in it are neighbouring points. All of them come to the barriers: beyond the last point it is computed again.
 */
function sharedGrid(grid: Grid): [string, string, ...string[]] {
  const { first, loops, places: tiles, members = [] } = grid, team = membersOf(grid), points = gridPoints(grid);
  const apart = WORKGROUP / team, from = first / WORKGROUP, to = from + gridInvocations(grid) / WORKGROUP;
  const tests = [...from > 0 ? [`group >= ${from}`] : [], `group < ${to}`];
  const start = from === 0 ? "group" : `(group - ${from})`;
  const member = places(members.map((own) => ({ ...own, step: 1 })), "member");
  if (tiles) {
    return [
      `if (${tests.join(" && ")}) {`,
      "}",
      ...team > 1 ? [`let member = mine / ${apart};`, "let leads = member == 0;"] : [],
      ...places(loops, start),
      ...places(tiles, team > 1 ? `(mine % ${apart})` : "mine"),
      ...member,
    ];
  }
  const whole = points % apart === 0, last = points - 1;
  return [
    `if (${tests.join(" && ")}) {`,
    "}",
    `let member = mine / ${apart};`,
    `let place = ${start} * ${apart} + mine % ${apart};`,
    whole ? "let leads = member == 0;" : `let leads = member == 0 && place <= ${last};`,
    ...loops.length > 0 ? places(loops, whole ? "place" : `min(place, ${last})`) : [],
    ...member,
  ];
}

/** An array of the workgroup's memory: what one name has of several types is not one array, nor that of `name_4`. */
function arrayName(name: string, type: Type): string {
  const scalar = scalarOf(type);
  return `${name}${scalar === "f32" ? "" : `_${scalar}`}${isVector(type) ? `_x${LANES}` : ""}`;
}

/** Copies by each invocation that are written out, and not a loop. */
const MOST_COPIES = 4;

/** The table that `print.ts` walks with, for one kernel. */
export function syntax(): Syntax {
  let types: LoopNest["tensors"] = {};
  /** What was staged last by each name. */
  const staged = new Map<string, Type>();
  /** Tensors that this kernel accesses by aligned vectors only. */
  let wide: ReadonlySet<string> = new Set();
  const place = (tensor: string, offset: Offset) => `${identifier(tensor)}[${offsetText(offset)}]`;
  const vectorPlace = (tensor: string, offset: Offset) => {
    const whole = [offset.constant, ...offset.terms.map(({ coefficient }) => coefficient)].every((n) =>
      n % LANES === 0
    );
    if (!whole) return `${identifier(tensor)}[${inside(offsetPiece(offset), ATOM)} / ${LANES}]`;
    return place(tensor, {
      constant: offset.constant / LANES,
      terms: offset.terms.map((term) => ({ ...term, coefficient: term.coefficient / LANES })),
    });
  };
  const lanes = (offset: Offset) =>
    Array.from({ length: LANES }, (_, lane): Offset => ({ ...offset, constant: offset.constant + lane }));
  /** A scalar or vector of an array, which is one of vectors or not. */
  const load = (array: string, vectors: boolean, offset: Offset, type: Type) =>
    atom(
      !isVector(type)
        ? place(array, offset)
        : vectors
        ? vectorPlace(array, offset)
        : `${TYPE[type]}(${lanes(offset).map((at) => place(array, at)).join(", ")})`,
    );
  const element: Syntax["element"] = (tensor, offset, type) => {
    if (!isPacked(types[tensor])) return load(tensor, wide.has(tensor), offset, type);
    const at = offsetText(offset);
    return atom(`i32((${identifier(tensor)}[(${at}) >> 2u] >> (8u * u32((${at}) & 3))) & 0xffu)`);
  };
  const copies = (stage: Stage): string[] => {
    const { name, tensor, type, box } = stage, width = isVector(type) ? LANES : 1, all = stagedElements(stage) / width;
    const sides = box.map(({ extent, stride }, d) => {
      const by = d === box.length - 1 ? width : 1;
      return { variable: `side_${d}`, to: extent / by, step: 1, stride: by * stride };
    });
    const offset = combine(
      [stage.offset, 1],
      ...sides.map(({ variable, stride }) => [{ constant: 0, terms: [{ variable, coefficient: 1 }] }, stride] as const),
    );
    const copy = [
      ...places(sides, "at").map((line) => `  ${line}`),
      `  ${arrayName(name, type)}[at] = ${element(tensor, offset, type).text};`,
      "}",
    ];
    if (all % WORKGROUP !== 0 && all > WORKGROUP || all > MOST_COPIES * WORKGROUP) {
      return [`for (var at = mine; at < ${all}; at += ${WORKGROUP}) {`, ...copy];
    }
    return Array.from({ length: Math.ceil(all / WORKGROUP) }, (_, i) => [
      all < WORKGROUP ? `if (mine < ${all}) {` : "{",
      `  let at = mine${i > 0 ? ` + ${i * WORKGROUP}` : ""};`,
      ...copy,
    ]).flat();
  };
  return {
    constant,
    local: (name) => atom(identifier(name)),
    offset: offsetPiece,
    element,
    staged(name, offset, type) {
      const array = staged.get(name)!;
      return load(arrayName(name, array), isVector(array), offset, type);
    },
    stage(stages, again) {
      for (const { name, type } of stages) staged.set(name, type);
      const lines = stages.flatMap(copies);
      return [...again ? ["workgroupBarrier();"] : [], ...lines, "workgroupBarrier();"];
    },
    operations: OPERATIONS,
    vectors: {
      operations: {
        ...OPERATIONS,
        float: call("vec4<f32>"),
        ufloat: call("vec4<f32>"),
        unsigned: call("vec4<u32>"),
      },
      ramp: (offset, step) => ({
        text: `${offsetText(offset)} + vec4<i32>(${[0, 1, 2, 3].map((lane) => lane * step).join(", ")})`,
        level: SUM,
      }),
      splat: ({ text }, type) => atom(`${TYPE[`${scalarOf(type)}x4`]}(${text})`),
      total: (value) => {
        const v = inside(value, ATOM);
        return atom(`((${v}.x + ${v}.y) + (${v}.z + ${v}.w))`);
      },
    },
    loop(variable, from, to, step) {
      const name = identifier(variable);
      return [`for (var ${name} = ${from}; ${name} < ${to}; ${name} += ${step}) {`, "}"];
    },
    grid(grid) {
      const { first, loops, places: tiles, members = [] } = grid, end = first + gridPoints(grid);
      if (tiles || members.length > 0) return sharedGrid(grid);
      const tests = [...first > 0 ? [`point >= ${first}`] : [], `point < ${end}`];
      return [`if (${tests.join(" && ")}) {`, "}", ...places(loops, first === 0 ? "point" : `(point - ${first})`)];
    },
    combine(sums, grid) {
      const team = membersOf(grid), apart = WORKGROUP / team, lines = ["", "// combine"];
      const arrays = Map.groupBy(sums, ({ type }) => isVector(type) ? "sums_4" : "sums");
      const each = (line: (place: string, name: string) => string) =>
        [...arrays].flatMap(([array, own]) =>
          own.map(({ name }, i) => line(`${array}[mine${i === 0 ? "" : ` + ${WORKGROUP * i}`}]`, identifier(name)))
        );
      lines.push(...each((place, name) => `${place} = ${name};`), "workgroupBarrier();");
      // one member adds up a sum, another one the next
      for (const [array, { length }] of arrays) {
        const all = length > team, own = all ? "nth" : "member";
        lines.push(
          all ? `for (var nth = member; nth < ${length}; nth += ${team}) {` : `if (member < ${length}) {`,
          `  let first = ${own} * ${WORKGROUP} + mine % ${apart};`,
          `  var total = ${array}[first];`,
          `  for (var at = ${apart}; at < ${WORKGROUP}; at += ${apart}) { total += ${array}[first + at]; }`,
          `  ${array}[first] = total;`,
          "}",
        );
      }
      lines.push("workgroupBarrier();", ...each((place, name) => `${name} = ${place};`));
      return { lines, open: "if (leads) {", close: "}" };
    },
    block: () => ["{", "}"],
    let: (name, type, { text }) => `let ${identifier(name)}: ${TYPE[type]} = ${text};`,
    variable: (name, type, { text }) => `var ${identifier(name)}: ${TYPE[type]} = ${text};`,
    set: (name, _type, { text }) => `${identifier(name)} = ${text};`,
    accumulate: (name, _type, { text }) => `${identifier(name)} += ${text};`,
    store(tensor, offset, type, { text, level }) {
      if (!isVector(type)) return `${place(tensor, offset)} = ${text};`;
      if (wide.has(tensor)) return `${vectorPlace(tensor, offset)} = ${text};`;
      const value = level === ATOM && /^\w+$/.test(text) ? text : "four";
      const stores = lanes(offset).map((at, lane) => `${place(tensor, at)} = ${value}.${"xyzw"[lane]};`).join(" ");
      return value === "four" ? `{ let four = ${text}; ${stores} }` : stores;
    },
    comment: (text) => `// ${text}`,
    kernel(nest) {
      types = nest.tensors;
      wide = alignedOnly(nest);
      const writes = new Set(nest.outputs), lines: string[] = [];
      const steps = Object.values(types).some(({ rows }) => rows === "steps");
      if (steps) lines.push("@group(0) @binding(0) var<uniform> step_row: i32;");
      for (const [i, [symbol, type]] of Object.entries(types).entries()) {
        const access = writes.has(symbol) ? "read_write" : "read";
        lines.push(
          `@group(1) @binding(${i}) var<storage, ${access}> ${identifier(symbol)}: array<${
            stored(type, wide.has(symbol))
          }>;`,
        );
      }
      const [x, y] = workgroups(nest),
        scalars = combinedSums(nest.body, false),
        vectors = combinedSums(nest.body, true);
      const arrays = stagedArrays(nest.body);
      const grids = gridsOf(nest.body), factor = y === 1 && grids.length > 1 ? scatter(x) : 1;
      const shared = scalars + vectors > 0 || grids.some(({ places }) => places) || factor > 1;
      if (scalars > 0) lines.push(`var<workgroup> sums: array<f32, ${WORKGROUP * scalars}>;`);
      if (vectors > 0) lines.push(`var<workgroup> sums_4: array<vec4<f32>, ${WORKGROUP * vectors}>;`);
      for (const { name, type, elements } of arrays) {
        const length = elements / (isVector(type) ? LANES : 1);
        lines.push(`var<workgroup> ${arrayName(name, type)}: array<${TYPE[type]}, ${length}>;`);
      }
      lines.push("", `@compute @workgroup_size(${WORKGROUP}) // ${x}${y > 1 ? ` x ${y}` : ""} workgroups`);
      const inputs = [
        "@builtin(global_invocation_id) id: vec3<u32>",
        ...shared ? ["@builtin(workgroup_id) groups: vec3<u32>", "@builtin(local_invocation_index) place_in: u32"] : [],
      ];
      lines.push(`fn ${nest.name}(${inputs.join(", ")}) {`);
      const own = [
        factor > 1
          ? `let group = i32(groups.x) * ${factor} % ${x};`
          : y > 1
          ? `let group = i32(groups.y * ${x}u + groups.x);`
          : "let group = i32(groups.x);",
        "let mine = i32(place_in);",
      ];
      const point = y > 1 ? `let point = i32(id.y * ${x * WORKGROUP}u + id.x);` : "let point = i32(id.x);";
      return [
        lines.join("\n"),
        "}",
        ...factor > 1
          ? [
            "// workgroups of each kernel lie scattered: none of them is all at the end",
            ...own,
            `let point = group * ${WORKGROUP} + mine;`,
          ]
          : [point, ...shared ? own : []],
        ...steps ? ["let step = step_row;"] : [],
      ];
    },
  };
}

/** Grids of a nest: each has workgroups of its own, which take as long as its kernel has it. */
function gridsOf(body: readonly Statement[]): Grid[] {
  return body.flatMap((s) => s.kind === "grid" ? [s] : s.kind === "block" ? gridsOf(s.body) : []);
}

/**
 * What the number of a workgroup is multiplied by, modulo how many there are, so that any run of numbers has its share of
 * every kernel: processors that take runs end together, and GPUs do not begin what takes longest last. It has no factor
 * in common with their number, so that each is met once, and is near the golden section of it, so that they lie evenly.
 */
export function scatter(workgroups: number): number {
  // products must be i32
  if (workgroups < 3 || workgroups ** 2 >= 2 ** 31) return 1;
  const common = (a: number, b: number): number => b === 0 ? a : common(b, a % b);
  let factor = Math.round(workgroups * (Math.sqrt(5) - 1) / 2);
  while (common(factor, workgroups) > 1) factor++;
  return factor;
}

/** What a tensor's buffer is an array of. */
function stored(type: TensorType, wide: boolean): string {
  const element = isPacked(type) ? "u32" : type.dtype === "u8" ? "i32" : type.dtype;
  return wide ? `vec4<${element}>` : element;
}

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
        const own = [...s.loops, ...s.places ?? []].filter(({ step }) => step % LANES === 0);
        visit(s.body, new Set([...multiples, ...own.map(({ variable }) => variable)]));
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
