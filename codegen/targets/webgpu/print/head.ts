/**
 * What stands around the body of a WGSL kernel: buffers, the workgroup's memory, and the number of an invocation.
 *
 * @module
 */
import {
  combinedSums,
  type Grid,
  isVector,
  LANES,
  type LoopNest,
  stagedArrays,
  type Statement,
  type TensorType,
  WORKGROUP,
} from "../../../ir/ir.ts";
import { workgroups } from "../dispatch.ts";
import { buffersOf, type Parts } from "../together.ts";
import { isPacked } from "./access.ts";
import { arrayName, identifier, TYPE } from "./words.ts";

/** How the array of each tensor is spelled: a buffer, or a field of one. */
export function arrays(parts: Parts): (symbol: string) => string {
  return (symbol) => {
    const part = parts.get(symbol);
    return part ? `all_${part.first}.${identifier(symbol)}` : identifier(symbol);
  };
}

/**
 * The lines before and after a kernel's body, and those that begin it. `wide`: tensors that are arrays of vectors; `parts`:
 * those that share a buffer.
 */
export function head(
  nest: LoopNest,
  wide: ReadonlySet<string>,
  parts: Parts,
): [open: string, close: string, ...first: string[]] {
  const [x, y] = workgroups(nest), grids = gridsOf(nest.body);
  const factor = y === 1 && grids.length > 1 ? scatter(x) : 1;
  const memory = sumLines(nest);
  const inWorkgroups = memory.length > 0 || grids.some(({ places }) => places) || factor > 1;
  const steps = Object.values(nest.tensors).some(({ rows }) => rows === "steps");
  const inputs = [
    "@builtin(global_invocation_id) id: vec3<u32>",
    ...inWorkgroups
      ? ["@builtin(workgroup_id) groups: vec3<u32>", "@builtin(local_invocation_index) invocation: u32"]
      : [],
  ];
  const lines = [
    ...steps ? ["@group(0) @binding(0) var<uniform> step_row: i32;"] : [],
    ...bufferLines(nest, wide, parts),
    ...memory,
    ...stageLines(nest),
    "",
    `@compute @workgroup_size(${WORKGROUP}) // ${x}${y > 1 ? ` x ${y}` : ""} workgroups`,
    ...inputs.length > 1
      ? [`fn ${nest.name}(`, ...inputs.map((input) => `  ${input},`), ") {"]
      : [`fn ${nest.name}(${inputs[0]}) {`],
  ];
  return [
    lines.join("\n"),
    "}",
    ...numberLines(x, y, factor, inWorkgroups),
    ...steps ? ["let step = step_row;"] : [],
  ];
}

/** A storage buffer for each tensor, or for those that share one. */
function bufferLines({ tensors, outputs }: LoopNest, wide: ReadonlySet<string>, parts: Parts): string[] {
  const symbols = Object.keys(tensors), numbers = buffersOf(symbols, parts);
  return symbols.flatMap((symbol, i) => {
    const part = parts.get(symbol), type = (of: string) => stored(tensors[of], wide.has(of));
    if (part && part.all.some((other) => symbols.indexOf(other) < i)) return [];
    const access = outputs.includes(symbol) ? "read_write" : "read";
    const variable = `@group(1) @binding(${numbers[i]}) var<storage, ${access}>`;
    if (!part) return [`${variable} ${identifier(symbol)}: array<${type(symbol)}>;`];
    const { first, all } = part,
      fields = all.map((of) =>
        `${identifier(of)}: array<${type(of)}, ${elements(tensors[of]) / (wide.has(of) ? LANES : 1)}>`
      );
    return [`struct All_${first} { ${fields.join(", ")} }`, `${variable} all_${first}: All_${first};`];
  });
}

/** Elements of a tensor's storage. */
function elements({ shape, halo }: TensorType): number {
  return shape.reduce((product, extent, d) => product * (halo[d][0] + extent + halo[d][1]), 1);
}

/** What a tensor's buffer is an array of. */
function stored(type: TensorType, wide: boolean): string {
  const element = isPacked(type) ? "u32" : type.dtype === "u8" ? "i32" : type.dtype;
  return wide ? `vec4<${element}>` : element;
}

/** The workgroup's memory for sums that members combine. */
function sumLines({ body }: LoopNest): string[] {
  const scalars = combinedSums(body, false), vectors = combinedSums(body, true);
  return [
    ...scalars > 0 ? [`var<workgroup> sums: array<f32, ${WORKGROUP * scalars}>;`] : [],
    ...vectors > 0 ? [`var<workgroup> sums_4: array<vec4<f32>, ${WORKGROUP * vectors}>;`] : [],
  ];
}

/** The workgroup's memory for what is staged. */
function stageLines({ body }: LoopNest): string[] {
  return stagedArrays(body).map(({ name, type, elements }) => {
    const length = elements / (isVector(type) ? LANES : 1);
    return `var<workgroup> ${arrayName(name, type)}: array<${TYPE[type]}, ${length}>;`;
  });
}

/** The number of an invocation, `point`, and, where workgroups count, theirs and its own in it. */
function numberLines(x: number, y: number, factor: number, inWorkgroups: boolean): string[] {
  const group = factor > 1
    ? `let group = i32(groups.x) * ${factor} % ${x};`
    : y > 1
    ? `let group = i32(groups.y * ${x}u + groups.x);`
    : "let group = i32(groups.x);";
  const inWorkgroup = [group, "let mine = i32(invocation);"];
  if (factor > 1) {
    return [
      "// workgroups of each kernel lie scattered: none of them is all at the end",
      ...inWorkgroup,
      `let point = group * ${WORKGROUP} + mine;`,
    ];
  }
  const point = y > 1 ? `let point = i32(id.y * ${x * WORKGROUP}u + id.x);` : "let point = i32(id.x);";
  return [point, ...inWorkgroups ? inWorkgroup : []];
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
